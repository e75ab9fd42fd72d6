import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PythonRandom } from './mersenneTwister';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

function shuffled(seed: number, n: number): number[] {
	const items = range(n);
	new PythonRandom(seed).shuffle(items);
	return items;
}

describe('the stream of CPython', () => {
	it.each([
		[0, [3626764237, 1654615998, 3255389356, 3823568514]],
		[42, [2746317213, 478163327, 107420369, 3184935163]],
	])('seed %i starts with its 32-bit outputs', (seed, outputs) => {
		const random = new PythonRandom(seed);
		expect(outputs.map(() => random.nextUint32())).toEqual(outputs);
	});

	it.each([
		[0, [7, 8, 1, 5, 3, 4, 2, 0, 9, 6]],
		[1, [6, 8, 9, 7, 5, 3, 0, 4, 1, 2]],
		[42, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]],
	])('seed %i shuffles 0 … 9', (seed, order) => {
		expect(shuffled(seed, 10)).toEqual(order);
	});

	it.each([
		[0, 11, 3, [6, 10, 0]],
		[42, 11, 3, [10, 1, 0]],
		[0, 11, 6, [6, 10, 0, 4, 7, 3]],
		[42, 11, 6, [10, 1, 0, 4, 9, 6]],
		[0, 170, 6, [98, 107, 10, 66, 130, 124]],
		[42, 170, 6, [163, 28, 6, 70, 62, 57]],
	])('seed %i samples from range(%i) %i', (seed, n, k, drawn) => {
		expect(new PythonRandom(seed).sample(range(n), k)).toEqual(drawn);
	});

	it.each([
		[0, 1112038970],
		[42, 1051802512],
	])('seed %i is moved on by drawing below 1', (seed, next) => {
		const random = new PythonRandom(seed);
		expect([random.below(1), random.below(1), random.below(1)]).toEqual([0, 0, 0]);
		expect(random.nextUint32()).toBe(next);
	});

	it('takes both words of a seed beyond 32 bits', () => {
		// random.seed(2**40 + 7); random.getrandbits(32)
		expect(new PythonRandom(2 ** 40 + 7).nextUint32()).toBe(2635837658);
	});
});

describe('laws', () => {
	const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

	it('a shuffle is a permutation', () => {
		fc.assert(
			fc.property(seed, fc.integer({ min: 0, max: 60 }), (s, n) => {
				expect(shuffled(s, n).toSorted((a, b) => a - b)).toEqual(range(n));
			}),
		);
	});

	it('a sample holds k distinct members, from small populations and large', () => {
		fc.assert(
			fc.property(seed, fc.integer({ min: 0, max: 400 }), fc.nat(), (s, n, wanted) => {
				const k = wanted % (n + 1);
				const drawn = new PythonRandom(s).sample(range(n), k);
				expect(drawn).toHaveLength(k);
				expect(new Set(drawn).size).toBe(k);
				expect(drawn.every(i => i >= 0 && i < n)).toBe(true);
			}),
		);
	});

	it('the sign of a seed does not matter', () => {
		fc.assert(
			fc.property(seed, s => {
				expect(shuffled(-s, 20)).toEqual(shuffled(s, 20));
			}),
		);
	});

	it('asks for no more than there is', () => {
		expect(() => new PythonRandom(0).sample([1, 2], 3)).toThrow(RangeError);
	});
});
