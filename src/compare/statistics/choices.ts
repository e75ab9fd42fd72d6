/** ln softmax(x), safe for any finite x. */
export function logSoftmax(x: readonly number[]): number[] {
	const greatest = Math.max(...x);
	const lnSum = greatest + Math.log(x.reduce((sum, value) => sum + Math.exp(value - greatest), 0));
	return x.map(value => value - lnSum);
}

/** Log-probability of the gold answer minus the best other; null where that is no finite number. */
export function margin(logprobs: readonly number[], gold: number): number | null {
	const ofGold = logprobs[gold];
	if (ofGold === undefined || logprobs.length < 2) {
		return null;
	}
	const value = ofGold - Math.max(...logprobs.filter((_, i) => i !== gold));
	return Number.isFinite(value) ? value : null;
}

/** One question's choices as a distribution. */
export interface ChoiceStats {
	/** Renormalised over the choices. */
	readonly probs: readonly number[];
	/** The probability of all choices together, before that. */
	readonly mass: number;
	/** −ln of the gold answer's renormalised probability. */
	readonly nll: number;
	readonly brier: number;
	readonly margin: number | null;
	/** In nats, and as a share of the greatest possible. */
	readonly entropy: number;
	readonly entropyNorm: number;
}

/** @param ll Log-probabilities of the choices, unnormalised. */
export function choiceStats(ll: readonly number[], gold: number): ChoiceStats {
	const lnProbs = logSoftmax(ll);
	const probs = lnProbs.map(Math.exp);
	const entropy = -probs.reduce((sum, p, i) => sum + (p === 0 ? 0 : p * (lnProbs[i] ?? 0)), 0);
	return {
		probs,
		mass: ll.reduce((sum, value) => sum + Math.exp(value), 0),
		nll: -(lnProbs[gold] ?? Number.NaN),
		brier: probs.reduce((sum, p, i) => sum + (p - (i === gold ? 1 : 0)) ** 2, 0),
		margin: margin(ll, gold),
		entropy,
		entropyNorm: entropy / Math.log(ll.length),
	};
}
