import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transitions } from '../protocol/resultsView';
import { pairColumns } from './columns';
import { compareVariants } from './comparison';
import { arbitrarySamples, sample } from './sampleBuilder';

const choice = { model: 'm', base: 'b', variant: 'v' };

describe('columns', () => {
	it('lists the base’s examples in its order, then the variant’s own', () => {
		const base = [sample({ key: 'test/2' }), sample({ key: 'test/0', prediction: null })];
		const variant = [
			sample({ key: 'test/9', gold: 2, subject: 'physics' }),
			sample({ key: 'test/2', prediction: 1, logprobs: [-2, -1, -3, -4] }),
		];
		const columns = pairColumns(base, variant, key => `question of ${key}`, choice);
		expect(columns).toEqual({
			...choice,
			key: ['test/2', 'test/0', 'test/9'],
			subject: ['law', 'law', 'physics'],
			question: ['question of test/2', 'question of test/0', 'question of test/9'],
			gold: Int16Array.of(0, 0, 2),
			basePrediction: Int16Array.of(0, -1, -2),
			variantPrediction: Int16Array.of(1, -2, 0),
			baseMargin: Float32Array.of(1, 1, Number.NaN),
			variantMargin: Float32Array.of(-1, Number.NaN, -2),
			transition: Uint8Array.of(0, 5, 5),
		});
	});

	it('shows a row that changed between the two as missing', () => {
		const columns = pairColumns([sample({ content_hash: 'old' })], [sample({ content_hash: 'new' })], () => '', choice);
		expect(columns.key).toEqual(['test/0']);
		expect([...columns.variantPrediction]).toEqual([-2]);
		expect(transitions[columns.transition[0] ?? -1]).toBe('missing');
	});

	it('cuts a question after 200 characters, never inside one', () => {
		const question = (text: string) => pairColumns([sample()], [], () => text, choice).question[0];
		expect(question('x'.repeat(201))).toBe('x'.repeat(200));
		expect(question(`${'x'.repeat(199)}😀y`)).toBe(`${'x'.repeat(199)}😀`);
		expect(question('😀'.repeat(300))).toBe('😀'.repeat(200));
	});

	it('has a row for every count of the comparison', () => {
		fc.assert(
			fc.property(arbitrarySamples(), arbitrarySamples(), (base, variant) => {
				const columns = pairColumns(base, variant, () => '', choice);
				const [comparison] = compareVariants('m', { name: 'b', samples: base }, [{ name: 'v', samples: variant }]);
				const count = (name: (typeof transitions)[number]) =>
					columns.transition.filter(code => transitions[code] === name).length;
				for (const name of ['right_to_wrong', 'wrong_to_right', 'churn', 'missing'] as const) {
					expect(count(name)).toBe(comparison?.[name]);
				}
				expect(columns.key.length).toBe((comparison?.n ?? 0) + count('missing'));
			}),
		);
	});
});
