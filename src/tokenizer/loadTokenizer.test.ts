import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationSource, Cancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { loadTokenizer } from './loadTokenizer';
import type { Tokenizer } from './tokenizer';

const fixtures = fileURLToPath(new URL('../../test/fixtures/tiny-decoder', import.meta.url));
const byteLevelFolder = path.join(fixtures, 'full-logits');
const sentencePieceFolder = path.join(fixtures, 'sentencepiece-like');

let work: string;
beforeAll(async () => {
	work = await mkdtemp(path.join(tmpdir(), 'eval-lens-tokenizer-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** A folder with a copy of a fixture's tokenizer.json, changed, and a config of its own (null: none). */
async function folderWith(
	change: (definition: Record<string, unknown>) => unknown,
	config: unknown,
	from = byteLevelFolder,
): Promise<string> {
	const folder = await mkdtemp(path.join(work, 'model-'));
	const definition = JSON.parse(await readFile(path.join(from, 'tokenizer.json'), 'utf8'));
	await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(change(definition)));
	if (config !== null) {
		await writeFile(path.join(folder, 'tokenizer_config.json'), JSON.stringify(config));
	}
	return folder;
}

const same = (definition: Record<string, unknown>) => definition;
const withoutPostProcessor = (definition: Record<string, unknown>) => ({ ...definition, post_processor: null });

async function failureOf(loading: Promise<unknown>): Promise<Failure> {
	const error = await loading.then(
		() => expect.fail('nothing failed'),
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(Failure);
	return error as Failure;
}

describe('byte-level BPE', () => {
	let tokenizer: Tokenizer;
	beforeAll(async () => {
		tokenizer = await loadTokenizer(byteLevelFolder);
	});

	it('gives back every text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
				expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
			}),
			{ numRuns: 400 },
		);
	});

	it('gives back texts with special tokens, odd spaces and line ends', () => {
		const parts = [
			'<s>',
			'</s>',
			'<unk>',
			' ',
			'  ',
			'\t',
			'\r\n',
			'\n',
			' .',
			" n't",
			'\u0000',
			'\ufeff',
			'é',
			'A',
			'🦉',
		];
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), pieces => {
				const text = pieces.join('');
				expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
			}),
			{ numRuns: 400 },
		);
	});

	it('adds nothing, and reads special tokens that are written out', () => {
		expect(tokenizer.encode('')).toEqual([]);
		expect(tokenizer.encode('<s>')).toEqual([1]);
		expect(tokenizer.encode('<s><s>A</s>')).toEqual([1, 1, ...tokenizer.encode('A'), 2]);
	});

	it('decodes nothing, and ids without a text, to nothing', () => {
		expect(tokenizer.decode([])).toBe('');
		expect(tokenizer.decode([99_999])).toBe('');
		expect(tokenizer.decode([99_999, ...tokenizer.encode('A')])).toBe('A');
	});

	it('says what stands in front, its BOS and its size', () => {
		expect(tokenizer).toMatchObject({ prefix: [1], bos: 1, vocabularySize: 384 });
		expect(tokenizer.sha256).toMatch(/^[0-9a-f]{64}$/);
	});
});

describe('a tokenizer as of Llama 2', () => {
	it('puts a space in front, falls back to bytes, and has no BOS of its own', async () => {
		const tokenizer = await loadTokenizer(sentencePieceFolder);
		expect(tokenizer).toMatchObject({ prefix: [], bos: 1 });
		expect(tokenizer.encode('A')).toHaveLength(1);
		expect(tokenizer.encode(' A')).toHaveLength(2);
		expect(tokenizer.decode(tokenizer.encode('Paris 🦉 is\n here'))).toBe('Paris 🦉 is\n here');
	});
});

describe('what stands in front', () => {
	const bos = { bos_token: '<s>' };
	it.each([
		['the post-processor alone', same, bos, [1]],
		['the post-processor without a config', same, null, [1]],
		['add_bos_token: false over the post-processor', same, { ...bos, add_bos_token: false }, []],
		['add_bos_token: true over no post-processor', withoutPostProcessor, { ...bos, add_bos_token: true }, [1]],
		['add_bos_token: true beside the post-processor, once', same, { ...bos, add_bos_token: true }, [1]],
		['nothing', withoutPostProcessor, bos, []],
		['add_bos_token: true without a BOS', withoutPostProcessor, { bos_token: null, add_bos_token: true }, []],
		['a BOS given as an object', withoutPostProcessor, { bos_token: { content: '<s>' }, add_bos_token: true }, [1]],
	])('%s', async (_, change, config, prefix) => {
		expect((await loadTokenizer(await folderWith(change, config))).prefix).toEqual(prefix);
	});

	it('leaves aside what is put behind a text', async () => {
		const template = {
			type: 'TemplateProcessing',
			single: [
				{ SpecialToken: { id: '<s>', type_id: 0 } },
				{ Sequence: { id: 'A', type_id: 0 } },
				{ SpecialToken: { id: '</s>', type_id: 0 } },
			],
			pair: [],
			special_tokens: {},
		};
		const folder = await folderWith(definition => ({ ...definition, post_processor: template }), bos);
		expect((await loadTokenizer(folder)).prefix).toEqual([1]);
	});

	it('takes the BOS of special_tokens_map.json where the config names none', async () => {
		const folder = await folderWith(withoutPostProcessor, null);
		await writeFile(path.join(folder, 'special_tokens_map.json'), JSON.stringify({ bos_token: '<s>' }));
		expect((await loadTokenizer(folder)).bos).toBe(1);
	});
});

it('does not clean texts up, whatever the config says', async () => {
	const config = { clean_up_tokenization_spaces: true, remove_space: true, do_lowercase_and_remove_accent: true };
	const tokenizer = await loadTokenizer(await folderWith(same, config));
	const text = "  É  is , n't  here .  ";
	expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

it('reads word-level vocabularies', async () => {
	const folder = await folderWith(
		definition => ({
			...definition,
			model: { type: 'WordLevel', vocab: { '<unk>': 0, hello: 1, world: 2 }, unk_token: '<unk>' },
			added_tokens: [],
			pre_tokenizer: { type: 'WhitespaceSplit' },
			post_processor: null,
			decoder: null,
		}),
		{},
	);
	expect((await loadTokenizer(folder)).encode('hello big world')).toEqual([1, 0, 2]);
});

describe('the hash', () => {
	it('is that of the files, wherever they lie', async () => {
		const copy = path.join(work, 'copy');
		await cp(byteLevelFolder, copy, { recursive: true });
		expect((await loadTokenizer(copy)).sha256).toBe((await loadTokenizer(byteLevelFolder)).sha256);
	});

	it('changes with the config', async () => {
		const one = await loadTokenizer(await folderWith(same, { add_bos_token: true }));
		const other = await loadTokenizer(await folderWith(same, { add_bos_token: false }));
		expect(one.sha256).not.toBe(other.sha256);
	});
});

describe('faults', () => {
	it('names a folder without tokenizer.json and what is in it', async () => {
		const folder = path.join(work, 'empty');
		await mkdir(folder);
		await writeFile(path.join(folder, 'config.json'), '{}');
		const { kind, reason } = await failureOf(loadTokenizer(folder));
		expect(kind).toBe('input');
		expect(reason).toEqual({ code: 'tokenizer.missing', params: { folder, found: 'config.json' } });
	});

	it('names a folder that is not there', async () => {
		const { reason } = await failureOf(loadTokenizer(path.join(work, 'nowhere')));
		expect(reason).toMatchObject({ code: 'tokenizer.missing', params: { found: '–' } });
	});

	it.each(['{"model": {"ty', '[]', 'null'])('says that %s is no tokenizer file', async content => {
		const folder = await mkdtemp(path.join(work, 'broken-'));
		await writeFile(path.join(folder, 'tokenizer.json'), content);
		const { reason } = await failureOf(loadTokenizer(folder));
		expect(reason).toMatchObject({
			code: 'tokenizer.not-json',
			params: { file: path.join(folder, 'tokenizer.json') },
		});
	});

	it.each([
		['a model of another type', { model: { type: 'Telepathy', vocab: {} } }, 'model type Telepathy'],
		['no model', { model: null }, 'no model'],
		['an unknown pre-tokenizer', { pre_tokenizer: { type: 'Telepathy' } }, 'Telepathy'],
		['an unknown token outside the vocabulary', { model: { type: 'WordLevel', vocab: {}, unk_token: '?' } }, '?'],
	])('says what is not supported: %s', async (_, change, part) => {
		const folder = await folderWith(definition => ({ ...definition, ...change }), {});
		const { reason, message } = await failureOf(loadTokenizer(folder));
		expect(reason.code).toBe('tokenizer.not-supported');
		expect(message).toContain(part);
	});

	it('stops when cancelled', async () => {
		const source = new CancellationSource();
		const loading = loadTokenizer(byteLevelFolder, source.token);
		source.cancel();
		await expect(loading).rejects.toBeInstanceOf(Cancelled);
	});
});
