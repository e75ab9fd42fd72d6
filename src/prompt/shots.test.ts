import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { Pools } from '../data/dataset';
import type { Question } from '../data/row';
import { Failure } from '../protocol/failure';
import { compareCodePoints } from './codePoints';
import { createShotPicker, helmOrder } from './shots';

const split = (name: string, count: number, subject: string | null = null) =>
	Array.from({ length: count }, (_, i) =>
		questionOf({ key: `${name}/${i}`, question: `${name} ${i}`, choices: [`${i}`, `${i + 1}`], subject }),
	);

const pools = (counts: { test: number; validation: number; fewshot: number }, subject: string | null = null) =>
	new Map<string | null, Pools>([
		[
			subject,
			{
				test: split('test', counts.test, subject),
				validation: split('validation', counts.validation, subject),
				fewshot: split('dev', counts.fewshot, subject),
			},
		],
	]);

const keys = (questions: readonly Question[]) => questions.map(question => question.key);
const orders = ['mmlu/original', 'mmlu/helm', 'mmlu/harness-2023-01'] as const;

function sentence(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		return error instanceof Failure ? error.message : expect.fail(String(error));
	}
	return expect.fail('it did not fail');
}

describe('shots', () => {
	it('are the first rows of the file', () => {
		const picker = createShotPicker(
			presetFormat('mmlu/original', { num_fewshot: 2 }),
			pools({ test: 1, validation: 0, fewshot: 3 }),
		);
		expect(keys(picker(questionOf({})))).toEqual(['dev/0', 'dev/1']);
	});

	it('come from the subject of the question', () => {
		const both = new Map([
			...pools({ test: 2, validation: 4, fewshot: 3 }, 'law'),
			...pools({ test: 2, validation: 4, fewshot: 3 }, 'art'),
		]);
		for (const preset of orders) {
			const picker = createShotPicker(presetFormat(preset, { num_fewshot: 2 }), both);
			for (const subject of ['law', 'art']) {
				const shots = picker(questionOf({ key: 'test/1', subject }));
				expect(shots.map(shot => shot.subject)).toEqual([subject, subject]);
			}
		}
	});

	it('are none, needing no pool, where none are asked for', () => {
		for (const preset of orders) {
			expect(createShotPicker(presetFormat(preset, { num_fewshot: 0 }), new Map())(questionOf({}))).toEqual([]);
		}
	});

	it.each([
		['mmlu/original', 3, 'fewshot_split'],
		['mmlu/helm', 3, 'fewshot_split'],
		['mmlu/harness-2023-01', 4, 'validation_split'],
	])('of %s are an error where there are too few', (preset, needed, field) => {
		const format = presetFormat(preset, { num_fewshot: 3 });
		const small = pools({ test: 1, validation: needed - 1, fewshot: needed - 1 }, 'law');
		expect(sentence(() => createShotPicker(format, small)(questionOf({ subject: 'law' })))).toBe(
			`3 shots need ${needed} rows of the subject "law" in the split for shots, but only ${needed - 1} can be used (${field}). Lower num_fewshot, or add rows.`,
		);
		expect(sentence(() => createShotPicker(format, new Map())(questionOf({})))).toMatch(/only 0 can be used/);
		const enough = pools({ test: 1, validation: needed, fewshot: needed }, 'law');
		expect(createShotPicker(format, enough)(questionOf({ subject: 'law' }))).toHaveLength(3);
	});

	it('never show the question itself', () => {
		const same = split('test', 6);
		const one = new Map<string | null, Pools>([[null, { test: same, validation: same, fewshot: same }]]);
		for (const preset of orders) {
			const picker = createShotPicker(presetFormat(preset, { num_fewshot: 5 }), one);
			for (const question of same) {
				expect(keys(picker(question))).not.toContain(question.key);
				expect(new Set(keys(picker(question))).size).toBe(5);
			}
		}
	});
});

describe('the order of HELM', () => {
	const pool = fc
		.array(fc.constantFrom('a', 'b', 'c', '\ufffd', '\u{1f989}'), { minLength: 1, maxLength: 12 })
		.map(texts => texts.map((text, i) => questionOf({ key: `dev/${i}`, choices: [text, 'other'] })));

	it('holds each row once, and that of fewer shots is its beginning', () => {
		fc.assert(
			fc.property(pool, fc.nat(), (rows, seed) => {
				const whole = keys(helmOrder(rows, rows.length, seed));
				expect(whole.toSorted()).toEqual(keys(rows).toSorted());
				for (let count = 0; count <= rows.length; count++) {
					expect(keys(helmOrder(rows, count, seed))).toEqual(whole.slice(0, count));
				}
			}),
		);
	});

	it('shows every answer once before it shows one again', () => {
		fc.assert(
			fc.property(pool, fc.nat(), (rows, seed) => {
				const texts = helmOrder(rows, rows.length, seed).map(row => row.choices[0]);
				const distinct = new Set(texts).size;
				expect(new Set(texts.slice(0, distinct)).size).toBe(distinct);
			}),
		);
	});

	it('starts with a random row of a doubled answer and ends with the other', () => {
		const rows = ['x', 'y', 'x', 'z'].map((text, i) => questionOf({ key: `dev/${i}`, choices: [text, 'other'] }));
		const seen = new Set<string>();
		for (let seed = 0; seed < 20; seed++) {
			const order = keys(helmOrder(rows, 4, seed));
			expect([order[0], order[3]].toSorted()).toEqual(['dev/0', 'dev/2']);
			seen.add(order.join());
		}
		expect(seen.size).toBe(4);
	});
});

describe('the shots of the 2023 harness', () => {
	it('leave out a row with the same content under another key', () => {
		const test = split('test', 8);
		const validation = [
			...split('validation', 2),
			...test.slice(0, 4).map(({ key, ...row }) => ({ ...row, key: `v${key}` })),
		];
		const picker = createShotPicker(
			presetFormat('mmlu/harness-2023-01', { num_fewshot: 5 }),
			new Map([[null, { test, validation, fewshot: [] }]]),
		);
		for (const question of test.slice(0, 4)) {
			expect(picker(question)).toHaveLength(5);
			expect(keys(picker(question))).not.toContain(`v${question.key}`);
		}
	});

	it('depend on the whole test split, not on the order in which questions are asked', () => {
		const format = presetFormat('mmlu/harness-2023-01', { num_fewshot: 2 });
		const all = pools({ test: 9, validation: 8, fewshot: 0 });
		const questions = all.get(null)?.test ?? [];
		const forward = createShotPicker(format, all);
		const shown = questions.map(question => keys(forward(question)));
		const backward = createShotPicker(format, all);
		expect(questions.toReversed().map(question => keys(backward(question)))).toEqual(shown.toReversed());
		expect(new Set(shown.map(String)).size).toBeGreaterThan(1);
	});

	it('are a mistake of the program for a row of elsewhere', () => {
		const picker = createShotPicker(
			presetFormat('mmlu/harness-2023-01'),
			pools({ test: 1, validation: 6, fewshot: 0 }),
		);
		expect(() => picker(questionOf({ key: 'other/0' }))).toThrow('other/0 is not in the test pool');
	});
});

it('texts sort by code point, as in Python', () => {
	const points = (text: string) =>
		[...text].map(point => (point.codePointAt(0) ?? 0).toString(16).padStart(6, '0')).join();
	const anyText = fc.string({ unit: fc.constantFrom('a', 'b', '\uffff', '\u{10000}', '\ud800'), maxLength: 4 });
	fc.assert(
		fc.property(anyText, anyText, (a, b) => {
			const [x, y] = [points(a), points(b)];
			expect(Math.sign(compareCodePoints(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
		}),
	);
});
