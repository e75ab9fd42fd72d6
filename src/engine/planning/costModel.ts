/** What a step of a plan took. */
export interface StepTime {
	readonly tokens: number;
	/** Tokens that stood before them. */
	readonly depth: number;
	readonly seconds: number;
}

/** What the time of steps depends on, summed over any number of them. */
export interface Work {
	readonly steps: number;
	readonly tokens: number;
	/** Σ tokens · (depth + tokens / 2): pairs of tokens that attention looks at. */
	readonly pairs: number;
}

export const noWork: Work = { steps: 0, tokens: 0, pairs: 0 };

/** The work of one step more, or less. */
export function plusStep(work: Work, { tokens, depth }: Pick<StepTime, 'tokens' | 'depth'>, sign: 1 | -1 = 1): Work {
	return {
		steps: work.steps + sign,
		tokens: work.tokens + sign * tokens,
		pairs: work.pairs + sign * tokens * (depth + tokens / 2),
	};
}

function terms({ steps, tokens, pairs }: Work): readonly [number, number, number] {
	// Scaled, so that the equations are well conditioned.
	return [steps, tokens, pairs / 1000];
}

/** Older steps count less: a computer that does other things too is not as fast as it was. */
const memory = 0.995;

/**
 * Learns from steps how long work takes: a · steps + b · tokens + c · pairs, all at least 0 (engines reference, section
 * 1.2), by least squares, recent steps weighing more. Until there are some of different kinds, all is put down to tokens.
 */
export class CostFit {
	readonly #products = [
		[0, 0, 0],
		[0, 0, 0],
		[0, 0, 0],
	];
	readonly #results = [0, 0, 0];
	#seconds = 0;
	#tokens = 0;
	#steps = 0;

	add(step: StepTime): void {
		const own = terms(plusStep(noWork, step));
		// Relative errors are to be small, not those of the longest steps alone.
		const weight = 1 / Math.max(1, step.tokens) ** 2;
		for (const [i, row] of this.#products.entries()) {
			for (const k of row.keys()) {
				row[k] = memory * (row[k] ?? 0) + weight * (own[i] ?? 0) * (own[k] ?? 0);
			}
			this.#results[i] = memory * (this.#results[i] ?? 0) + weight * (own[i] ?? 0) * step.seconds;
		}
		this.#seconds += step.seconds;
		this.#tokens += step.tokens;
		this.#steps++;
	}

	/** Seconds that work will take; null until something was learned. */
	estimate(work: Work): number | null {
		if (this.#tokens === 0) {
			return null;
		}
		const coefficients = this.#steps < 3 ? null : nonNegative(this.#products, this.#results);
		return coefficients
			? terms(work).reduce((sum, term, i) => sum + term * (coefficients[i] ?? 0), 0)
			: (this.#seconds / this.#tokens) * work.tokens;
	}
}

/** Least squares whose coefficients are not negative: what comes out negative is left out, and the rest solved again. */
function nonNegative(products: readonly (readonly number[])[], results: readonly number[]): number[] | null {
	let kept = [0, 1, 2];
	while (kept.length > 0) {
		const solution = solve(
			kept.map(i => kept.map(k => products[i]?.[k] ?? 0)),
			kept.map(i => results[i] ?? 0),
		);
		if (solution?.every(value => value >= 0)) {
			return [0, 1, 2].map(i => (kept.includes(i) ? (solution[kept.indexOf(i)] ?? 0) : 0));
		}
		// Where steps are too much alike to tell, tokens are the last to be left out.
		const worst = solution ? kept[solution.indexOf(Math.min(...solution))] : [0, 2, 1].find(i => kept.includes(i));
		kept = kept.filter(i => i !== worst);
	}
	return null;
}

/** Gaussian elimination with the largest pivot; null where the equations do not settle it. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
	const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
	const size = rows.length;
	for (let column = 0; column < size; column++) {
		const pivot = rows
			.slice(column)
			.reduce((best, row) => (Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best));
		const scale = Math.abs(matrix[column]?.[column] ?? 0);
		if (!(Math.abs(pivot[column] ?? 0) > 1e-9 * scale)) {
			return null;
		}
		const at = rows.indexOf(pivot);
		[rows[column], rows[at]] = [pivot, rows[column] ?? pivot];
		for (const row of rows) {
			if (row !== pivot) {
				const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
				for (let k = column; k <= size; k++) {
					row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
				}
			}
		}
	}
	return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}
