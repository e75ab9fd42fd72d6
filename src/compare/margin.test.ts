import { expect, it } from 'vitest';
import { marginOf } from './margin';

it('is above 0 where the right answer is the most probable, below where another is', () => {
	expect(marginOf({ logprobs: [-1.5, -0.5, -3], gold: 1 })).toBe(1);
	expect(marginOf({ logprobs: [-1.5, -0.5, -3], gold: 0 })).toBe(-1);
});

it.each([
	['one choice', [-1], 0],
	['no choice', [], 0],
	['gold that is no choice', [-1, -2], 2],
	['a right answer of probability 0', [Number.NEGATIVE_INFINITY, -2], 0],
	['others of probability 0', [-2, Number.NEGATIVE_INFINITY], 0],
	['a logarithm that is no number', [-2, Number.NaN], 0],
])('is null for %s', (_name, logprobs, gold) => {
	expect(marginOf({ logprobs, gold })).toBeNull();
});
