import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HubStandIn, startHubStandIn } from '../../../../test/hub/standIn';
import { demoModel } from '../../../../test/paths';
import { openHub } from '../../../hub/hub';
import { askKnowledge, nothingLearned } from './askKnowledge';
import { ExpiringCache, within } from './expiringCache';
import { isHubId } from './knowledge';

describe('answers of somebody slow', () => {
	test('are kept for minutes, failures for half a one', async () => {
		let now = 0;
		let asked = 0;
		const cache = new ExpiringCache<number>(() => now);
		const ask = async () => {
			asked++;
			if (asked === 1) {
				throw new Error('lost');
			}
			return asked;
		};
		await expect(cache.get('q', ask)).rejects.toThrow('lost');
		now = 29_000;
		await expect(cache.get('q', ask)).rejects.toThrow('lost');
		now = 31_000;
		expect(await cache.get('q', ask)).toBe(2);
		now += 599_000;
		expect(await cache.get('q', ask)).toBe(2);
		now += 2_000;
		expect(await cache.get('q', ask)).toBe(3);
	});

	test('are few', async () => {
		const cache = new ExpiringCache<number>();
		for (let i = 0; i < 400; i++) {
			await cache.get(String(i), async () => i);
		}
		expect(await cache.get('0', async () => -1)).toBe(-1);
		expect(await cache.get('399', async () => -1)).toBe(399);
	});

	test('are waited for a moment, and told of when they come later', async () => {
		expect(await within(1000, Promise.resolve(1), 0)).toBe(1);
		expect(await within(1000, Promise.reject(new Error('x')), 0)).toBe(0);
		let come: (value: number) => void = () => {};
		const answer = new Promise<number>(resolve => {
			come = resolve;
		});
		const late = new Promise<void>(resolve => {
			void within(1, answer, 0, resolve).then(value => {
				expect(value).toBe(0);
				come(1);
			});
		});
		await late;
	});
});

test('ids are told from paths', () => {
	expect(['cais/mmlu', 'squad', 'a.b/c-d'].filter(id => !isHubId(id))).toEqual([]);
	expect(['a.tsv', 'a.jsonl.gz', './a', '/a', 'a/b/c', 'a.jsonl', '~/a', 'a b', '', '../a'].filter(isHubId)).toEqual(
		[],
	);
});

describe('of files', () => {
	let folder = '';
	beforeAll(async () => {
		folder = await mkdtemp(path.join(tmpdir(), 'eval-lens-knowledge-'));
		const columnData = [
			{ name: 'question', data: ['Q1', 'Q2'], type: 'STRING' as const },
			{ name: 'answer', data: [0, 3], type: 'INT32' as const },
		];
		await writeFile(path.join(folder, 'test.parquet'), Buffer.from(parquetWriteBuffer({ columnData })));
		await writeFile(path.join(folder, 'dev.jsonl'), '{"question": "D", "choices": ["a", "b"]}\n{"extra": 1}\n');
		await writeFile(path.join(folder, 'train.csv'), 'question,"the, label"\n"a\nb",1\n');
		await writeFile(path.join(folder, 'list.json'), '[{"__proto__": 1}]');
		await writeFile(path.join(folder, 'bad.parquet'), 'no Parquet');
		await writeFile(path.join(folder, 'long.jsonl'), `{"a": "${'x'.repeat(300_000)}"}\n{"b": 1}\n`);
	});
	afterAll(() => rm(folder, { recursive: true }));

	const ask = () =>
		askKnowledge(
			nothingLearned(),
			{ folder, hub: () => Promise.reject(new Error('nobody asks the Hub')) },
			'http://hub',
		);
	const columnsOf = async (split: string, at = '.') => {
		const found = await ask().dataset({ path: at, config: null, split });
		return found && { names: found.columns.map(({ name }) => name), complete: found.columnsAreComplete };
	};

	test('splits are the files, columns those of the split', async () => {
		const found = await ask().dataset({ path: '.', config: null, split: 'test' });
		expect(found?.splits.map(({ split, rows }) => [split, rows]).sort()).toEqual([
			['bad', null],
			['dev', null],
			['list', null],
			['long', null],
			['test', 2],
			['train', null],
		]);
		expect(found?.columns.map(({ name, bounds }) => [name, bounds])).toEqual([
			['question', null],
			['answer', { min: 0, max: 3 }],
		]);
		expect(found?.rows[1]?.get('answer')).toBe(3);
		expect(await columnsOf('dev')).toEqual({ names: ['question', 'choices', 'extra'], complete: true });
		expect(await columnsOf('train')).toEqual({ names: ['question', 'the, label'], complete: true });
		expect(await columnsOf('list')).toEqual({ names: ['__proto__'], complete: true });
		expect(await columnsOf('x', 'dev.jsonl')).toEqual({ names: ['question', 'choices', 'extra'], complete: true });
	});

	test('packed files and those with tabs are splits too', async () => {
		const packed = path.join(folder, 'packed');
		await mkdir(packed);
		await writeFile(path.join(packed, 'test.tsv'), 'question\t"the, label"\na\t1\n');
		await writeFile(path.join(packed, 'dev.jsonl.gz'), gzipSync('{"question": "D"}\n'));
		const large = gzipSync(`question,label\n${'a,1\n'.repeat(500_000)}`);
		await writeFile(path.join(packed, 'train.csv.gz'), large);
		const found = await ask().dataset({ path: 'packed', config: null, split: 'test' });
		expect(found?.splits.map(({ split }) => split).toSorted()).toEqual(['dev', 'test', 'train']);
		expect(await columnsOf('test', 'packed')).toEqual({ names: ['question', 'the, label'], complete: true });
		expect(await columnsOf('dev', 'packed')).toEqual({ names: ['question'], complete: true });
		expect(await columnsOf('train', 'packed')).toEqual({ names: ['question', 'label'], complete: true });
		const cut = path.join(packed, 'cut.jsonl.gz');
		await writeFile(cut, gzipSync('{"question": "D"}\n').subarray(0, 20));
		expect(await columnsOf('cut', 'packed')).toEqual({ names: [], complete: false });
	});

	test('what cannot be read, or not as a whole, gives nothing', async () => {
		expect(await columnsOf('bad')).toEqual({ names: [], complete: false });
		expect(await columnsOf('long')).toEqual({ names: [], complete: false });
		expect(await columnsOf('test', 'nowhere')).toBeNull();
	});

	test('model folders know their dtypes, and folders their files', async () => {
		expect((await ask().model(demoModel))?.onnx.length).toBeGreaterThan(0);
		expect(await ask().model(folder)).toBeNull();
		expect((await ask().paths('')).toSorted()).toContain('dev.jsonl');
		expect(await ask().paths('t')).toHaveLength(2);
		expect(await ask().paths('nowhere/')).toEqual([]);
	});
});

describe('of the Hub', () => {
	let standIn: HubStandIn;
	beforeAll(async () => {
		standIn = await startHubStandIn();
		const row = { question: 'Q?', choices: ['a', 'b'], answer: 1 };
		standIn.addDataset({ id: 'acme/quiz', rows: { law: { test: [row], dev: [row, row] }, art: { test: [row] } } });
		standIn.addModel({
			id: 'acme/tiny',
			files: { 'config.json': '{}', 'onnx/model_q4.onnx': Buffer.alloc(9) },
			task: 'text-generation',
		});
	});
	afterAll(() => standIn.close());

	const clock = { now: () => Date.now(), sleep: async () => {}, random: () => 0.5 };
	const hub = () => {
		const { endpoint, viewerEndpoint } = standIn;
		return openHub({ endpoint, viewerEndpoint, cache: '/nowhere', offline: false, token: async () => null }, clock);
	};
	const ask = (patience = 10_000) =>
		askKnowledge(nothingLearned(), { folder: null, hub: async () => hub(), patience }, standIn.endpoint);

	test('configs, splits, columns and rows come together', async () => {
		const found = await ask().dataset({ path: 'acme/quiz', config: 'law', split: 'dev' });
		expect(found?.configs).toEqual(['law', 'art']);
		expect(found?.splits.filter(({ config }) => config === 'law').map(({ split }) => split)).toEqual(['test', 'dev']);
		expect(found?.columns.map(({ name }) => name)).toEqual(['question', 'choices', 'answer']);
		expect(found?.rows).toHaveLength(2);
		expect(found?.summary?.id).toBe('acme/quiz');
	});

	test('models have their files', async () => {
		const found = await ask().model('acme/tiny');
		expect(found?.onnx.map(({ dtype, size }) => [dtype, size])).toEqual([['q4', 9]]);
	});

	test('search is by what is typed, asked once', async () => {
		const knowledge = ask();
		expect((await knowledge.searchDatasets('qui')).map(({ id }) => id)).toEqual(['acme/quiz']);
		expect((await knowledge.searchModels('tiny')).map(({ id }) => id)).toEqual(['acme/tiny']);
		const before = standIn.requests.length;
		await knowledge.searchDatasets('qui');
		expect(standIn.requests.length).toBe(before);
		expect(knowledge.url('dataset', 'acme/quiz')).toBe(`${standIn.endpoint}/datasets/acme/quiz`);
	});

	test('nothing is asked for fewer than two letters', async () => {
		const before = standIn.requests.length;
		const knowledge = ask();
		expect(await knowledge.searchDatasets('q')).toEqual([]);
		expect(await knowledge.searchModels(' t')).toEqual([]);
		expect(await knowledge.dataset({ path: 'q', config: null, split: 'test' })).toBeNull();
		expect(await knowledge.model('t')).toBeNull();
		expect(standIn.requests.length).toBe(before);
	});

	test('what the Hub does not have, or refuses, is nothing', async () => {
		expect(await ask().dataset({ path: 'acme/none', config: null, split: 'test' })).toBeNull();
		expect(await ask().model('acme/none')).toBeNull();
		standIn.fault(({ url }) => url.startsWith('/api/datasets?'), { status: 403 }, 9);
		expect(await ask().searchDatasets('xyz')).toEqual([]);
	});
});
