import type { PreviewModel } from '../../src/protocol/previewView';
import type { ResultsOverview } from '../../src/protocol/resultsView';
import type { FixtureOptions } from './fixture';

/** How a test wants the host to be: JSON in the page. */
export interface FakeHostOptions extends FixtureOptions {
	/** Requests that fail, the first time they are asked. */
	readonly failing?: readonly string[];
	/** Requests that are never answered. */
	readonly silent?: readonly string[];
	readonly state?: unknown;
	/** Every preview fails; with its number: the first so many are shown before. */
	readonly previewFails?: boolean | number;
	/** What the preview has of the model; absent: its tokenizer. */
	readonly previewModel?: PreviewModel;
	readonly untrusted?: boolean;
	/** Members that replace the fixture's. */
	readonly overview?: Partial<ResultsOverview>;
}
