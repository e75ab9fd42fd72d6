import fc from 'fast-check';
import { expect, it } from 'vitest';
import { summarise } from './vocabularyRow';

const logit = fc.double({ min: -1e4, max: 1e4, noNaN: true });

it('makes the probabilities of a row sum to one', () => {
	fc.assert(
		fc.property(fc.array(logit, { minLength: 1, maxLength: 50 }), row => {
			const { logSumExp } = summarise(row);
			expect(row.reduce((sum, value) => sum + Math.exp(value - logSumExp), 0)).toBeCloseTo(1, 9);
		}),
	);
});

it('takes the lowest id among the greatest logits', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 }), row => {
			expect(summarise(Float32Array.from(row)).argmax).toBe(row.indexOf(Math.max(...row)));
		}),
	);
});

it('says so where a row is no row of numbers', () => {
	expect(summarise([0, Number.NaN, 1]).logSumExp).toBeNaN();
	expect(summarise([0, Number.POSITIVE_INFINITY]).logSumExp).toBeNaN();
	expect(summarise([Number.NEGATIVE_INFINITY, 0]).logSumExp).toBe(0);
});
