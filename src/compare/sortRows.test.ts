import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PairList } from '../protocol/resultsView';
import { type SortKey, sortRows } from './sortRows';

const columns: PairList = {
	model: 'm',
	base: 'b',
	variant: 'v',
	example: Uint32Array.of(0, 1, 2, 3),
	examples: {
		key: ['test/0', 'test/1', 'test/2', 'test/3'],
		subjects: ['law', 'art'],
		subject: Int32Array.of(0, -1, 1, 0),
		question: ['b', 'a', 'Z', 'é'],
	},
	gold: Int16Array.of(2, 1, 2, 0),
	basePrediction: Int16Array.of(0, -2, -1, 3),
	variantPrediction: Int16Array.of(1, 0, 0, 0),
	baseMargin: Float32Array.of(1, Number.NaN, -1, 0.5),
	variantMargin: Float32Array.of(0, 2, -1, 3),
	transition: Uint8Array.of(0, 5, 3, 1),
};
const rows = [0, 1, 2, 3];

describe('sorting', () => {
	it.each([
		['row', [0, 1, 2, 3], [3, 2, 1, 0]],
		['subject', [2, 0, 3, 1], [0, 3, 2, 1]],
		['question', [2, 1, 0, 3], [3, 0, 1, 2]],
		['gold', [3, 1, 0, 2], [0, 2, 1, 3]],
		['basePrediction', [1, 2, 0, 3], [3, 0, 2, 1]],
		['variantPrediction', [1, 2, 3, 0], [0, 1, 2, 3]],
		['baseMargin', [2, 3, 0, 1], [0, 3, 2, 1]],
		['variantMargin', [2, 0, 1, 3], [3, 1, 0, 2]],
		['marginChange', [0, 2, 3, 1], [3, 2, 0, 1]],
		['transition', [0, 3, 2, 1], [1, 2, 3, 0]],
	] as const satisfies readonly (readonly [SortKey, readonly number[], readonly number[]])[])(
		'by %s',
		(by, ascending, descending) => {
			expect([...sortRows(columns, rows, by, 'ascending')]).toEqual(ascending);
			expect([...sortRows(columns, rows, by, 'descending')]).toEqual(descending);
		},
	);

	it('keeps the order of equal rows as it was given', () => {
		fc.assert(
			fc.property(fc.shuffledSubarray(rows), fc.constantFrom('ascending', 'descending'), (given, direction) => {
				const same = { ...columns, examples: { ...columns.examples, subject: Int32Array.of(0, 0, 0, 0) } };
				expect([...sortRows(same, given, 'subject', direction)]).toEqual(given);
			}),
		);
	});
});
