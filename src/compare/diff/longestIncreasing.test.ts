import fc from 'fast-check';
import { expect, it } from 'vitest';
import { longestIncreasing } from './longestIncreasing';

it.each([
	[[], []],
	[
		[0, 3, 1, 2, 4],
		[0, 2, 3, 4],
	],
	[[2, 1, 0], [2]],
	[
		[4, 0, 1, 2, 3],
		[1, 2, 3, 4],
	],
])('%j', (values, places) => {
	expect(longestIncreasing(values)).toEqual(places);
});

it('is increasing, and no other is longer', () => {
	const permutation = fc.integer({ min: 0, max: 9 }).chain(n => {
		const values = Array.from({ length: n }, (_, i) => i);
		return fc.shuffledSubarray(values, { minLength: n });
	});
	fc.assert(
		fc.property(permutation, values => {
			const found = longestIncreasing(values).map(place => values[place] ?? -1);
			expect(found).toEqual([...found].sort((a, b) => a - b));
			const lengths: number[] = [];
			values.forEach((value, i) => {
				lengths.push(1 + Math.max(0, ...lengths.filter((_, j) => (values[j] ?? 0) < value && j < i)));
			});
			expect(found.length).toBe(Math.max(0, ...lengths));
		}),
	);
});
