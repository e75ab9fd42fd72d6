import type { Edit } from '../../protocol/diff';
import { codePoints } from './codePoints';
import { mergeReplacements } from './mergeReplacements';
import { shortestEdit } from './shortestEdit';
import { slide } from './slide';
import { StepBudget } from './stepBudget';

/** The edits that turn one text into another. */
export interface TextDiff {
	/** In ascending order; neither side of an edit begins or ends with a code point that the other has there too. */
	readonly edits: readonly Edit[];
	/** The texts were too different for the budget: the edits are exact, but more than needed. */
	readonly coarse: boolean;
}

/**
 * The exact difference of two texts by Unicode code point. White space and line ends are text like any other, nothing is
 * normalised. The fewest deletions and insertions are found first, then arranged for reading (`slide`,
 * `mergeReplacements`).
 */
export function diffText(a: string, b: string, budget: StepBudget = new StepBudget()): TextDiff {
	if (a === b) {
		return { edits: [], coarse: false };
	}
	const ofA = codePoints(a);
	const ofB = codePoints(b);
	const sides = { a: ofA.codes, b: ofB.codes };
	const { changes, coarse } = shortestEdit(sides.a, sides.b, budget);
	const edits = mergeReplacements(slide(changes, sides), sides).map(span => ({
		...span,
		deleted: ofA.slice(span.aStart, span.aEnd),
		inserted: ofB.slice(span.bStart, span.bEnd),
	}));
	return { edits, coarse };
}

/**
 * The text that edits make of `text`: `applyEdits(a, diffText(a, b).edits)` is b.
 * @throws Error where the edits belong to another text.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
	const points = codePoints(text);
	let result = '';
	let at = 0;
	for (const { aStart, aEnd, deleted, inserted } of edits) {
		if (aStart < at || points.slice(aStart, aEnd) !== deleted) {
			throw new Error(`the edit at ${aStart} does not belong to this text`);
		}
		result += points.slice(at, aStart) + inserted;
		at = aEnd;
	}
	return result + points.slice(at, points.codes.length);
}

/** The edits that turn the second text back into the first. */
export function invertEdits(edits: readonly Edit[]): Edit[] {
	return edits.map(({ aStart, aEnd, bStart, bEnd, deleted, inserted }) => ({
		aStart: bStart,
		aEnd: bEnd,
		bStart: aStart,
		bEnd: aEnd,
		deleted: inserted,
		inserted: deleted,
	}));
}
