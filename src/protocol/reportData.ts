import type { SegmentKind } from './prompt';
import type { ResultsOverview, SampleScores } from './resultsView';

/**
 * All of a run as the HTML report carries it: JSON that the page itself answers from.
 * A prompt is stored as references into `texts`, so that shots in front of every question are written once.
 */
export interface ReportData {
	readonly overview: ResultsOverview;
	/** Every distinct segment text once. */
	readonly texts: readonly string[];
	/** In the order of the slice; `columns[i].samples` runs parallel to it. */
	readonly examples: readonly ReportExample[];
	/** One for each model and variant. Any two of a model can be compared. */
	readonly columns: readonly ReportColumn[];
}

export interface ReportExample {
	readonly key: string;
	readonly subject: string | null;
	/** The question's first 200 characters. */
	readonly question: string;
	readonly gold: number | null;
	readonly choices: readonly string[];
}

export interface ReportColumn {
	readonly model: string;
	readonly variant: string;
	/** One for each example; null where this variant has no sample of it. */
	readonly samples: readonly (ReportSample | null)[];
}

/** `SampleView` without the prompt's texts. */
export interface ReportSample extends SampleScores {
	readonly segments: readonly ReportSegment[];
}

/** `Segment` with an index into `texts` in place of the text. */
export interface ReportSegment {
	readonly kind: SegmentKind;
	readonly text: number;
	readonly shot?: number;
	readonly key?: string;
}
