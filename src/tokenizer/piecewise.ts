import { idMemory } from './idMemory';
import type { SafeCuts } from './safeCuts';

const megabyte = 1024 * 1024;
/** Some thousands: those of a subject's shots, and of the questions asked last. */
const roomForLines = 2 * megabyte;
/** Some ten thousands: a working vocabulary. */
const roomForWords = 6 * megabyte;

/**
 * Encodes as `encode` does, but each line and each word of a text only when it is new: prompts of a benchmark have most of
 * their lines in common, and texts of one language most of their words.
 *
 * @param cuts That are safe with `encode`.
 */
export function piecewise(
	encode: (text: string) => readonly number[],
	{ line, composedOnly }: SafeCuts,
): (text: string) => number[] {
	const words = remembering(encode, roomForWords);
	const lines = remembering(text => joined(text, wordEnd, words), roomForLines);
	const nextLine = line === 'before' ? lineEndBefore : lineEndAfter;
	return text => (composedOnly && text.normalize('NFC') !== text ? [...encode(text)] : joined(text, nextLine, lines));
}

type Encode = (text: string) => readonly number[];

function remembering(encode: Encode, bytes: number): Encode {
	const known = idMemory(bytes);
	return text => {
		let ids = known.get(text);
		if (ids === undefined) {
			ids = encode(text);
			known.set(text, ids);
		}
		return ids;
	};
}

/** Where the piece ends that begins at `start`. */
type PieceEnd = (text: string, start: number) => number;

function joined(text: string, pieceEnd: PieceEnd, encode: Encode): number[] {
	const ids: number[] = [];
	let start = 0;
	while (start < text.length) {
		const end = pieceEnd(text, start);
		for (const id of encode(text.slice(start, end))) {
			ids.push(id);
		}
		start = end;
	}
	return ids;
}

function lineEndBefore(text: string, start: number): number {
	let at = text.indexOf('\n', start + 1);
	while (at !== -1 && !isLetter(text.charCodeAt(at + 1))) {
		at = text.indexOf('\n', at + 1);
	}
	return at === -1 ? text.length : at;
}

function lineEndAfter(text: string, start: number): number {
	let at = text.indexOf('\n', start);
	while (at !== -1 && !isLetter(text.charCodeAt(at + 1))) {
		at = text.indexOf('\n', at + 1);
	}
	return at === -1 ? text.length : at + 1;
}

function wordEnd(text: string, start: number): number {
	let at = text.indexOf(' ', start + 1);
	while (at !== -1 && !(isVisible(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at + 1)))) {
		at = text.indexOf(' ', at + 1);
	}
	return at === -1 ? text.length : at;
}

/** Of ASCII; NaN, which stands for no character, is none. */
function isLetter(code: number): boolean {
	return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** Of ASCII. */
function isVisible(code: number): boolean {
	return code >= 0x21 && code <= 0x7e;
}
