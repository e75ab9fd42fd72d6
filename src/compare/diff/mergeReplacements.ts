import { cutsWord, isBlankChange, isLineEnd, isWord } from './characters';
import { isDeletion, isInsertion, joined, type Sides, type Span } from './sequence';
import { trimmed } from './shortestEdit';

/**
 * Where one phrase stands in place of another, the letters that both happen to have are no common text, and marking each
 * other letter is no help to a reader. Neighbouring changes become one where
 * - no whole word and no line end is equal between them,
 * - less than half of the shorter side is equal,
 * - together they both delete and insert: text is replaced, not only added or taken out,
 * - and none of them is white space alone: one added space stays one added space.
 * The difference stays exact, but here it marks more than the least that must change.
 */
export function mergeReplacements(changes: readonly Span[], sides: Sides): Span[] {
	const merged: Span[] = [];
	let phrase: Span[] = [];
	for (const change of changes) {
		const previous = phrase.at(-1);
		if (
			previous &&
			(isBlankChange(previous, sides) || isBlankChange(change, sides) || keepsText(previous, change, sides))
		) {
			merged.push(...mergedPhrase(phrase, sides));
			phrase = [];
		}
		phrase.push(change);
	}
	merged.push(...mergedPhrase(phrase, sides));
	return merged;
}

/** One change in place of several, or these as they are. */
function mergedPhrase(changes: readonly Span[], sides: Sides): readonly Span[] {
	const [first] = changes;
	const last = changes.at(-1);
	if (!first || !last || first === last || changes.every(isInsertion) || changes.every(isDeletion)) {
		return changes;
	}
	const whole = joined(first, last);
	const deleted = changes.reduce((sum, change) => sum + change.aEnd - change.aStart, 0);
	const equal = whole.aEnd - whole.aStart - deleted;
	const shorter = Math.min(whole.aEnd - whole.aStart, whole.bEnd - whole.bStart);
	return 2 * equal < shorter ? [trimmed(sides.a, sides.b, whole)] : changes;
}

/** Whether the equal text between two changes holds a line end, or a word that is whole on both sides. */
function keepsText(first: Span, second: Span, { a, b }: Sides): boolean {
	const toB = first.bEnd - first.aEnd;
	const isBoundary = (offset: number) => !cutsWord(a, offset) && !cutsWord(b, offset + toB);
	let inWholeWord = false;
	for (let i = first.aEnd; i < second.aStart; i++) {
		const code = a[i] ?? 0;
		if (isLineEnd(code)) {
			return true;
		}
		if (isWord(code)) {
			inWholeWord ||= isBoundary(i);
		} else if (inWholeWord) {
			return true;
		}
	}
	return inWholeWord && isBoundary(second.aStart);
}
