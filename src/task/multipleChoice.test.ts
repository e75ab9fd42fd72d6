import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { Format } from '../config/format';
import type { Question } from '../data/row';
import type { LoglikelihoodRequest, LoglikelihoodResult } from '../engine/requests';
import { createRenderer } from '../prompt/render';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { createAsker, score } from './multipleChoice';

/** A token a UTF-16 unit; `␠A` is one token, as in the usual vocabularies. */
const tokenizer: Tokenizer = {
	encode: text =>
		[...text.replaceAll(/ ([A-Z])(?=\n|$)/g, (_, letter) => String.fromCharCode(0xe000 + letter.charCodeAt(0)))].map(
			c => c.codePointAt(0) ?? 0,
		),
	decode: ids =>
		ids
			.map(id => (id >= 0xe000 && id < 0xf000 ? ` ${String.fromCharCode(id - 0xe000)}` : String.fromCodePoint(id)))
			.join(''),
	prefix: [],
	bos: null,
	vocabularySize: 0x110000,
	sha256: '',
};
const reader = { name: 'model', tokenizer, window: 1000 };

const letters = presetFormat('mmlu/original', {
	description: 'About {{subject}}.\n\n',
	item: [{ kind: 'question', template: '{{question}}\nAnswer:' }],
	num_fewshot: 1,
	aggregate: null,
});
const texts: Format = { ...letters, choices: { from: 'choices' }, encoding: 'separate', acc_norm: 'characters' };

function question(n: number, choices: readonly string[], answer = 0): Question {
	return questionOf({ key: `test/${n}`, question: `Question ${n}?`, choices, answer, subject: 'things' });
}

const shot = question(100, ['yes', 'no']);
const ask = (format: Format, one: Question, shots = [shot]) =>
	createAsker({ name: 'v', preset: null, format }, createRenderer(format, 'v'), reader)(one, shots);

/** An engine's answer: log-probabilities for each request's continuations, in order. */
function answer(
	requests: readonly LoglikelihoodRequest[],
	logprobs: readonly number[],
	argmax = 0,
): LoglikelihoodResult[] {
	let next = 0;
	return requests.map(({ continuations }) => ({
		continuations: continuations.map(() => ({ logprob: logprobs[next++] ?? Number.NaN, greedy: false })),
		argmax,
		computed: 0,
	}));
}

describe('a question asked by letters', () => {
	it('is one request, its shots a prefix that the next question shares', () => {
		const [first, second] = [0, 1].map(n => ask(letters, question(n, ['a', 'b', 'c'])));
		expect(first?.requests).toHaveLength(1);
		expect(first?.requests[0]?.continuations).toEqual([[0xe041], [0xe042], [0xe043]]);
		const { context = [], prefix = 0 } = first?.requests[0] ?? {};
		expect(tokenizer.decode(context.slice(0, prefix))).toBe('About things.\n\nQuestion 100?\nAnswer: A\n\n');
		expect(second?.requests[0]?.prefix).toBe(prefix);
		expect(first?.nTokens).toBe(context.length);
	});

	it('is answered by the most probable letter, the first of equal ones', () => {
		const asked = ask(letters, question(0, ['a', 'b', 'c'], 1));
		const scored = score(asked, answer(asked.requests, [-2, -1, -1]), tokenizer);
		expect(scored).toMatchObject({ prediction: 1, gold: 1, correct: true, logprobs: [-2, -1, -1] });
		expect(scored.label_mass).toBeCloseTo(Math.exp(-2) + 2 * Math.exp(-1), 12);
		expect(scored).not.toHaveProperty('generated');
		expect(scored).not.toHaveProperty('prediction_norm');
	});
});

describe('a question asked by the one generated token', () => {
	const format: Format = { ...letters, scoring: 'next_token', gold: 'text' };
	const twins = question(0, ['same', 'other', 'same'], 2);

	it('takes the token for a letter, white space aside, and any choice equal to the right one for right', () => {
		const asked = ask(format, twins);
		for (const [token, prediction, correct] of [
			[0xe041, 0, true],
			[0x43, 2, true],
			[0xe042, 1, false],
		] as const) {
			const scored = score(asked, answer(asked.requests, [-1, -2, -3], token), tokenizer);
			expect(scored).toMatchObject({ prediction, correct, generated: tokenizer.decode([token]) });
		}
	});

	it('is wrong where the token is no letter of the question', () => {
		const asked = ask(format, twins);
		for (const token of [0x61, 0xe044, 0x0a]) {
			const scored = score(asked, answer(asked.requests, [-1, -2, -3], token), tokenizer);
			expect(scored).toMatchObject({ prediction: null, correct: false });
		}
	});
});

describe('a question asked by its answers’ texts', () => {
	it('normalises by code points without the delimiter', () => {
		const asked = ask(texts, question(0, ['a', '😀😀'], 1));
		expect(asked.prompt.continuations).toEqual([' a', ' 😀😀']);
		// Sums −1.0 and −1.5: per character −1.0 and −0.75; by UTF-16 units it would be −0.375.
		const scored = score(asked, answer(asked.requests, [-1, -1.5]), tokenizer);
		expect(scored).toMatchObject({ prediction: 0, correct: false, prediction_norm: 1, correct_norm: true });
		const close = score(asked, answer(asked.requests, [-1, -3]), tokenizer);
		expect(close.prediction_norm).toBe(0);
	});

	it.each([
		['none', -4, -4.1, 0],
		['characters', -4, -7.9, 1],
		['characters_with_delimiter', -4, -5.9, 1],
		['characters_with_delimiter', -4, -6.1, 0],
		['bytes', -4, -31, 1],
		['bytes', -4, -33, 0],
		['tokens', -4, -5.9, 1],
		['tokens', -4, -6.1, 0],
	] as const)('decides by %s: %d against %d', (normalisation, first, second, prediction) => {
		// " a" and " 😀😀": 1 and 2 characters, 1 and 8 bytes; with the space 2 and 3, as many as tokens here.
		const asked = ask({ ...texts, acc_norm: null, normalisation }, question(0, ['a', '😀😀']));
		const scored = score(asked, answer(asked.requests, [first, second]), tokenizer);
		expect(scored.prediction).toBe(prediction);
		expect(scored).not.toHaveProperty('prediction_norm');
		const twin = ask({ ...texts, acc_norm: null, normalisation }, question(0, ['a', 'b']));
		expect(score(twin, answer(twin.requests, [-1, -1]), tokenizer).prediction).toBe(0);
	});

	it('scores labels without the delimiter of the shots where the format says so', () => {
		const bare: Format = { ...letters, scored_delimiter: '', encoding: 'last_token' };
		const asked = ask(bare, question(0, ['a', 'b']));
		expect(asked.prompt.continuations).toEqual(['A', 'B']);
		expect(asked.requests[0]?.continuations).toEqual([[0x41], [0x42]]);
		expect(asked.prompt.segments[1]?.text).toMatch(/Answer: A\n\n$/);
		const scored = score(asked, answer(asked.requests, [-1, -2]), tokenizer);
		expect(scored.label_mass).toBeCloseTo(Math.exp(-1) + Math.exp(-2), 12);
	});

	it('counts equal answers once in the label mass', () => {
		const asked = ask(texts, question(0, ['x', 'x', 'y']));
		const scored = score(asked, answer(asked.requests, [-1, -1, -2]), tokenizer);
		expect(scored.label_mass).toBeCloseTo(Math.exp(-1) + Math.exp(-2), 12);
	});
});
