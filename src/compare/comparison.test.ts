import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../protocol/results';
import type { Sample } from '../protocol/sample';
import { compareVariants } from './comparison';
import { arbitrarySamples, columnsOf, keysOf, sample } from './sampleBuilder';

/** One sample for each letter: r right, w and x wrong in two ways. */
function samples(outcomes: string): Sample[] {
	const answers = new Map([
		['r', 0],
		['w', 1],
		['x', 2],
	]);
	return [...outcomes].map((outcome, i) => sample({ key: `test/${i}`, prediction: answers.get(outcome) ?? null }));
}

function compareTwo(base: readonly Sample[], variant: readonly Sample[]): Comparison {
	const keys = keysOf(base, variant);
	const of = (name: string, samples: readonly Sample[]) => ({ name, samples: columnsOf(samples, keys) });
	const [comparison] = compareVariants('m', of('base', base), [of('other', variant)]);
	if (!comparison) {
		throw new Error('no comparison');
	}
	return comparison;
}

describe('comparison', () => {
	it('finds no difference between equal answers', () => {
		expect(compareTwo(samples('rrwx'), samples('rrwx'))).toEqual({
			model: 'm',
			base: 'base',
			variant: 'other',
			n: 4,
			delta: 0,
			ci95: [0, 0],
			p_value: 1,
			p_adjusted: 1,
			right_to_wrong: 0,
			wrong_to_right: 0,
			churn: 0,
			missing: 0,
		});
	});

	it('has no figure where nothing is paired', () => {
		const comparison = compareTwo(samples('rw'), []);
		expect(comparison).toMatchObject({ n: 0, delta: null, ci95: null, p_value: null, p_adjusted: null, missing: 2 });
	});

	it('has no interval for one pair', () => {
		expect(compareTwo(samples('r'), samples('w'))).toMatchObject({ n: 1, delta: -1, ci95: null, p_value: 1 });
	});

	it('agrees with the published paired difference and McNemar’s p', () => {
		// The vectors `pairedDiff` and `mcnemar` of the fixture, written as outcomes.
		const comparison = compareTwo(samples('rwrrwrwrrrww'), samples('rrrrrrwrwrrw'));
		expect(comparison).toMatchObject({ n: 12, right_to_wrong: 1, wrong_to_right: 3, churn: 0 });
		expect(comparison.delta).toBeCloseTo(0.166666666667, 11);
		expect(comparison.ci95?.[0]).toBeCloseTo(-0.159993997423, 11);
		expect(comparison.ci95?.[1]).toBeCloseTo(0.493327330757, 11);
		expect(comparison.p_value).toBeCloseTo(0.625, 12);
	});

	it('adjusts p over the variants that have one', () => {
		const all = samples('rrrrrrrrrr');
		const base = { name: 'base', samples: columnsOf(all) };
		const others = [
			{ name: 'bad', samples: columnsOf(samples('wwwwwwwwww')) },
			{ name: 'empty', samples: columnsOf([], keysOf(all)) },
			{ name: 'same', samples: base.samples },
		];
		const compared = compareVariants('m', base, others);
		expect(compared.map(comparison => comparison.variant)).toEqual(['bad', 'empty', 'same']);
		expect(compared.map(comparison => comparison.p_adjusted)).toEqual([2 * 2 * 2 ** -10, null, 1]);
	});

	it('is symmetric: swapping the two swaps the flips and negates the difference', () => {
		fc.assert(
			fc.property(arbitrarySamples(), arbitrarySamples(), (base, variant) => {
				const there = compareTwo(base, variant);
				const back = compareTwo(variant, base);
				const same = ({ n, churn, missing, p_value }: Comparison) => ({ n, churn, missing, p_value });
				expect(same(back)).toEqual(same(there));
				expect(back.right_to_wrong).toBe(there.wrong_to_right);
				expect(back.wrong_to_right).toBe(there.right_to_wrong);
				expect(back.delta ?? 0).toBeCloseTo(-(there.delta ?? 0), 12);
				expect(back.ci95?.[0] ?? 0).toBeCloseTo(-(there.ci95?.[1] ?? 0), 12);
			}),
		);
	});

	it('never has NaN in it, and delta is the flips over the pairs', () => {
		fc.assert(
			fc.property(arbitrarySamples(), arbitrarySamples(), (base, variant) => {
				const comparison = compareTwo(base, variant);
				expect(JSON.stringify(comparison).includes('null')).toBe(comparison.n < 2);
				const { n, delta, wrong_to_right, right_to_wrong } = comparison;
				expect((delta ?? 0) * n).toBeCloseTo(wrong_to_right - right_to_wrong, 9);
			}),
		);
	});
});
