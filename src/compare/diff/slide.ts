import { boundaryScore, isBlankChange } from './characters';
import { isDeletion, isInsertion, joined, moved, type Sequence, type Sides, type Span, touches } from './sequence';

/**
 * Chooses, among alignments that cost the same, the one that reads best. An insertion or deletion can stand at another
 * place where the text that it moves over repeats: an added "the " between "in " and "the end" may as well be "he t", or
 * stand behind. Changes that meet when moved become one; then each goes to where it begins and ends most naturally.
 * No more is deleted or inserted than before.
 */
export function slide(changes: readonly Span[], sides: Sides): Span[] {
	return settle(joinRight(joinLeft(changes, sides), sides), sides);
}

function joinLeft(changes: readonly Span[], sides: Sides): Span[] {
	const result: Span[] = [];
	for (const each of changes) {
		let change = each;
		for (;;) {
			const previous = result.at(-1);
			change = moved(change, -room(change, sides, -1, previous));
			if (!previous || !touches(previous, change)) {
				break;
			}
			result.pop();
			change = joined(previous, change);
		}
		result.push(change);
	}
	return result;
}

function joinRight(changes: readonly Span[], sides: Sides): Span[] {
	const reversed: Span[] = [];
	for (const each of changes.toReversed()) {
		let change = each;
		for (;;) {
			const next = reversed.at(-1);
			change = moved(change, room(change, sides, 1, next));
			if (!next || !touches(change, next)) {
				break;
			}
			reversed.pop();
			change = joined(change, next);
		}
		reversed.push(change);
	}
	return reversed.reverse();
}

/** Puts each change where it begins and ends most naturally; of equal places the last. */
function settle(changes: readonly Span[], sides: Sides): Span[] {
	const result: Span[] = [];
	changes.forEach((change, i) => {
		const from = -room(change, sides, -1, result.at(-1), 1);
		const to = room(change, sides, 1, changes[i + 1], 1);
		let best = change;
		let bestScore = -1;
		for (let by = from; by <= to; by++) {
			const score = placeScore(moved(change, by), sides);
			if (score >= bestScore) {
				bestScore = score;
				best = moved(change, by);
			}
		}
		result.push(best);
	});
	return result;
}

function placeScore(change: Span, sides: Sides): number {
	const { sequence, start, end } = side(change, sides);
	return boundaryScore(sequence, start) + boundaryScore(sequence, end);
}

/** The side of an insertion or a deletion that is not empty. */
function side(change: Span, { a, b }: Sides): { sequence: Sequence; start: number; end: number } {
	return isInsertion(change)
		? { sequence: b, start: change.bStart, end: change.bEnd }
		: { sequence: a, start: change.aStart, end: change.aEnd };
}

/**
 * How far a change can move over equal text; 0 for a replacement, which cannot.
 * @param neighbour The change that stands in this direction.
 * @param leave Equal elements that must stay before the neighbour; by default none where the two may become one.
 */
function room(
	change: Span,
	sides: Sides,
	direction: 1 | -1,
	neighbour: Span | undefined,
	leave = neighbour && !joinable(change, neighbour, sides) ? 1 : 0,
): number {
	if (!isInsertion(change) && !isDeletion(change)) {
		return 0;
	}
	const { sequence, start, end } = side(change, sides);
	const free =
		direction === 1 ? (neighbour?.aStart ?? sides.a.length) - change.aEnd : change.aStart - (neighbour?.aEnd ?? 0);
	const most = neighbour ? free - leave : free;
	let by = 0;
	if (direction === 1) {
		while (by < most && sequence[start + by] === sequence[end + by]) {
			by++;
		}
	} else {
		while (by < most && sequence[start - 1 - by] === sequence[end - 1 - by]) {
			by++;
		}
	}
	return by;
}

/** A change of white space alone stays visible as one: it joins only its like. */
function joinable(first: Span, second: Span, sides: Sides): boolean {
	const alike = (isInsertion(first) && isInsertion(second)) || (isDeletion(first) && isDeletion(second));
	return alike || (!isBlankChange(first, sides) && !isBlankChange(second, sides));
}
