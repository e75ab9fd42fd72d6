import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasShared, root, shared } from '../../test/paths';
import { presetFormat, resolvedEvaluation } from '../../test/resolvedEvaluation';
import { loadDataset } from '../data/loadDataset';
import { createRenderer } from '../prompt/render';
import { createShotPicker } from '../prompt/shots';
import { promptText } from '../protocol/prompt';
import { loadTokenizer } from './loadTokenizer';
import { piecewise } from './piecewise';
import { type SafeCuts, safeCuts } from './safeCuts';

type Definition = Readonly<Record<string, unknown>>;
type Encode = (text: string) => number[];

/** As @huggingface/tokenizers encodes by itself. */
function plainEncode(definition: Definition): Encode {
	const inner = new HuggingFaceTokenizer(
		{ added_tokens: [], normalizer: null, post_processor: null, decoder: null, ...definition },
		{},
	);
	return text => inner.encode(text, { add_special_tokens: false }).ids;
}

const cutsOf = (definition: Definition): SafeCuts => safeCuts(definition) ?? expect.fail('no cuts');

const split = (Regex: string, more = {}) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', ...more });
const asBytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
const sequence = (...pretokenizers: unknown[]) => ({ type: 'Sequence', pretokenizers });

const endings = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const llama3 = String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${endings}`;
const qwen2 = llama3.replace('{1,3}', '');
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const cased = (word: string) => String.raw`[^\r\n\p{L}\p{N}]?${word}${contractions}?`;
const o200k = String.raw`${cased(`${upper}*${lower}+`)}|${cased(`${upper}+${lower}*`)}|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${endings}`;
const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const token = (id: number, content: string, more = {}) => ({ id, content, special: true, ...more });

/** A byte-level tokenizer with merges across all that cuts must keep apart, so that a wrong cut shows in its ids. */
function byteLevel(changes: Definition): Definition {
	const file = path.join(root, 'test/fixtures/tiny-decoder/full-logits/tokenizer.json');
	const { model, ...fixture } = JSON.parse(readFileSync(file, 'utf8'));
	const merges = [...model.merges];
	const vocab = { ...model.vocab };
	for (const pair of ['Ċ A', 'Ċ Ċ', 'ĊĊ A', 'Ġ Ċ', '. Ċ', 'Ġ Ġ', 'a Ġ', 'aĠ b', '. Ġ', 'Ċ /', '1 Ċ', 'Ġ a', 'č Ċ']) {
		const [left = '', right = ''] = pair.split(' ');
		merges.push([left, right]);
		vocab[left + right] ??= 1000 + merges.length;
	}
	return { ...fixture, model: { ...model, vocab, merges }, ...changes };
}

const variants: Readonly<Record<string, Definition>> = {
	'GPT-2': byteLevel({}),
	'GPT-2, written out': byteLevel({ pre_tokenizer: sequence(split(gpt2), asBytes) }),
	'GPT-2, inverted': byteLevel({
		pre_tokenizer: sequence(split(gpt2, { behavior: 'Removed', invert: true }), asBytes),
	}),
	'digits, then GPT-2': byteLevel({
		pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, { type: 'ByteLevel' }),
	}),
	'numbers, then GPT-2': byteLevel({ pre_tokenizer: sequence(split(String.raw`\p{N}`), { type: 'ByteLevel' }) }),
	'signs, GPT-2, then digits': byteLevel({
		pre_tokenizer: sequence(
			{ type: 'Punctuation' },
			{ type: 'ByteLevel' },
			{ type: 'Digits' },
			split('[0-9][0-9][0-9]'),
		),
	}),
	'Llama 3': byteLevel({ pre_tokenizer: sequence(split(llama3), asBytes) }),
	'digits, then Llama 3': byteLevel({ pre_tokenizer: sequence({ type: 'Digits' }, split(llama3), asBytes) }),
	'Qwen 2 in NFC': byteLevel({ normalizer: { type: 'NFC' }, pre_tokenizer: sequence(split(qwen2), asBytes) }),
	o200k: byteLevel({ pre_tokenizer: sequence(split(o200k), asBytes) }),
	'GPT-2 in NFC with added tokens': byteLevel({
		normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }] },
		added_tokens: [
			token(1, '<s>'),
			token(2, '</s>'),
			token(500, '<K>'),
			token(501, 'é', { special: false, normalized: true }),
			token(502, '  ', { special: false, normalized: true }),
			token(503, '/A', { special: false, normalized: true }),
		],
	}),
	'words of a list': {
		model: { type: 'WordLevel', vocab: { '?': 0, A: 1, a: 2, B: 3, 'Answer:': 4 }, unk_token: '?' },
		pre_tokenizer: { type: 'WhitespaceSplit' },
	},
};

const hostile = [
	...['\n', '\n', '\n\n', '\r\n', '\r', '\t', ' ', ' ', '  ', '\u00a0', '\u0085', '\ufeff', '\u2028', '\v'],
	...['a', 'b', 'A', 'B', 'Answer:', ' a', '\nA', '\nA. ', 'word', "'s", "'S", 'don’t', 'ſ', 'K', '\u212a', '>', '<'],
	...['1', '12', '2024', '½', '٣', '.', ',', '/', '(', ')', '"', '!?', '_', '-', '…', '\u0000'],
	...['é', 'e\u0301', '\u0301', 'Å', '\u0345', 'ǅ', '漢字', 'ا', '🦉', '👩‍🔬', '\ud83e', '\udd89', '𝒜'],
	...['<s>', '</s>', '<K>', '<|im_start|>', '<|im_end|>', '<|endoftext|>', '<repo_name>'],
];
/** Pieces often come again, in one text and in the next, so that what is remembered is used. */
const hostileText = fc.oneof(
	fc.array(fc.constantFrom(...hostile), { maxLength: 24 }).map(pieces => pieces.join('')),
	fc.array(fc.constantFrom('\n', ' ', 'a', 'A', '.', '1', '/'), { maxLength: 12 }).map(pieces => pieces.join('')),
	fc.string({ unit: 'binary', maxLength: 40 }),
);

function expectSame(fast: Encode, plain: Encode, numRuns: number) {
	fc.assert(
		fc.property(hostileText, text => {
			const ids = plain(text);
			expect(fast(text)).toEqual(ids);
			expect(fast(text)).toEqual(ids);
		}),
		{ numRuns },
	);
}

describe('encoding piece by piece', () => {
	it.each(Object.entries(variants))('gives the ids of the whole: %s', (_, definition) => {
		expectSame(piecewise(plainEncode(definition), cutsOf(definition)), plainEncode(definition), 1500);
	});

	it('is told from the whole by these texts where cuts are not safe', () => {
		const wrong = (name: string, line: SafeCuts['line'], composedOnly = false) => {
			const definition = variants[name] ?? expect.fail(name);
			const fast = piecewise(plainEncode(definition), { line, composedOnly });
			return () => expectSame(fast, plainEncode(definition), 4000);
		};
		expect(wrong('GPT-2', 'after')).toThrow();
		expect(wrong('Llama 3', 'before')).toThrow();
		expect(wrong('GPT-2 in NFC with added tokens', 'before')).toThrow();
	});

	it('encodes a line once, and a word of a new line', () => {
		const asked: string[] = [];
		const encode = piecewise(
			text => {
				asked.push(text);
				return [text.length];
			},
			{ line: 'before', composedOnly: false },
		);
		const shots = 'What is it?\n\nA. this\nB. that one\nAnswer: A';
		encode(`${shots}\n\nWhat is that?`);
		expect(asked.splice(0)).toEqual([
			'What',
			' is',
			' it?\n',
			'\nA.',
			' this',
			'\nB.',
			' that',
			' one',
			'\nAnswer:',
			' A\n',
			'\nWhat',
			' that?',
		]);
		encode(`${shots}\n\nWhat is that?`).push(7);
		expect(encode(`${shots}\n\nWho is it?`)).not.toContain(7);
		expect(asked).toEqual(['\nWho', ' it?']);
	});
});

const model = path.join(shared, 'models', 'SmolLM2-135M-Instruct');

describe.skipIf(!hasShared('models', 'SmolLM2-135M-Instruct'))('with SmolLM2’s tokenizer', () => {
	let plain: Encode;
	let fast: Encode;
	beforeAll(async () => {
		plain = plainEncode(JSON.parse(readFileSync(path.join(model, 'tokenizer.json'), 'utf8')));
		fast = (await loadTokenizer(model)).encode;
	});

	it('gives the ids of the whole for any texts', () => {
		expectSame(fast, plain, 3000);
	});

	it('gives them for every published prompt', () => {
		const prompts: { prompt: string }[] = JSON.parse(readFileSync(path.join(shared, 'golden', 'prompts.json'), 'utf8'));
		expect(prompts.length).toBeGreaterThan(700);
		for (const { prompt } of prompts) {
			expect(fast(prompt)).toEqual(plain(prompt));
		}
	});

	it.skipIf(!hasShared('data', 'mmlu'))(
		'gives them for prompts of every subject of MMLU',
		async () => {
			const format = presetFormat('mmlu/original');
			const evaluation = resolvedEvaluation('mmlu', { formats: [format] });
			const { examples, pools } = await loadDataset(evaluation, { folder: path.join(shared, 'data') });
			const renderer = createRenderer(format, 'mmlu/original');
			const shots = createShotPicker(format, pools);
			const some = examples.filter((_, i) => i % 45 === 0);
			expect(new Set(some.map(({ subject }) => subject)).size).toBe(57);
			for (const question of some) {
				const prompt = renderer.render(question, shots(question));
				for (const text of [promptText(prompt), `${promptText(prompt)}${prompt.continuations[1]}`]) {
					expect(fast(text)).toEqual(plain(text));
				}
			}
		},
		20_000,
	);
});
