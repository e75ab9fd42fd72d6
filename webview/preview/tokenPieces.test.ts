import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/protocol/prompt';
import { piecesWithin, tokenPieces } from './tokenPieces';

const segments = (...texts: string[]): Segment[] => texts.map(text => ({ kind: 'question', text }));

describe('tokenPieces', () => {
	it('cuts a token at the border of two segments', () => {
		const pieces = tokenPieces(segments('Who?\n', '\nA. me'), [
			{ ids: [1, 2], end: 4 },
			{ ids: [3], end: 6 },
			{ ids: [4], end: 11 },
		]);
		expect(pieces).toEqual([
			[
				{ text: 'Who?', group: 0, ids: [1, 2], continued: false },
				{ text: '\n', group: 1, ids: [3], continued: false },
			],
			[
				{ text: '\n', group: 1, ids: [3], continued: true },
				{ text: 'A. me', group: 2, ids: [4], continued: false },
			],
		]);
	});

	it('leaves the end to the labels where the tokens end before it', () => {
		expect(tokenPieces(segments('Answer: '), [{ ids: [7], end: 7 }])[0]?.[1]).toEqual({
			text: ' ',
			group: null,
			ids: [],
			continued: false,
		});
	});

	it('counts the pieces that fit', () => {
		const [pieces = []] = tokenPieces(segments('abcdef'), [
			{ ids: [1], end: 2 },
			{ ids: [2], end: 6 },
		]);
		expect([0, 2, 5, 6, 7].map(limit => piecesWithin(pieces, limit))).toEqual([0, 1, 1, 2, 2]);
	});

	it('gives each segment its text, whatever the tokens', () => {
		const texts = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });
		fc.assert(
			fc.property(texts, fc.array(fc.integer({ min: 1, max: 5 })), (parts, lengths) => {
				let end = 0;
				const total = parts.join('').length;
				const groups = lengths
					.map((length, i) => {
						end += length;
						return { ids: [i], end };
					})
					.filter(group => group.end <= total);
				const pieces = tokenPieces(segments(...parts), groups);
				expect(pieces.map(of => of.map(piece => piece.text).join(''))).toEqual(parts);
				const begun = pieces.flat().filter(({ group, continued }) => group !== null && !continued);
				expect(begun.map(({ group }) => group)).toEqual(groups.map((_, i) => i));
			}),
		);
	});
});
