import type { PromptDiff } from './diff';
import type { Message } from './messages';
import type { Segment } from './prompt';
import type { Comparison, Result, Transition } from './results';

/** What stands above the results table. */
export interface RunHeader {
	readonly name: string;
	readonly state: 'running' | 'done' | 'cancelled' | 'failed';
	/** Why it failed, or what else a reader must know: skipped rows, fallback of the device. */
	readonly notes: readonly Message[];
	readonly started: string;
	readonly seconds: number | null;
	readonly dataset: {
		readonly path: string;
		readonly split: string;
		readonly revision: string;
		readonly examples: number;
	};
	readonly models: readonly {
		readonly name: string;
		readonly revision: string;
		readonly dtype: string;
		/** Or the server, with its version. */
		readonly engine: string;
		/** Or where the server was. */
		readonly device: string;
		/** Dollars, of what was billed for it; null: nothing was, or it is not known. */
		readonly cost: number | null;
	}[];
	/** Accuracy of guessing. */
	readonly chance: number;
}

/** Everything the results editor shows before a comparison is chosen. */
export interface ResultsOverview {
	readonly header: RunHeader;
	/** Variants in the order of the evaluation; the first is the base. */
	readonly variants: readonly { readonly name: string; readonly preset: string | null }[];
	readonly results: readonly Result[];
	readonly comparisons: readonly Comparison[];
}

export interface PairChoice {
	readonly model: string;
	readonly base: string;
	readonly variant: string;
}

/** The questions of a run, as columns of equal length: sent once, whichever variants are compared. */
export interface ExampleColumns {
	readonly key: readonly string[];
	/** The subjects there are, each once. */
	readonly subjects: readonly string[];
	/** Index into `subjects`; −1 where there is none. */
	readonly subject: Int32Array;
	/** The question's first 200 characters. */
	readonly question: readonly string[];
}

/**
 * What two variants made of the examples, as columns of equal length: a row for each example that one of them has a sample
 * of, in the order of the slice. Numbers travel as typed arrays, not as 14,042 objects.
 * Predictions: index of the choice, −1 no choice, −2 missing. Margins: log-probability of gold − best other, NaN where missing.
 */
export interface PairColumns extends PairChoice {
	/** Place in `ExampleColumns`. */
	readonly example: Uint32Array;
	/** −1 where the answer is written freely. */
	readonly gold: Int16Array;
	readonly basePrediction: Int16Array;
	readonly variantPrediction: Int16Array;
	readonly baseMargin: Float32Array;
	readonly variantMargin: Float32Array;
	/** Index into `transitions`. */
	readonly transition: Uint8Array;
}

/** The rows of a comparison with the questions they are about. */
export interface PairList extends PairColumns {
	readonly examples: ExampleColumns;
}

/** Order of the codes in `PairColumns.transition`. */
export const transitions = [
	'right_to_wrong',
	'wrong_to_right',
	'churn',
	'both_right',
	'both_wrong',
	'missing',
] as const satisfies readonly Transition[];

/** What the detail pane shows of a sample beside its prompt. */
export interface SampleScores {
	readonly nTokens: number;
	readonly truncated: boolean;
	readonly continuations: readonly string[];
	readonly logprobs: readonly number[];
	/** Null where nothing is scored. */
	readonly labelMass: number | null;
	readonly prediction: number | null;
	readonly correct: boolean;
	readonly generated?: string;
	/** What a written answer is compared with. */
	readonly target?: string | readonly string[];
}

/** One sample as the detail pane shows it. */
export interface SampleView extends SampleScores {
	readonly variant: string;
	readonly segments: readonly Segment[];
}

/** One example under two variants. A side that has no sample is null. */
export interface PairView {
	readonly key: string;
	readonly subject: string | null;
	/** Null where the answer is written freely. */
	readonly gold: number | null;
	readonly choices: readonly string[];
	readonly base: SampleView | null;
	readonly variant: SampleView | null;
	/** Null where one side is missing. */
	readonly diff: PromptDiff | null;
}

/** What the results view asks of whoever holds the run: the extension host, or the HTML report's own page. */
export interface ResultsSource {
	overview(): Promise<ResultsOverview>;
	/** Grows at its end while a run goes on, if at all. */
	examples(): Promise<ExampleColumns>;
	columns(choice: PairChoice): Promise<PairColumns>;
	pair(choice: PairChoice & { readonly key: string }): Promise<PairView>;
}
