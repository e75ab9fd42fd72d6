import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closest, editDistance } from './closest';

describe('editDistance', () => {
	test.each([
		['', '', 0],
		['', 'abc', 3],
		['num_fewshots', 'num_fewshot', 1],
		['orignal', 'original', 1],
		['bsae', 'base', 1],
		['kitten', 'sitting', 3],
		// No stretch is edited twice: swapping and then inserting between would be 2.
		['ca', 'abc', 3],
	])('%s → %s: %d', (a, b, distance) => {
		expect(editDistance(a, b)).toBe(distance);
	});

	test('is symmetric, zero for equals alone, and never more than replacing everything', () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
				const distance = editDistance(a, b);
				expect(distance).toBe(editDistance(b, a));
				expect(distance === 0).toBe(a === b);
				expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
				expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
			}),
		);
	});

	test('one edit is one', () => {
		fc.assert(
			fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, at) => {
				const i = at % text.length;
				expect(editDistance(text, text.slice(0, i) + text.slice(i + 1))).toBe(1);
			}),
		);
	});
});

describe('closest', () => {
	const names = ['accuracy', 'seed', 'cpu', 'mmlu/original', 'mmlu/helm', 'mmlu/harness-2023-01'];
	test.each([
		['acuracy', 'accuracy'],
		['ACCURACY', 'accuracy'],
		['sed', 'seed'],
		['gpu', null],
		['helm', 'mmlu/helm'],
		['harness', 'mmlu/harness-2023-01'],
		['mmlu', null],
		['temperature', null],
		['', null],
	])('%j: %j', (word, expected) => {
		expect(closest(word, names)).toBe(expected);
	});
});
