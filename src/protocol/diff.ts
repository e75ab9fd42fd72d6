import type { Segment, SegmentKind } from './prompt';

/** One replaced stretch. Offsets count Unicode code points of the two texts; either side may be empty. */
export interface Edit {
	readonly aStart: number;
	readonly aEnd: number;
	readonly bStart: number;
	readonly bEnd: number;
	readonly deleted: string;
	readonly inserted: string;
}

/** What became of a segment of the first prompt in the second. */
export type SegmentRelation = 'equal' | 'changed' | 'moved' | 'moved_changed' | 'removed' | 'added';

/** Segments paired by what they are (a shot by its row), with the edits inside. */
export interface SegmentPair {
	readonly relation: SegmentRelation;
	/** Index in the first prompt's segments; absent for `added`. */
	readonly a?: number;
	/** Index in the second prompt's segments; absent for `removed`. */
	readonly b?: number;
	/** Neighbouring segments joined on that side, where a free template meets a prompt made of parts; absent: one. */
	readonly aCount?: number;
	readonly bCount?: number;
	/** In ascending order; empty where nothing changed, one whole-segment edit for `added` and `removed`. */
	readonly edits: readonly Edit[];
}

/** An edit that may repeat, such as "Question: " before every question. */
export interface EditKind {
	readonly deleted: string;
	readonly inserted: string;
	readonly segments: readonly SegmentKind[];
	readonly count: number;
	/** Set where whole segments were removed or added: those of a kind are one, `deleted` or `inserted` is the first's text. */
	readonly whole?: 'removed' | 'added';
}

/** The exact difference of two prompts: applying it to the first gives the second. */
export interface PromptDiff {
	/** In the order of the second prompt; removed segments stand where they were. */
	readonly pairs: readonly SegmentPair[];
	/** Most frequent first. */
	readonly kinds: readonly EditKind[];
	/** Edits in all, moves not counted. */
	readonly edits: number;
	/** Segments, shots as a rule, that stand at another place: the fewest that must move to restore the order. */
	readonly moves: number;
	/** The two texts were too different for the time given: the edits are exact, but not the fewest. */
	readonly coarse: boolean;
}

export interface DiffedPrompts {
	readonly a: readonly Segment[];
	readonly b: readonly Segment[];
	readonly diff: PromptDiff;
}
