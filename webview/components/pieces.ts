import type { Edit } from '../../src/protocol/diff';

/** A stretch of two compared texts: the same in both, or one text in place of another. */
export type Piece =
	| { readonly kind: 'equal'; readonly text: string }
	| { readonly kind: 'edit'; readonly deleted: string; readonly inserted: string };

/** A piece as shown: the middle of a long equal stretch may be folded away. */
export type ShownPiece = Piece | { readonly kind: 'folded'; readonly text: string; readonly lines: number };

/** Walks `codePoints` code points on from a place in a text. Places count UTF-16 units. */
function advance(text: string, place: number, codePoints: number): number {
	let at = place;
	for (let i = 0; i < codePoints && at < text.length; i++) {
		at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
	}
	return at;
}

/** The edits of one segment as a sequence that holds both texts: equal + deleted is the first, equal + inserted the second. */
export function pieces(a: string, edits: readonly Edit[]): Piece[] {
	const result: Piece[] = [];
	let place = 0;
	let passed = 0;
	const equalUpTo = (end: number) => {
		if (end > place) {
			result.push({ kind: 'equal', text: a.slice(place, end) });
		}
	};
	for (const edit of edits) {
		const start = advance(a, place, edit.aStart - passed);
		equalUpTo(start);
		result.push({ kind: 'edit', deleted: edit.deleted, inserted: edit.inserted });
		place = start + edit.deleted.length;
		passed = edit.aEnd;
	}
	equalUpTo(a.length);
	return result;
}

/** Fewer hidden lines, or hidden characters of one line, are not worth a click. */
const MIN_LINES = 2;
const MIN_CHARACTERS = 240;
const CONTEXT_CHARACTERS = 60;

/** Folds equal stretches but for the rest of the line at either end that touches an edit. */
export function fold(all: readonly Piece[]): ShownPiece[] {
	return all.flatMap((piece, i) => {
		if (piece.kind === 'edit') {
			return [piece];
		}
		const { text } = piece;
		// Where nothing changed at all, the first line says which text it is.
		const head = i === 0 && all.length > 1 ? 0 : headEnd(text);
		const tail = i === all.length - 1 ? text.length : tailStart(text);
		const hidden = text.slice(head, Math.max(head, tail));
		const lines = hidden.split('\n').length - 1;
		if (lines < MIN_LINES && hidden.length < MIN_CHARACTERS) {
			return [piece];
		}
		const parts: ShownPiece[] = [
			{ kind: 'equal', text: text.slice(0, head) },
			{ kind: 'folded', text: hidden, lines },
			{ kind: 'equal', text: text.slice(tail) },
		];
		return parts.filter(part => part.kind !== 'equal' || part.text !== '');
	});
}

/** Through the end of the first line, at most some characters. */
function headEnd(text: string): number {
	const newline = text.indexOf('\n');
	return newline >= 0 && newline < MIN_CHARACTERS ? newline + 1 : wholeCharacter(text, CONTEXT_CHARACTERS);
}

/** From the start of the last line, at most some characters. */
function tailStart(text: string): number {
	const newline = text.lastIndexOf('\n');
	return text.length - newline <= MIN_CHARACTERS ? newline + 1 : wholeCharacter(text, text.length - CONTEXT_CHARACTERS);
}

/** The place itself, or one before where it would split a surrogate pair. */
export function wholeCharacter(text: string, place: number): number {
	const at = Math.max(0, Math.min(place, text.length));
	return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at;
}

/** The first characters of a sequence of pieces, and how many are left out. */
export function limitPieces<P extends ShownPiece>(
	all: readonly P[],
	limit: number,
): { shown: (P | Piece)[]; rest: number } {
	const shown: (P | Piece)[] = [];
	let left = limit;
	let rest = 0;
	for (const piece of all) {
		const length = pieceLength(piece);
		if (length <= left) {
			shown.push(piece);
		} else if (piece.kind === 'equal' && left > 0) {
			const end = wholeCharacter(piece.text, left);
			shown.push({ kind: 'equal', text: piece.text.slice(0, end) });
			rest += length - end;
		} else if (piece.kind === 'edit' && left > 0) {
			// Both sides are cut: which of them comes first is not for a limit to say.
			const deleted = piece.deleted.slice(0, wholeCharacter(piece.deleted, left));
			const inserted = piece.inserted.slice(0, wholeCharacter(piece.inserted, left));
			shown.push({ kind: 'edit', deleted, inserted });
			rest += length - Math.max(deleted.length, inserted.length);
		} else {
			rest += length;
		}
		left = rest > 0 ? 0 : left - length;
	}
	return { shown, rest };
}

function pieceLength(piece: ShownPiece): number {
	switch (piece.kind) {
		case 'equal':
			return piece.text.length;
		case 'edit':
			return Math.max(piece.deleted.length, piece.inserted.length);
		case 'folded':
			return 0;
	}
}
