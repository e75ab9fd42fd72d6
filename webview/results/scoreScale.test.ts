import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barShare, rankOf, scoreScale } from './scoreScale';

const logprobs = fc.array(fc.double({ min: -200, max: 0, noNaN: true }), { minLength: 1, maxLength: 6 });

describe('scoreScale', () => {
	test('comparable sides share one absolute scale', () => {
		const scale = scoreScale([-1, -2], [-1.5, -3]);
		expect(scale).toMatchObject({ high: -1, relative: false });
		expect(barShare([-1, -2], 0, scale)).toBe(1);
	});

	test('sides far apart count from their own best', () => {
		const scale = scoreScale([-1, -2], [-90, -92]);
		expect(scale).toMatchObject({ high: 0, relative: true });
		expect([barShare([-1, -2], 0, scale), barShare([-90, -92], 0, scale)]).toEqual([1, 1]);
	});

	test('nothing to draw without a finite value', () => {
		expect(scoreScale(undefined, [Number.NEGATIVE_INFINITY])).toBeNull();
		expect(barShare(undefined, 0, null)).toBe(0);
	});

	test('within a side, a longer bar is a more probable choice', () => {
		fc.assert(
			fc.property(logprobs, logprobs, (a, b) => {
				const scale = scoreScale(a, b);
				for (const side of [a, b]) {
					for (const [i, x] of side.entries()) {
						const share = barShare(side, i, scale);
						expect(share).toBeGreaterThan(0);
						expect(share).toBeLessThanOrEqual(1);
						for (const [j, y] of side.entries()) {
							if (x > y) {
								expect(share).toBeGreaterThanOrEqual(barShare(side, j, scale));
							}
						}
					}
				}
			}),
		);
	});
});

test('rankOf counts from the best', () => {
	expect([rankOf([-1, -3, -2], 1), rankOf([-1, -1], 1), rankOf([], 0)]).toEqual(['3', '1', '–']);
});
