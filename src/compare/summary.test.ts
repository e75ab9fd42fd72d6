import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../protocol/sample';
import { arbitrarySamples, columnsOf, keysOf, sample } from './sampleBuilder';
import { type SummaryContext, summarise as summariseColumns } from './summary';

const context: SummaryContext = { model: 'm', variant: 'v', skipped: 2, errors: 1, aggregate: null };

/** Samples in the order given, each of an example of its own where they have no keys. */
function summarise(samples: readonly Sample[], of: SummaryContext) {
	const distinct = keysOf(samples).length === samples.length;
	const keyed = distinct ? samples : samples.map((one, i) => ({ ...one, key: `test/${i}` }));
	return summariseColumns(
		columnsOf(keyed),
		keyed.map(({ subject }) => subject),
		of,
	);
}

describe('summary', () => {
	it('has no figure where there are no samples', () => {
		for (const aggregate of ['micro', 'macro', 'acc_norm', null] as const) {
			expect(summarise([], { ...context, aggregate })).toEqual({
				model: 'm',
				variant: 'v',
				n: 0,
				skipped: 2,
				errors: 1,
				accuracy: null,
				ci95: null,
				label_mass: null,
				answers: [0],
				rstd: null,
				truncated: 0,
			});
		}
	});

	it('counts, averages and histograms', () => {
		const samples = [
			sample({ gold: 0, prediction: 0, label_mass: 0.9 }),
			sample({ gold: 1, prediction: 0, label_mass: 0.7, truncated: true }),
			sample({ gold: 1, prediction: 1, label_mass: 0.5 }),
			sample({ gold: 2, prediction: null, label_mass: 0.1 }),
		];
		const result = summarise(samples, context);
		expect(result).toMatchObject({ n: 4, accuracy: 0.5, answers: [2, 1, 0, 0, 1], truncated: 1 });
		expect(result.label_mass).toBeCloseTo(0.55, 12);
		// Recalls 1, 1/2 and 0: the fourth label is never right, so it has none.
		expect(result.rstd).toBeCloseTo(100 * Math.sqrt(1 / 6), 10);
		expect(result.ci95?.map(bound => bound.toFixed(4))).toEqual(['0.1500', '0.8500']);
	});

	it('tells the mean over subjects from the mean over questions', () => {
		const right = { prediction: 0 };
		const samples = [
			...[right, right, right, right].map(members => sample({ ...members, subject: 'law' })),
			...[{ prediction: 1 }, { prediction: 0 }].map(members => sample({ ...members, subject: 'physics' })),
		];
		expect(summarise(samples, { ...context, aggregate: 'macro' }).aggregate).toEqual({ name: 'macro', value: 0.75 });
		expect(summarise(samples, { ...context, aggregate: 'micro' }).aggregate).toEqual({ name: 'micro', value: 5 / 6 });
		expect(summarise(samples, { ...context, aggregate: 'macro' }).accuracy).toBe(5 / 6);
	});

	it('reports acc_norm where every sample has it, and not otherwise', () => {
		const samples = [sample({ correct_norm: true }), sample({ correct_norm: false, prediction: 1 })];
		const normed = { ...context, aggregate: 'acc_norm' } as const;
		expect(summarise(samples, normed).aggregate).toEqual({ name: 'acc_norm', value: 0.5 });
		expect(summarise([...samples, sample()], normed)).not.toHaveProperty('aggregate');
	});

	it('reports acc_norm beside a macro mean where samples have both', () => {
		const samples = [
			sample({ subject: 'law', correct_norm: true, prediction: 1 }),
			sample({ subject: 'law', correct_norm: false }),
			sample({ subject: 'physics', correct_norm: true }),
		];
		const result = summarise(samples, { ...context, aggregate: 'macro' });
		expect(result).toMatchObject({ accuracy: 2 / 3, aggregate: { name: 'macro', value: 0.75 }, acc_norm: 2 / 3 });
		expect(summarise(samples, { ...context, aggregate: 'acc_norm' })).not.toHaveProperty('acc_norm');
	});

	it('counts as recalled what counted as right', () => {
		const samples = [sample({ gold: 3, prediction: 0, correct: true }), sample({ gold: 0, prediction: 0 })];
		expect(summarise(samples, context)).toMatchObject({ accuracy: 1, rstd: 0, answers: [2, 0, 0, 0, 0] });
	});

	it('does not depend on the order of the samples, to the last bit', () => {
		const shuffled = arbitrarySamples().chain(samples =>
			fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length })),
		);
		fc.assert(
			fc.property(shuffled, ([samples, other]) => {
				const macro = { ...context, aggregate: 'macro' } as const;
				expect(summarise(other, macro)).toEqual(summarise(samples, macro));
			}),
		);
	});

	it('never has NaN in it, and its parts add up', () => {
		fc.assert(
			fc.property(arbitrarySamples(), fc.constantFrom('micro', 'macro', 'acc_norm', null), (samples, aggregate) => {
				const result = summarise(samples, { ...context, aggregate });
				// JSON writes NaN and Infinity as null.
				expect(JSON.parse(JSON.stringify(result))).toEqual(result);
				expect(result.answers.reduce((sum, count) => sum + count, 0)).toBe(samples.length);
			}),
		);
	});
});
