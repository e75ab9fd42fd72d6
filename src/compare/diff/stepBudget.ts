/**
 * Work that may still be done, in steps of the search. Counting steps and not time makes results the same on every machine.
 * One budget may be shared by several comparisons.
 */
export class StepBudget {
	#left: number;

	constructor(steps: number = defaultSteps) {
		this.#left = steps;
	}

	get isSpent(): boolean {
		return this.#left < 0;
	}

	spend(steps: number): void {
		this.#left -= steps;
	}
}

/** Enough for two unrelated texts of some 4,000 characters, or a megabyte with a thousand changes. */
const defaultSteps = 20_000_000;
