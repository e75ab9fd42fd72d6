import type { Sequence, SequenceDiff, Span } from './sequence';
import type { StepBudget } from './stepBudget';

/**
 * The fewest deletions and insertions that turn one sequence into the other, in space linear in their length: the middle
 * of a shortest path is searched from both ends, then its two halves (Myers 1986, "An O(ND) difference algorithm and its
 * variations", section 4b). Where the budget is spent, what is left between two places already known becomes one change.
 */
export function shortestEdit(a: Sequence, b: Sequence, budget: StepBudget): SequenceDiff {
	const whole = trimmed(a, b, { aStart: 0, aEnd: a.length, bStart: 0, bEnd: b.length });
	const frontiers = emptyFrontiers(whole);
	const changes: Span[] = [];
	let coarse = false;

	const add = (change: Span) => {
		const last = changes.at(-1);
		if (last && last.aEnd === change.aStart && last.bEnd === change.bStart) {
			changes[changes.length - 1] = { ...last, aEnd: change.aEnd, bEnd: change.bEnd };
		} else {
			changes.push(change);
		}
	};
	const solve = (untrimmed: Span) => {
		const box = trimmed(a, b, untrimmed);
		const { aStart, aEnd, bStart, bEnd } = box;
		if (aStart === aEnd && bStart === bEnd) {
			return;
		}
		if (aStart === aEnd || bStart === bEnd) {
			add(box);
			return;
		}
		const middle = middleRun({ a, b, box, frontiers, budget });
		if (!middle) {
			coarse = true;
			add(box);
			return;
		}
		solve({ aStart, aEnd: middle.aStart, bStart, bEnd: middle.bStart });
		solve({ aStart: middle.aEnd, aEnd, bStart: middle.bEnd, bEnd });
	};
	solve(whole);
	return { changes, coarse };
}

/** The box without the equal elements at its start and its end. */
export function trimmed(a: Sequence, b: Sequence, { aStart, aEnd, bStart, bEnd }: Span): Span {
	let head = 0;
	const most = Math.min(aEnd - aStart, bEnd - bStart);
	while (head < most && a[aStart + head] === b[bStart + head]) {
		head++;
	}
	let tail = 0;
	while (tail < most - head && a[aEnd - 1 - tail] === b[bEnd - 1 - tail]) {
		tail++;
	}
	return { aStart: aStart + head, aEnd: aEnd - tail, bStart: bStart + head, bEnd: bEnd - tail };
}

/** Far enough below 0 that no step leads back into the box. */
const unreached = -(2 ** 30);

/**
 * For each diagonal k = x − y of a box, at `zero + k`: the greatest x that paths of a number of edits reach on it. One array
 * serves all boxes within the first, whose diagonals run from −height − 1 to width + 1.
 */
interface Frontiers {
	readonly forward: Int32Array;
	readonly backward: Int32Array;
	readonly zero: number;
}

function emptyFrontiers({ aStart, aEnd, bStart, bEnd }: Span): Frontiers {
	const zero = bEnd - bStart + 1;
	const length = zero + (aEnd - aStart) + 2;
	return { forward: new Int32Array(length), backward: new Int32Array(length), zero };
}

/** One search through one box. */
interface Search {
	readonly a: Sequence;
	readonly b: Sequence;
	readonly box: Span;
	readonly frontiers: Frontiers;
	readonly budget: StepBudget;
}

/**
 * The equal run, perhaps empty, in the middle of a shortest path through a box whose corners differ; undefined where the
 * budget is spent before it is found.
 */
function middleRun(search: Search): Span | undefined {
	const { aStart, aEnd, bStart, bEnd } = search.box;
	const odd = (aEnd - aStart - (bEnd - bStart)) % 2 !== 0;
	for (let d = 0; !search.budget.isSpent; d++) {
		// Where the lengths differ by an odd number the paths meet on the way there, else on the way back.
		const there = extend(search, d, 1, odd ? d - 1 : -1);
		if (there) {
			const { x0, x, k } = there;
			return { aStart: aStart + x0, aEnd: aStart + x, bStart: bStart + x0 - k, bEnd: bStart + x - k };
		}
		const back = extend(search, d, -1, odd ? -1 : d);
		if (back) {
			const { x0, x, k } = back;
			return { aStart: aEnd - x, aEnd: aEnd - x0, bStart: bEnd - x + k, bEnd: bEnd - x0 + k };
		}
	}
	return undefined;
}

/**
 * Extends the paths of d − 1 edits by one edit and by the equal run behind it.
 * @param sign 1 from the box's start on, −1 from its end back; x, y and k count from there.
 * @param reach Diagonals of the paths from the other side, within which a meeting is looked for; −1: none.
 * @returns The run by which paths of the two sides meet.
 */
function extend(
	search: Search,
	d: number,
	sign: 1 | -1,
	reach: number,
): { x0: number; x: number; k: number } | undefined {
	const { a, b, box, frontiers, budget } = search;
	const { zero } = frontiers;
	const own = sign === 1 ? frontiers.forward : frontiers.backward;
	const other = sign === 1 ? frontiers.backward : frontiers.forward;
	const aFrom = sign === 1 ? box.aStart : box.aEnd - 1;
	const bFrom = sign === 1 ? box.bStart : box.bEnd - 1;
	const width = box.aEnd - box.aStart;
	const height = box.bEnd - box.bStart;
	const delta = width - height;
	// Beyond these diagonals no path of d edits ends within the box.
	const least = d <= height ? -d : d - 2 * height;
	const greatest = d <= width ? d : 2 * width - d;
	if (d <= height) {
		own[zero - d - 1] = unreached;
	}
	if (d <= width) {
		own[zero + d + 1] = d === 0 ? 0 : unreached;
	}
	let steps = 0;
	for (let k = least; k <= greatest; k += 2) {
		const right = (own[zero + k - 1] ?? unreached) + 1;
		const down = own[zero + k + 1] ?? unreached;
		let x = down - k <= height ? down : unreached;
		if (right > x && right <= width) {
			x = right;
		}
		const x0 = x;
		if (x >= 0) {
			while (x < width && x - k < height && a[aFrom + sign * x] === b[bFrom + sign * (x - k)]) {
				x++;
			}
		}
		own[zero + k] = x;
		steps += x - x0 + 1;
		const opposite = delta - k;
		if (opposite >= -reach && opposite <= reach && x + (other[zero + opposite] ?? unreached) >= width) {
			budget.spend(steps);
			return { x0, x, k };
		}
	}
	budget.spend(steps);
	return undefined;
}
