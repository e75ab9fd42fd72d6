import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { Format, Generation } from '../config/format';
import type { Question } from '../data/row';
import type { GenerateResult } from '../engine/requests';
import { createRenderer } from '../prompt/render';
import { Failure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { askerOf, scoreAnswers } from './ask';

/** A token a UTF-16 unit, and one in front of every text. */
const bos = 1;
const tokenizer: Tokenizer = {
	encode: text => Array.from(text, (_, i) => text.charCodeAt(i)),
	decode: ids => ids.map(id => String.fromCharCode(id)).join(''),
	prefix: [bos],
	bos,
	vocabularySize: 0x10000,
	sha256: '',
};
const readerWith = (window: number) => ({ name: 'model', tokenizer, window });

const generation: Generation = {
	until: ['\n'],
	max_tokens: 10,
	filters: [{ filter: 'first_line' }, { filter: 'strip' }],
	ignore: ['case', 'punctuation'],
	ignore_patterns: [],
	against: 'labels',
};
const letters: Format = {
	...presetFormat('mmlu/original'),
	description: 'About.\n',
	item: [{ kind: 'question', template: '{{question}}:' }],
	num_fewshot: 0,
	too_long: 'cut_start',
	max_context: null,
	scoring: generation,
};
const free: Format = {
	...letters,
	doc_to_target: 'capital',
	scoring: { ...generation, against: 'target' },
};

function ask(format: Format, question: Question, window = 1000, shots: Question[] = []) {
	return askerOf({ name: 'v', preset: null, format }, createRenderer(format, 'v'), readerWith(window))(question, shots);
}

const written = (text: string): GenerateResult => ({ text, tokens: [], logprobs: [], ended: 'until' });

function answer(format: Format, question: Question, text: string) {
	const asked = ask(format, question);
	const results = asked.requests.map(({ continuations }) => ({
		continuations: continuations.map((_, i) => ({ logprob: -1 - i, greedy: false })),
		argmax: 0,
	}));
	return scoreAnswers(asked, { results, generated: written(text) }, tokenizer);
}

const text = (ids: readonly number[]) => tokenizer.decode(ids.filter(id => id !== bos));
const question = questionOf({ question: 'Which', choices: ['x', 'y', 'z'], answer: 1 });
const capital = (value: Json) =>
	questionOf({ question: 'Of France', choices: [], columns: new Map([['capital', value]]) });

describe('a question that is answered by a written label', () => {
	it('lets the model write after the prompt, and scores the labels there', () => {
		const asked = ask(letters, question);
		expect(asked.generation).toEqual({
			context: [bos, ...tokenizer.encode('About.\nWhich:')],
			prefix: 8,
			maxTokens: 10,
			until: ['\n'],
		});
		expect(asked.requests).toHaveLength(1);
		expect(asked.requests[0]?.context).toEqual(asked.generation?.context);
		expect(asked.requests[0]?.continuations.map(text)).toEqual([' A', ' B', ' C']);
		expect(asked).toMatchObject({ nTokens: 14, truncated: false });
	});

	it('is right where the label that was written is', () => {
		const scored = answer(letters, question, ' (b)\nC');
		expect(scored).toMatchObject({
			generated: ' (b)\nC',
			prediction: 1,
			gold: 1,
			correct: true,
			logprobs: [-1, -2, -3],
		});
		expect(scored.label_mass).toBeCloseTo(Math.exp(-1) + Math.exp(-2) + Math.exp(-3));
		expect(answer(letters, question, ' C')).toMatchObject({ prediction: 2, correct: false });
		expect(answer(letters, question, ' the second')).toMatchObject({ prediction: null, correct: false });
	});

	it('counts labels that do not differ as one', () => {
		const format: Format = { ...letters, choices: { from: 'list', templates: ['a', 'A', 'b'] } };
		expect(answer(format, question, 'a')).toMatchObject({ prediction: 1, correct: true });
		const byText: Format = { ...letters, gold: 'text' };
		const twins = questionOf({ question: 'Which', choices: ['x', 'y', 'y'], answer: 1 });
		expect(answer(byText, twins, 'C')).toMatchObject({ prediction: 2, gold: 1, correct: true });
	});
});

describe('a question that is answered freely', () => {
	it('scores nothing', () => {
		const asked = ask(free, capital('Paris'));
		expect(asked.requests).toEqual([]);
		expect(asked.prompt.continuations).toEqual([]);
		expect(asked.nTokens).toBe(asked.generation?.context.length);
	});

	it('is compared with the text of its target, or with each of several', () => {
		expect(answer(free, capital('Paris'), ' paris.\n')).toEqual({
			logprobs: [],
			label_mass: null,
			prediction: null,
			gold: null,
			correct: true,
			generated: ' paris.\n',
			target: 'Paris',
		});
		expect(answer(free, capital(['Lutetia', 'Paris']), 'Paris')).toMatchObject({
			correct: true,
			target: ['Lutetia', 'Paris'],
		});
		expect(answer(free, capital('Paris'), 'Rome').correct).toBe(false);
	});
});

describe('a prompt that is too long', () => {
	it('loses its beginning, so that all that may be written fits behind it', () => {
		const asked = ask(letters, question, 20);
		expect(asked.truncated).toBe(true);
		expect(asked.generation?.context.length).toBe(10);
		expect(text(asked.generation?.context ?? [])).toBe('out.\nWhich:'.slice(-10));
		expect(asked.requests[0]?.context).toEqual(asked.generation?.context);
		expect(asked.generation?.prefix).toBe(0);
	});

	it('cuts the labels’ context at the same place where they are encoded otherwise', () => {
		const spaced: Format = {
			...letters,
			item: [{ kind: 'question', template: '{{question}}: ' }],
			target_delimiter: '',
		};
		const asked = ask(spaced, question, 20);
		const [request] = asked.requests;
		// The white space at the end of the prompt is a part of what is scored.
		expect(text(request?.context ?? [])).toBe(text(asked.generation?.context ?? []).slice(0, -1));
		expect(request?.continuations.map(text)).toEqual([' A', ' B', ' C']);
	});

	it('loses shots, or nothing, as its format says', () => {
		const shots = [1, 2].map(n => questionOf({ key: `dev/${n}`, question: `Shot ${n}`, choices: ['x', 'y'] }));
		const dropping: Format = { ...letters, num_fewshot: 2, too_long: 'drop_shots' };
		const whole = ask(dropping, question, 1000, shots).nTokens;
		const asked = ask(dropping, question, whole + 9, shots);
		expect(asked.prompt.segments.filter(segment => segment.kind === 'shot')).toHaveLength(1);
		expect(ask(dropping, question, whole + 10, shots).truncated).toBe(false);
		expect(() => ask({ ...letters, too_long: 'error' }, question, 23)).toThrow(/24 tokens/);
		expect(ask({ ...letters, too_long: 'error' }, question, 24).truncated).toBe(false);
	});

	it('is refused where nothing would be left of it', () => {
		expect(() => ask(letters, question, 10)).toThrow(Failure);
		expect(ask(letters, question, 11).nTokens).toBe(1);
	});
});
