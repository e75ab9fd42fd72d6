import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffText } from '../../src/compare/diff/diffText';
import { StepBudget } from '../../src/compare/diff/stepBudget';
import { fold, limitPieces, type Piece, pieces, type ShownPiece, wholeCharacter } from './pieces';

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é', '😀', '\u0301'), maxLength: 60 });

function side(all: readonly ShownPiece[], which: 'deleted' | 'inserted'): string {
	return all.map(piece => (piece.kind === 'edit' ? piece[which] : piece.text)).join('');
}

describe('pieces', () => {
	test('hold both texts', () => {
		fc.assert(
			fc.property(text, text, (a, b) => {
				const all = pieces(a, diffText(a, b, new StepBudget()).edits);
				expect(side(all, 'deleted')).toBe(a);
				expect(side(all, 'inserted')).toBe(b);
			}),
		);
	});

	test('count code points: an edit behind an emoji stands where it belongs', () => {
		const edit = { aStart: 2, aEnd: 3, bStart: 2, bEnd: 2, deleted: ' ', inserted: '' };
		expect(pieces('😀a b', [edit])).toEqual([
			{ kind: 'equal', text: '😀a' },
			{ kind: 'edit', deleted: ' ', inserted: '' },
			{ kind: 'equal', text: 'b' },
		]);
	});
});

describe('fold', () => {
	const edit: Piece = { kind: 'edit', deleted: '', inserted: 'Question: ' };

	test('keeps the lines that touch an edit', () => {
		const all: Piece[] = [edit, { kind: 'equal', text: 'Why?\nA. x\nB. y\nAnswer: A' }, edit];
		expect(fold(all)).toEqual([
			edit,
			{ kind: 'equal', text: 'Why?\n' },
			{ kind: 'folded', text: 'A. x\nB. y\n', lines: 2 },
			{ kind: 'equal', text: 'Answer: A' },
			edit,
		]);
	});

	test('leaves alone what is hardly longer than the line that would stand for it', () => {
		const all: Piece[] = [{ kind: 'equal', text: 'about' }, edit, { kind: 'equal', text: ' us\n\n' }];
		expect(fold(all)).toEqual(all);
	});

	test('loses nothing', () => {
		const piece = fc.oneof(
			fc.record({
				kind: fc.constant('equal' as const),
				text: fc.string({ unit: fc.constantFrom('x', '\n', '😀'), minLength: 1, maxLength: 600 }),
			}),
			fc.record({ kind: fc.constant('edit' as const), deleted: text, inserted: text }),
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 6 }), all => {
				expect(side(fold(all), 'deleted')).toBe(side(all, 'deleted'));
			}),
		);
	});
});

describe('limitPieces', () => {
	test('shows the first characters and counts the rest', () => {
		const all: Piece[] = [
			{ kind: 'equal', text: 'abcd' },
			{ kind: 'edit', deleted: 'xyz', inserted: 'xy' },
			{ kind: 'equal', text: 'efgh' },
		];
		expect(limitPieces(all, 100)).toEqual({ shown: all, rest: 0 });
		expect(limitPieces(all, 6)).toEqual({
			shown: [all[0], { kind: 'edit', deleted: 'xy', inserted: 'xy' }],
			rest: 5,
		});
		expect(limitPieces(all, 2)).toEqual({ shown: [{ kind: 'equal', text: 'ab' }], rest: 9 });
	});

	test('splits no surrogate pair', () => {
		expect(wholeCharacter('a😀b', 2)).toBe(1);
		expect(wholeCharacter('a😀b', 3)).toBe(3);
		expect(limitPieces([{ kind: 'equal', text: 'a😀b' }], 2).shown).toEqual([{ kind: 'equal', text: 'a' }]);
	});
});
