import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../test/hub/connect';
import { parquet, type Row } from '../../test/hub/repositories';
import { startHubStandIn } from '../../test/hub/standIn';
import { type EvaluationChanges, presetFormat, resolvedEvaluation } from '../../test/resolvedEvaluation';
import { temporaryFolders } from '../../test/temporaryFolder';
import type { Format } from '../config/format';
import type { Hub } from '../hub/hub';
import { neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { loadDataset } from './loadDataset';

const standIn = await startHubStandIn();
afterAll(() => standIn.close());
const newFolder = temporaryFolders();

const row = (n: number, changes: Row = {}): Row => ({
	question: `Question ${n}?`,
	choices: ['w', 'x', 'y', 'z'],
	answer: n % 4,
	...changes,
});
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, i) => row(from + i));
const jsonl = (cells: readonly Row[]) => cells.map(cell => `${JSON.stringify(cell)}\n`).join('');
const shots = (num_fewshot: number) => [presetFormat('mmlu/original', { num_fewshot })];

const load = (hub: Hub, id: string, changes: EvaluationChanges = {}) =>
	loadDataset(resolvedEvaluation(id, changes), { folder: newFolder(), hub }, neverCancelled);

async function sentence(loading: Promise<unknown>): Promise<string> {
	const error = await loading.then(
		() => expect.fail('it loaded'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error.message : expect.fail(String(error));
}

let added = 0;
const newId = () => `acme/data-${added++}`;
const since = (start: number) => standIn.requests.slice(start);

describe('a dataset that the viewer knows', () => {
	it('comes from its Parquet branch, pinned and recorded, and offline afterwards', async () => {
		const id = newId();
		const { branches } = standIn.addDataset({
			id,
			rows: { default: { test: rows(6), dev: rows(5, 100) } },
			files: { 'README.md': '# Hello' },
		});
		const hub = connect(standIn, newFolder());
		const loaded = await load(hub, id, { formats: shots(1) });
		expect(loaded.examples.map(({ key }) => key)).toEqual([0, 1, 2, 3, 4, 5].map(n => `default/test/${n}`));
		expect(loaded.examples[1]).toMatchObject({ choices: ['w', 'x', 'y', 'z'], answer: 1, subject: 'default' });
		expect(loaded.pools.get('default')?.fewshot).toHaveLength(5);
		expect(loaded.revision).toBe(branches.get('main')?.commit);
		const converted = branches.get('refs/convert/parquet');
		expect(loaded.files).toEqual([
			{
				path: 'default/test/0000.parquet',
				commit: converted?.commit,
				sha256: converted?.files.get('default/test/0000.parquet')?.sha256,
				rows: 6,
			},
			expect.objectContaining({ path: 'default/dev/0000.parquet', rows: 5 }),
		]);
		const start = standIn.requests.length;
		const offline = connect(standIn, hub.cache, { offline: true });
		expect(await load(offline, id, { formats: shots(1) })).toEqual(loaded);
		expect(since(start)).toEqual([]);
		// Without the switch, a network that is gone is the same.
		const gone = connect(standIn, hub.cache, { endpoint: 'http://127.0.0.1:9', viewerEndpoint: 'http://127.0.0.1:9' });
		expect((await load(gone, id, { formats: shots(1) })).revision).toBe(loaded.revision);
	});

	it('gives one config, a list, or all that have the test split, in the viewer’s order', async () => {
		const id = newId();
		standIn.addDataset({
			id,
			rows: { law: { test: rows(2) }, art: { test: rows(1, 10) }, extra: { train: rows(9) } },
			files: {},
		});
		const hub = connect(standIn, newFolder());
		const keys = async (names: 'all' | readonly string[]) =>
			(await load(hub, id, { dataset: { names } })).examples.map(({ key, subject }) => `${key} ${subject}`);
		expect(await keys(['art'])).toEqual(['art/test/0 art']);
		expect(await keys(['art', 'law'])).toEqual(['art/test/0 art', 'law/test/0 law', 'law/test/1 law']);
		expect(await keys('all')).toEqual(['law/test/0 law', 'law/test/1 law', 'art/test/0 art']);
		expect(await sentence(load(hub, id))).toBe(
			`${id} has 3 configs. Name one, a list or \`all\` as dataset_name: law, art, extra.`,
		);
		expect(await sentence(load(hub, id, { dataset: { names: ['lwa'] } }))).toMatch(
			/no config "lwa". Did you mean "law"\?/,
		);
		expect(await sentence(load(hub, id, { dataset: { names: ['law'], test_split: 'tset' } }))).toMatch(
			/no split "tset" in its config "law". Did you mean "test"\?/,
		);
	});

	it('may call a config all', async () => {
		const id = newId();
		standIn.addDataset({ id, rows: { law: { test: rows(2) }, all: { test: rows(3) } } });
		const loaded = await load(connect(standIn, newFolder()), id, { dataset: { names: 'all' } });
		expect(loaded.examples.map(({ key }) => key)).toEqual(['all/test/0', 'all/test/1', 'all/test/2']);
	});

	it('of another commit than its newest comes from its files', async () => {
		const id = newId();
		const spec = { id, rows: { default: { test: rows(3) } }, files: { 'test.jsonl': jsonl(rows(2)) } };
		const { branches } = standIn.addDataset(spec);
		const commit = branches.get('main')?.commit ?? '';
		const hub = connect(standIn, newFolder());
		const start = standIn.requests.length;
		const older = {
			...hub,
			fetch: (async (input, init) => {
				const answer = await hub.fetch(input, init);
				if (!String(input).startsWith(standIn.viewerEndpoint)) {
					return answer;
				}
				const headers = new Headers(answer.headers);
				headers.set('X-Revision', 'b'.repeat(40));
				return new Response(answer.body, { headers });
			}) as Hub['fetch'],
		};
		const loaded = await load(older, id, { dataset: { revision: commit } });
		expect(loaded.examples.map(({ key }) => key)).toEqual(['default/test/0', 'default/test/1']);
		expect(loaded.files.map(file => file.path)).toEqual(['test.jsonl']);
		expect(since(start).some(({ url }) => url.includes('/revision/'))).toBe(false);
	});
});

describe('a dataset without the viewer', () => {
	it.each([
		[
			'names of files',
			{ 'test.jsonl': jsonl(rows(3)), 'dev.jsonl': jsonl(rows(5)), 'config.json': '{}' },
			'validation',
		],
		[
			'shards',
			{
				'data/test-00000-of-00002.parquet': parquet(rows(2)),
				'data/test-00001-of-00002.parquet': parquet(rows(1, 2)),
				'data/dev-00000-of-00001.parquet': parquet(rows(5)),
			},
			'dev',
		],
		[
			'folders',
			{
				'test/a.csv': 'question,choices,answer\nQ,"[""a"",""b""]",0\n',
				'test/b.csv': 'question,choices,answer\nQ,"[""a"",""b""]",1\nQ,"[""a"",""b""]",1\n',
				'val/x.csv': 'question,choices,answer\nQ,"[""a"",""b""]",1\n',
			},
			'validation',
		],
		[
			'packed files',
			{ 'my_test_set.jsonl.gz': gzipSync(jsonl(rows(3))), 'my_dev_set.jsonl.gz': gzipSync(jsonl(rows(3))) },
			'validation',
		],
		['JSON that is lines', { 'test.json': jsonl(rows(3)), 'validation.json': JSON.stringify(rows(2)) }, 'validation'],
		[
			'tabs',
			{
				'test.tsv': `question\tchoices\tanswer\n${rows(3)
					.map(cell => `${cell.question}\t["a", "b"]\t0`)
					.join('\n')}`,
				'validation.tsv': 'question\tchoices\tanswer\nQ\t["a", "b"]\t1',
			},
			'validation',
		],
	] as const)('is read by %s', async (_, files, fewshot_split) => {
		const id = newId();
		standIn.addDataset({ id, viewer: false, files: { 'README.md': '# No front matter', ...files } });
		const loaded = await load(connect(standIn, newFolder()), id, { formats: shots(1), dataset: { fewshot_split } });
		expect(loaded.examples.map(({ key }) => key)).toEqual(['default/test/0', 'default/test/1', 'default/test/2']);
		expect(loaded.pools.get('default')?.fewshot.length).toBeGreaterThan(0);
	});

	it('is read by its card', async () => {
		const id = newId();
		const card = [
			'---',
			'configs:',
			'- config_name: law',
			'  data_files:',
			'  - split: test',
			'    path: law/test-*',
			'  - split: dev',
			'    path: [law/dev.jsonl]',
			'- config_name: art',
			'  data_dir: art',
			'  data_files: {test: "**/b*.jsonl"}',
			'---',
			'# Card',
		].join('\n');
		const files = {
			'README.md': card,
			'law/test-0.jsonl': jsonl(rows(1)),
			'law/test-1.jsonl': jsonl(rows(1, 7)),
			'law/dev.jsonl': jsonl(rows(2)),
			'art/deep/b.jsonl': jsonl(rows(4)),
			'art/a.jsonl': jsonl(rows(9)),
		};
		standIn.addDataset({ id, viewer: false, files });
		const hub = connect(standIn, newFolder());
		const loaded = await load(hub, id, { dataset: { names: 'all' } });
		expect(loaded.examples.map(({ key }) => key)).toEqual([
			'law/test/0',
			'law/test/1',
			'art/test/0',
			'art/test/1',
			'art/test/2',
			'art/test/3',
		]);
		expect(loaded.examples[1]?.question).toBe('Question 7?');
		expect(loaded.files.map(file => file.path)).toEqual(['law/test-0.jsonl', 'law/test-1.jsonl', 'art/deep/b.jsonl']);
	});

	it('has a config for each folder that names no split', async () => {
		const id = newId();
		const files = {
			'law/test.jsonl': jsonl(rows(1)),
			'art/test.jsonl': jsonl(rows(2)),
			'art/dev.jsonl': jsonl(rows(2)),
		};
		standIn.addDataset({ id, viewer: false, files });
		const loaded = await load(connect(standIn, newFolder()), id, { dataset: { names: ['art'] } });
		expect(loaded.examples.map(({ key, subject }) => [key, subject])).toEqual([
			['art/test/0', 'art'],
			['art/test/1', 'art'],
		]);
	});

	it('says what is wrong with it', async () => {
		const hub = connect(standIn, newFolder());
		const said = async (files: Readonly<Record<string, string | Uint8Array>>, spec: object = {}) => {
			const id = newId();
			standIn.addDataset({ id, viewer: false, files, ...spec });
			return (await sentence(load(hub, id))).replaceAll(id, 'ID');
		};
		expect(await said({ 'notes.txt': 'no data' })).toMatch(
			/^The dataset ID has no file that rows can be read from.* It holds: notes\.txt\.$/,
		);
		expect(await said({ 'test.csv': 'question,choices,answer\n"open,1,2\n' })).toMatch(
			/^ID\/test\.csv is not a CSV file that can be read: /,
		);
		const whole = parquet(rows(5));
		expect(await said({ 'test.parquet': whole.subarray(0, -9) })).toMatch(
			/^ID\/test\.parquet is not a Parquet file .* its end is missing/,
		);
		const unpacked = new Uint8Array(
			parquetWriteBuffer({
				columnData: [{ name: 'question', data: ['a'] }],
				codec: 'LZO',
				compressors: { LZO: bytes => bytes },
			}),
		);
		expect(await said({ 'test.parquet': unpacked })).toMatch(
			/column "question" is packed with LZO, which is not supported/,
		);
		expect(await said({ 'test.jsonl': '{"question":"Q"}\n' })).toMatch(
			/^ID\/default\/test has no column "choices" \(for columns\.choices\)/,
		);
		expect(await said({ 'test.jsonl': '{"question":' })).toMatch(/^ID\/test\.jsonl, line 1, is not JSON/);
		expect(await said({ 'test.jsonl.gz': 'not packed' })).toMatch(/^ID\/test\.jsonl\.gz cannot be read: /);
		expect(await said({ 'test.jsonl': jsonl(rows(2)) }, { gated: 'manual' })).toMatch(/request access at /);
		expect(await sentence(load(hub, 'acme/nowhere'))).toMatch(
			/^There is no file or folder at dataset_path "acme\/nowhere" .* no such dataset on the Hub: .*acme\/nowhere/,
		);
		expect(await sentence(load(connect(standIn, newFolder(), { offline: true }), 'acme/nowhere'))).toMatch(
			/not in the cache/,
		);
		standIn.fault(({ url }) => url.startsWith('/api/datasets/acme/html'), {
			status: 200,
			headers: { 'Content-Type': 'text/html' },
			body: '<!doctype html>',
		});
		expect(await sentence(load(hub, 'acme/html'))).toMatch(/answered with a web page instead of data/);
	});

	it('may have a cell of 10 MB', async () => {
		const id = newId();
		const text = 'x'.repeat(10 * 2 ** 20);
		standIn.addDataset({ id, viewer: false, files: { 'test.jsonl': jsonl([row(0, { question: text })]) } });
		const [question] = (await load(connect(standIn, newFolder()), id)).examples;
		expect(question?.question).toBe(text);
	});

	it('is refused where the cache alone is asked and holds a part of it', async () => {
		const id = newId();
		const files = {
			'data/test-00000-of-00002.parquet': parquet(rows(2)),
			'data/test-00001-of-00002.parquet': parquet(rows(2)),
		};
		const { branches } = standIn.addDataset({ id, viewer: false, files });
		const hub = connect(standIn, newFolder());
		const { downloadFile } = await import('../hub/download');
		const stored = branches.get('main')?.files.get('data/test-00000-of-00002.parquet');
		const commit = branches.get('main')?.commit ?? '';
		const sha256 = stored?.sha256 ?? '';
		const file = { path: stored?.path ?? '', size: stored?.bytes.length ?? 0, oid: sha256, sha256 };
		await downloadFile(hub, { type: 'dataset', id, commit }, file, () => {}, neverCancelled);
		const offline = connect(standIn, hub.cache, { offline: true });
		expect(await sentence(load(offline, id, { dataset: { revision: commit } }))).toMatch(
			/^Only 1 of the 2 files .* are in the cache/,
		);
	});
});

/** A Parquet file of more than 64 MB, most of it pictures; a column of text in row groups of 100 rows. */
function largeParquet(groups: number): Uint8Array {
	const count = groups * 100;
	const picture = randomBytes(70_000);
	return new Uint8Array(
		parquetWriteBuffer({
			schema: [
				{ name: 'root', num_children: 4 },
				{ name: 'question', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
				{ name: 'choices', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
				{ name: 'answer', type: 'INT64', repetition_type: 'OPTIONAL' },
				{ name: 'image', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
			],
			columnData: [
				{ name: 'question', data: Array.from({ length: count }, (_, n) => `Question ${n}?`) },
				{ name: 'choices', data: Array.from({ length: count }, () => '["a", "b"]') },
				{ name: 'answer', data: Array.from({ length: count }, (_, n) => BigInt(n % 2)) },
				{
					name: 'image',
					data: Array.from({ length: count }, (_, n) =>
						Uint8Array.from([...picture.subarray(0, 4), n % 256, n >> 8, ...picture.subarray(6)]),
					),
				},
			],
			rowGroupSize: 100,
			codec: 'UNCOMPRESSED',
			createdBy: 'parquet-cpp-arrow version 17.0.0',
		}),
	);
}

describe('a large Parquet file', () => {
	it('is read in parts: columns without pictures, and the row groups of a limit, once and offline', async () => {
		const id = newId();
		const bytes = largeParquet(10);
		standIn.addDataset({ id, viewer: false, files: { 'test.parquet': bytes } });
		const hub = connect(standIn, newFolder());
		const fetched = (start: number) =>
			since(start).reduce((sum, { origin, headers }) => {
				const [first, last] = headers.range?.match(/\d+/g)?.map(Number) ?? [];
				return origin === 'store' ? sum + ((last ?? bytes.length) - (first ?? 0) + 1) : sum;
			}, 0);
		let start = standIn.requests.length;
		const limited = await load(hub, id, { slice: { limit: 150 } });
		expect(limited.examples.map(({ question }) => question)).toEqual(rows(150).map(({ question }) => question));
		expect(limited.files).toEqual([expect.objectContaining({ path: 'test.parquet', rows: 1000 })]);
		expect([...(limited.examples[0]?.row.values.keys() ?? [])]).toEqual(['question', 'choices', 'answer']);
		const first = fetched(start);
		expect(first).toBeGreaterThan(0);
		expect(first).toBeLessThan(bytes.length / 20);
		start = standIn.requests.length;
		const whole = await load(hub, id);
		expect(whole.examples).toHaveLength(1000);
		expect(fetched(start)).toBeLessThan(bytes.length / 10);
		start = standIn.requests.length;
		const offline = connect(standIn, hub.cache, { offline: true });
		expect((await load(offline, id)).examples).toEqual(whole.examples);
		expect(since(start)).toEqual([]);
		// The pictures are nobody's part of the question: the whole file gives the same rows.
		const local = newFolder();
		const { writeFileSync } = await import('node:fs');
		writeFileSync(path.join(local, 'test.parquet'), bytes);
		const own = await loadDataset(resolvedEvaluation('test.parquet'), { folder: local });
		expect(own.examples.map(({ row }) => row.contentHash)).toEqual(whole.examples.map(({ row }) => row.contentHash));
	});
});

describe('data without choices', () => {
	const labels = (more: Partial<Format> = {}): Format[] => [
		presetFormat('mmlu/original', {
			num_fewshot: 0,
			choices: { from: 'list', templates: ['no', 'yes'] },
			gold: 'index',
			...more,
		}),
	];

	it('needs none where the format brings its own', async () => {
		const id = newId();
		standIn.addDataset({
			id,
			viewer: false,
			files: {
				'test.jsonl': jsonl([
					{ passage: 'P', label: 1 },
					{ passage: 'Q', label: true },
					{ passage: 'R', label: 'no' },
				]),
			},
		});
		const loaded = await load(connect(standIn, newFolder()), id, { formats: labels(), columns: { answer: 'label' } });
		expect(loaded.examples.map(({ question, choices, answer, given }) => [question, choices, answer, given])).toEqual([
			['', [], 1, 1],
			['', [], 1, true],
			['', [], null, 'no'],
		]);
	});

	it('knows the names of a ClassLabel, and what is none', async () => {
		const id = newId();
		const features = {
			label: { names: ['neg', 'pos'], _type: 'ClassLabel' },
			text: { dtype: 'string', _type: 'Value' },
		};
		const file = parquetWriteBuffer({
			columnData: [
				{ name: 'text', data: ['a', 'b', 'c'], type: 'STRING' },
				{ name: 'label', data: [1n, 0n, -1n], type: 'INT64' },
			],
			kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
		});
		standIn.addDataset({ id, viewer: false, files: { 'test.parquet': new Uint8Array(file) } });
		const hub = connect(standIn, newFolder());
		const changes: EvaluationChanges = { formats: labels(), columns: { answer: 'label' } };
		expect(await sentence(load(hub, id, changes))).toMatch(
			/default\/test\/2 .* Its answer -1 is not one of its 2 choices/,
		);
		const loaded = await load(hub, id, { ...changes, on_bad_row: 'skip' });
		expect(loaded.examples.map(({ answer }) => answer)).toEqual([1, 0]);
		expect(loaded.skipped.map(({ key }) => key)).toEqual(['default/test/2']);
	});

	it('needs no answer where a template tells it', async () => {
		const id = newId();
		standIn.addDataset({ id, viewer: false, files: { 'test.jsonl': jsonl([{ q: 'How many?', a: '#### 7' }]) } });
		const hub = connect(standIn, newFolder());
		const [question] = (await load(hub, id, { formats: labels({ doc_to_target: '{{ a }}' }) })).examples;
		expect(question).toMatchObject({ question: '', choices: [], answer: null });
		expect(await sentence(load(hub, id, { formats: labels() }))).toMatch(/no column "answer" \(for columns\.answer\)/);
		expect(await sentence(load(hub, id, { formats: shots(0) }))).toMatch(/no column "question"/);
	});
});

it('keeps the cache for others: no file of it is ours but in .eval-lens', async () => {
	const id = newId();
	standIn.addDataset({ id, rows: { default: { test: rows(2) } } });
	const hub = connect(standIn, newFolder());
	await load(hub, id);
	const folder = path.join(hub.cache, `datasets--acme--${id.slice(5)}`);
	const converted = readFileSync(path.join(folder, 'refs', 'refs', 'convert', 'parquet'), 'utf8');
	expect(readdirSync(path.join(folder, 'snapshots'))).toEqual([converted]);
	// Nothing of the main branch was fetched, and a ref without a snapshot is a corrupted cache to Python.
	expect(readdirSync(path.join(folder, 'refs'))).toEqual(['refs']);
	expect(readdirSync(folder).sort()).toEqual(['.eval-lens', 'blobs', 'refs', 'snapshots']);
});

it('loads anew what was cut short in the cache, and offline names it', async () => {
	const id = newId();
	standIn.addDataset({ id, rows: { default: { test: rows(20) } } });
	const hub = connect(standIn, newFolder());
	const loaded = await load(hub, id);
	const blobs = path.join(hub.cache, `datasets--acme--${id.slice(5)}`, 'blobs');
	const [blob = expect.fail('no blob')] = readdirSync(blobs).map(name => path.join(blobs, name));
	truncateSync(blob, 100);
	const offline = connect(standIn, hub.cache, { offline: true });
	expect(await sentence(load(offline, id))).toContain(`${blob} has 100 bytes instead of `);
	expect(await load(hub, id)).toEqual(loaded);
	expect(await load(offline, id)).toEqual(loaded);
});
