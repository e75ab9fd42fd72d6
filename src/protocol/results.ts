/** `[low, high]` of a 95 % interval. */
export type Interval = readonly [number, number];

/** A row of the results table: one model under one variant. Field names are those of `run --json` (docs/contract.md). */
export interface Result {
	readonly model: string;
	readonly variant: string;
	readonly n: number;
	/** Rows left out as bad, by `on_bad_row: skip`. */
	readonly skipped: number;
	/** Samples that failed and may be tried again. */
	readonly errors: number;
	/** Over examples (micro), as a fraction; null where n is 0. */
	readonly accuracy: number | null;
	/** Wilson. */
	readonly ci95: Interval | null;
	/** Mean over samples. */
	readonly label_mass: number | null;
	/** The figure the implementation itself reports, where it is another one: macro, acc_norm. */
	readonly aggregate?: { readonly name: string; readonly value: number };
	/** Accuracy by the format's second normalisation, where it has one and `aggregate` is another figure. */
	readonly acc_norm?: number;
	/** How often each choice was answered, in choice order; the last entry counts answers that are no choice. */
	readonly answers: readonly number[];
	/** Population standard deviation of the recalls per gold label, in percentage points. */
	readonly rstd: number | null;
	/** Samples whose prompt was cut to fit the window. */
	readonly truncated: number;
}

/** One variant against the base, paired by key. Field names are those of `compare --json`. */
export interface Comparison {
	readonly model: string;
	readonly base: string;
	readonly variant: string;
	/** Pairs. */
	readonly n: number;
	/** Accuracy of variant − base over the pairs, as a fraction. */
	readonly delta: number | null;
	/** delta ± z · paired standard error. */
	readonly ci95: Interval | null;
	/** Exact McNemar. */
	readonly p_value: number | null;
	/** Benjamini–Hochberg over the variants of the model. */
	readonly p_adjusted: number | null;
	readonly right_to_wrong: number;
	readonly wrong_to_right: number;
	/** Wrong both times, with different answers. */
	readonly churn: number;
	/** Examples that only one of the two has: never counted as a pass. */
	readonly missing: number;
}

/** What happened to one paired example between two variants. */
export type Transition = 'right_to_wrong' | 'wrong_to_right' | 'churn' | 'both_right' | 'both_wrong' | 'missing';
