import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../protocol/json';
import { answerIndex, readingOf } from './answer';

const understand = (given: readonly (readonly [Json, readonly string[]])[]) => {
	const answers = given.map(([answer, choices]) => ({ answer, choices }));
	const reading = readingOf(answers);
	return answers.map(answer => answerIndex(answer, reading));
};

const fruits = ['apple', 'pear', 'fig', 'plum'];

describe('an answer', () => {
	it.each([
		[2, 2],
		['2', 2],
		['C', 2],
		['c', 2],
		['fig', 2],
		['02', 2],
		[4, null],
		[-1, null],
		[1.5, null],
		['4', null],
		['E', null],
		['Fig', null],
		[' C', null],
		['', null],
		[true, null],
		[null, null],
	])('%j is choice %j of four', (answer, index) => {
		expect(understand([[answer, fruits]])).toEqual([index]);
	});

	it('may be given in another way in each row', () => {
		expect(understand([0, 'B', '2', 'plum'].map(answer => [answer, fruits]))).toEqual([0, 1, 2, 3]);
	});
});

describe('answers that can be read in two ways', () => {
	it('are texts where more of them are', () => {
		const sums: [Json, string[]][] = [
			['12', ['12', '13', '2', '1']],
			['2', ['1', '4', '3', '2']],
			['D', ['B', 'D', 'A', 'C']],
		];
		expect(understand(sums)).toEqual([0, 3, 1]);
	});

	it('are labels where more of them are, and texts where neither is more', () => {
		expect(
			understand([
				['2', ['0', '1', '3', '2']],
				['0', fruits],
			]),
		).toEqual([2, 0]);
		expect(understand([['2', ['0', '1', '3', '2']]])).toEqual([3]);
	});

	it('are never numbers, which are indexes', () => {
		expect(
			understand([
				[2, ['0', '1', '3', '2']],
				['13', ['12', '13']],
			]),
		).toEqual([2, 1]);
	});
});

it('finds again what was written as index, letter or text', () => {
	const choices = fc.uniqueArray(
		fc.string({ minLength: 2 }).filter(text => !/^\d+$/.test(text)),
		{
			minLength: 2,
			maxLength: 10,
		},
	);
	fc.assert(
		fc.property(choices, fc.nat(), (texts, n) => {
			const index = n % texts.length;
			for (const answer of [index, String(index), 'ABCDEFGHIJ'.charAt(index), texts[index] ?? '']) {
				expect(understand([[answer, texts]])).toEqual([index]);
			}
		}),
	);
});
