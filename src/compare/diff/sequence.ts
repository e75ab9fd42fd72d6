/** What can be compared element by element: code points of a text, ids of its lines, ids of tokens. */
export type Sequence = ArrayLike<number>;

/** The two sequences that are compared. */
export interface Sides {
	readonly a: Sequence;
	readonly b: Sequence;
}

/** Stretches of two sequences that stand against each other: [aStart, aEnd) of the one, [bStart, bEnd) of the other. */
export interface Span {
	readonly aStart: number;
	readonly aEnd: number;
	readonly bStart: number;
	readonly bEnd: number;
}

/** How two sequences differ. Between the changes, and around them, they are equal. */
export interface SequenceDiff {
	/** In ascending order, with at least one equal element between two of them. */
	readonly changes: readonly Span[];
	/** The budget ran out: the changes are right, but not the fewest. */
	readonly coarse: boolean;
}

/** From the start of the first to the end of the second, with what lies between. */
export function joined(first: Span, second: Span): Span {
	return { aStart: first.aStart, aEnd: second.aEnd, bStart: first.bStart, bEnd: second.bEnd };
}

/** The same place in both sequences, moved on by `by` elements. */
export function moved({ aStart, aEnd, bStart, bEnd }: Span, by: number): Span {
	return { aStart: aStart + by, aEnd: aEnd + by, bStart: bStart + by, bEnd: bEnd + by };
}

export function touches(first: Span, second: Span): boolean {
	return first.aEnd === second.aStart;
}

export function isInsertion({ aStart, aEnd }: Span): boolean {
	return aStart === aEnd;
}

export function isDeletion({ bStart, bEnd }: Span): boolean {
	return bStart === bEnd;
}
