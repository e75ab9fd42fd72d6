import { count } from '../text';

/** The range that the bars of both sides are drawn in. */
export interface ScoreScale {
	/** The ends, in nats. `low` lies below the least value, so that it has a bar as well. */
	readonly low: number;
	readonly high: number;
	/** Values count from the best of their own side: the sides lie too far apart to be seen on one absolute scale. */
	readonly relative: boolean;
}

type Logprobs = readonly number[] | undefined;

/** Sides further apart than this many times their own widest range are drawn relative to their best. */
const FAR_APART = 3;

/** One scale for the log-probabilities of two samples; null where there is nothing to draw. */
export function scoreScale(base: Logprobs, variant: Logprobs): ScoreScale | null {
	const sides = [base, variant].map(side => (side ?? []).filter(Number.isFinite)).filter(side => side.length > 0);
	const all = sides.flat();
	if (all.length === 0) {
		return null;
	}
	const widest = Math.max(...sides.map(range));
	const relative = sides.length === 2 && range(all) > FAR_APART * widest && widest > 0;
	const high = relative ? 0 : Math.max(...all);
	const least = relative ? -widest : Math.min(...all);
	return { low: least - Math.max((high - least) * 0.12, 0.05), high, relative };
}

function range(values: readonly number[]): number {
	return Math.max(...values) - Math.min(...values);
}

/** How much of the track the bar of a choice fills, 0 to 1. */
export function barShare(logprobs: Logprobs, choice: number, scale: ScoreScale | null): number {
	const value = logprobs?.[choice];
	if (!logprobs || !scale || value === undefined || !Number.isFinite(value)) {
		return 0;
	}
	const shown = scale.relative ? value - Math.max(...logprobs) : value;
	return Math.min(1, Math.max(0, (shown - scale.low) / (scale.high - scale.low)));
}

/** The place of a choice among all by log-probability, from 1. */
export function rankOf(logprobs: readonly number[], choice: number): string {
	const own = logprobs[choice];
	return own === undefined ? '–' : count(1 + logprobs.filter(other => other > own).length);
}
