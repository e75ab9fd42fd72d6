/** One row of logits, over the whole vocabulary. */
export type VocabularyRow = ArrayLike<number>;

/** What scoring needs of a row. */
export interface RowSummary {
	/** ln Σ exp(logit): a token's log-probability is its logit minus this. */
	readonly logSumExp: number;
	/** The token with the greatest logit, of equal ones the lowest id, as numpy.argmax and torch.argmax have it. */
	readonly argmax: number;
}

/** In float64, whatever the logits' type; NaN where a logit is not a number, or the greatest is not finite. */
export function summarise(row: VocabularyRow): RowSummary {
	let argmax = 0;
	let max = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < row.length; i++) {
		const logit = row[i] ?? Number.NaN;
		if (logit > max) {
			max = logit;
			argmax = i;
		}
	}
	let sum = 0;
	for (let i = 0; i < row.length; i++) {
		sum += Math.exp((row[i] ?? Number.NaN) - max);
	}
	return { logSumExp: max + Math.log(sum), argmax };
}
