import type { Transition } from '../protocol/results';
import type { Sample } from '../protocol/sample';

/** The record of one example under two variants. */
interface SamplePair<S> {
	readonly base: S;
	readonly variant: S;
}

/**
 * What happened to one paired example. Churn is wrong both times with different answers; two texts that are no choice at
 * all are the same non-answer, whatever the model wrote.
 */
export function transitionOf({
	base,
	variant,
}: SamplePair<Pick<Sample, 'correct' | 'prediction'>>): Exclude<Transition, 'missing'> {
	if (base.correct) {
		return variant.correct ? 'both_right' : 'right_to_wrong';
	}
	if (variant.correct) {
		return 'wrong_to_right';
	}
	return base.prediction === variant.prediction ? 'both_wrong' : 'churn';
}
