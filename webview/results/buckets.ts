import type { Transition } from '../../src/protocol/results';
import { transitions } from '../../src/protocol/resultsView';

/** The classes of examples that a person chooses among. */
export const buckets = ['all', 'flips', 'right_to_wrong', 'wrong_to_right', 'churn', 'unchanged', 'missing'] as const;
export type Bucket = (typeof buckets)[number];

export const isBucket = (value: unknown): value is Bucket => buckets.some(bucket => bucket === value);

const bucketOf = {
	right_to_wrong: 'right_to_wrong',
	wrong_to_right: 'wrong_to_right',
	churn: 'churn',
	both_right: 'unchanged',
	both_wrong: 'unchanged',
	missing: 'missing',
} as const satisfies Record<Transition, Bucket>;

/** The bucket that shows what a command asked for. */
export function bucketFor(wanted: Transition | 'all' | 'flips'): Bucket {
	return wanted === 'all' || wanted === 'flips' ? wanted : bucketOf[wanted];
}

/** Whether an example with this code of `PairColumns.transition` is in the bucket. */
export function inBucket(bucket: Bucket, transition: number): boolean {
	const name = transitions[transition];
	return (
		bucket === 'all' || (name !== undefined && (bucketOf[name] === bucket || (bucket === 'flips' && isFlip(name))))
	);
}

function isFlip(transition: Transition): boolean {
	return transition === 'right_to_wrong' || transition === 'wrong_to_right';
}

/** How many examples each bucket holds. */
export function bucketCounts(transition: Uint8Array): Readonly<Record<Bucket, number>> {
	const counts: Record<Bucket, number> = {
		all: transition.length,
		flips: 0,
		right_to_wrong: 0,
		wrong_to_right: 0,
		churn: 0,
		unchanged: 0,
		missing: 0,
	};
	for (const code of transition) {
		const name = transitions[code];
		if (name !== undefined) {
			counts[bucketOf[name]]++;
			counts.flips += Number(isFlip(name));
		}
	}
	return counts;
}
