/** Whether a model favours some labels whatever the question (Zheng et al. 2024, arXiv 2309.03882). */
export interface RecallSpread {
	/** Of the items whose gold answer is this label, the share answered right; null where there are none. */
	readonly recalls: readonly (number | null)[];
	/** Standard deviation of the recalls there are, as a fraction: of a population, and of a sample. NaN without recalls. */
	readonly rstdPop: number;
	readonly rstdSample: number;
	/** How often each label was answered, as a fraction. */
	readonly predShare: readonly number[];
	readonly acc: number;
}

/**
 * @param pred The answered label of each item; any other number where it was none.
 * @param k Number of labels.
 */
export function recallSpread(gold: readonly number[], pred: readonly number[], k: number): RecallSpread {
	const asked = new Array<number>(k).fill(0);
	const right = new Array<number>(k).fill(0);
	const answered = new Array<number>(k).fill(0);
	gold.forEach((label, i) => {
		const answer = pred[i] ?? -1;
		count(asked, label);
		count(answered, answer);
		if (answer === label) {
			count(right, label);
		}
	});
	const recalls = asked.map((times, label) => (times === 0 ? null : (right[label] ?? 0) / times));
	const known = recalls.filter(recall => recall !== null);
	const middle = known.reduce((sum, recall) => sum + recall, 0) / known.length;
	const squares = known.reduce((sum, recall) => sum + (recall - middle) ** 2, 0);
	return {
		recalls,
		rstdPop: Math.sqrt(squares / known.length),
		rstdSample: Math.sqrt(squares / (known.length - 1)),
		predShare: answered.map(times => times / gold.length),
		acc: right.reduce((sum, times) => sum + times, 0) / gold.length,
	};
}

function count(counts: number[], label: number): void {
	const before = counts[label];
	if (before !== undefined) {
		counts[label] = before + 1;
	}
}
