import type { Sequence, Sides, Span } from './sequence';

const wordPattern = /[\p{L}\p{N}\p{M}_]/u;
// White space, and what has no shape: controls, joiners, zero-width spaces.
const blankPattern = /[\s\p{Cc}\p{Cf}]/u;
// Marks, joiners and modifiers are drawn with the character before them.
const attachedPattern = /\p{M}|\p{Emoji_Modifier}|\u200d/u;

// Nearly all text is ASCII, and long texts are asked about character by character.
const asciiWord = asciiTable(wordPattern);
const asciiBlank = asciiTable(blankPattern);

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const joiner = 0x200d;

function isBlank(code: number): boolean {
	return code < 0x80 ? asciiBlank[code] === 1 : blankPattern.test(String.fromCodePoint(code));
}

/** Whether all that a change deletes and inserts is blank. */
export function isBlankChange({ aStart, aEnd, bStart, bEnd }: Span, { a, b }: Sides): boolean {
	return everyBlank(a, aStart, aEnd) && everyBlank(b, bStart, bEnd);
}

export function isLineEnd(code: number): boolean {
	return code === lineFeed || code === carriageReturn;
}

/** Whether a boundary before `offset` goes through a word. */
export function cutsWord(text: Sequence, offset: number): boolean {
	const [before, after] = around(text, offset);
	return before !== undefined && after !== undefined && isWord(before) && isWord(after);
}

/**
 * How natural a change begins or ends at `offset`, from 0 (inside what is drawn as one character) to 5 (an end of the text).
 */
export function boundaryScore(text: Sequence, offset: number): number {
	const [before, after] = around(text, offset);
	if (before === undefined || after === undefined) {
		return 5;
	}
	if ((before === carriageReturn && after === lineFeed) || before === joiner || isAttached(after)) {
		return 0;
	}
	if (before === lineFeed) {
		return 5;
	}
	if (isBlank(before) && !isBlank(after)) {
		return 4;
	}
	if (isBlank(before) !== isBlank(after)) {
		return 3;
	}
	return isWord(before) && isWord(after) ? 1 : 2;
}

function around(text: Sequence, offset: number): readonly [number | undefined, number | undefined] {
	return [text[offset - 1], text[offset]];
}

function everyBlank(text: Sequence, start: number, end: number): boolean {
	for (let i = start; i < end; i++) {
		if (!isBlank(text[i] ?? 0)) {
			return false;
		}
	}
	return true;
}

/** Letters, digits, marks and `_`. */
export function isWord(code: number): boolean {
	return code < 0x80 ? asciiWord[code] === 1 : wordPattern.test(String.fromCodePoint(code));
}

function isAttached(code: number): boolean {
	return code > 0x7f && attachedPattern.test(String.fromCodePoint(code));
}

function asciiTable(pattern: RegExp): Uint8Array {
	return Uint8Array.from({ length: 0x80 }, (_, code) => Number(pattern.test(String.fromCodePoint(code))));
}
