import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transitions } from '../protocol/resultsView';
import { exampleColumns, pairColumns } from './columns';
import { compareVariants } from './comparison';
import { arbitrarySamples, columnsOf, keysOf, sample } from './sampleBuilder';

const choice = { model: 'm', base: 'b', variant: 'v' };

describe('columns', () => {
	it('lists the examples that one of the two has, in the order of the slice', () => {
		const keys = ['test/0', 'test/2', 'test/5', 'test/9'];
		const base = [sample({ key: 'test/2' }), sample({ key: 'test/0', prediction: null })];
		const variant = [
			sample({ key: 'test/9', gold: 2 }),
			sample({ key: 'test/2', prediction: 1, logprobs: [-2, -1, -3, -4] }),
		];
		expect(pairColumns(columnsOf(base, keys), columnsOf(variant, keys), choice)).toEqual({
			...choice,
			example: Uint32Array.of(0, 1, 3),
			gold: Int16Array.of(0, 0, 2),
			basePrediction: Int16Array.of(-1, 0, -2),
			variantPrediction: Int16Array.of(-2, 1, 0),
			baseMargin: Float32Array.of(1, 1, Number.NaN),
			variantMargin: Float32Array.of(Number.NaN, -1, -2),
			transition: Uint8Array.of(5, 0, 5),
		});
	});

	it('shows a row that changed between the two as missing', () => {
		const [base, variant] = ['old', 'new'].map(content_hash => columnsOf([sample({ content_hash, gold: 1 })]));
		if (!base || !variant) {
			throw new Error('two lists');
		}
		const columns = pairColumns(base, variant, choice);
		expect([...columns.example]).toEqual([0]);
		expect([...columns.basePrediction]).toEqual([0]);
		expect([...columns.variantPrediction]).toEqual([-2]);
		expect([...columns.variantMargin]).toEqual([Number.NaN]);
		expect(transitions[columns.transition[0] ?? -1]).toBe('missing');
	});

	it('cuts a question after 200 characters, never inside one', () => {
		const question = (text: string) => exampleColumns([{ key: 'test/0', subject: null, question: text }]).question[0];
		expect(question('x'.repeat(201))).toBe('x'.repeat(200));
		expect(question(`${'x'.repeat(199)}😀y`)).toBe(`${'x'.repeat(199)}😀`);
		expect(question('😀'.repeat(300))).toBe('😀'.repeat(200));
	});

	it('keeps each subject once', () => {
		const subjects = ['law', null, 'art', 'law', '__proto__'];
		const columns = exampleColumns(subjects.map((subject, i) => ({ key: `test/${i}`, subject, question: '' })));
		expect(columns.subjects).toEqual(['law', 'art', '__proto__']);
		expect([...columns.subject].map(code => columns.subjects[code] ?? null)).toEqual(subjects);
	});

	it('has a row for every count of the comparison', () => {
		fc.assert(
			fc.property(arbitrarySamples(), arbitrarySamples(), (base, variant) => {
				const keys = keysOf(base, variant);
				const [a, b] = [columnsOf(base, keys), columnsOf(variant, keys)];
				const columns = pairColumns(a, b, choice);
				const [comparison] = compareVariants('m', { name: 'b', samples: a }, [{ name: 'v', samples: b }]);
				const count = (name: (typeof transitions)[number]) =>
					columns.transition.filter(code => transitions[code] === name).length;
				for (const name of ['right_to_wrong', 'wrong_to_right', 'churn', 'missing'] as const) {
					expect(count(name)).toBe(comparison?.[name]);
				}
				expect(columns.example.length).toBe(keys.length);
				expect(columns.example.length).toBe((comparison?.n ?? 0) + count('missing'));
			}),
		);
	});
});
