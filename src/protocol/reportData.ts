import type { ResultsOverview, SampleScores } from './resultsView';

/**
 * All of a run as the HTML report carries it, in elements of the page that it answers from itself. What is many, samples and
 * segments, are lines of JSON: the page takes of them what it needs, when it needs it.
 */
export interface ReportData extends ReportHead {
	/** For each of `columns` a line for each example: a `ReportSample`, or nothing where the variant has no sample of it. */
	readonly samples: readonly string[];
	/** A line for each distinct `Segment`, so that shots in front of every question are written once. */
	readonly segments: string;
}

/** What is read before anything is shown. */
export interface ReportHead {
	readonly overview: ResultsOverview;
	/** In the order of the slice. */
	readonly examples: readonly ReportExample[];
	/** One for each model and variant. Any two of a model can be compared. */
	readonly columns: readonly { readonly model: string; readonly variant: string }[];
}

/** The elements of the page that hold the parts. */
export const reportElements = {
	head: 'report-data',
	segments: 'report-segments',
	samples: (column: number) => `report-samples-${column}`,
} as const;

export interface ReportExample {
	readonly key: string;
	readonly subject: string | null;
	/** The question's first 200 characters. */
	readonly question: string;
	readonly gold: number | null;
	readonly choices: readonly string[];
}

/** `SampleView` with lines of `segments`, counted from 0, in place of the prompt. */
export interface ReportSample extends SampleScores {
	readonly gold: number | null;
	readonly segments: readonly number[];
}
