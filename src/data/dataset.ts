import type { Message } from '../protocol/messages';
import type { Question } from './row';

/** A file that rows came from, and what stood in it. */
export interface DataFile {
	/** Relative to the evaluation file, or to the repository on the Hub. */
	readonly path: string;
	/** Where it is another than the dataset's: of the branch of Parquet files that the Hub makes of a dataset. */
	readonly commit?: string;
	readonly sha256: string;
	readonly rows: number;
}

/** A row that is no question, and why. */
export interface BadRow {
	readonly key: string;
	readonly reason: Message;
}

/** The questions of one subject: whole splits after `where`, before `sample` and `limit`, in file order. */
export interface Pools {
	readonly test: readonly Question[];
	readonly validation: readonly Question[];
	readonly fewshot: readonly Question[];
}

/** What an evaluation runs on. */
export interface LoadedDataset {
	/** The slice: after where, sample and limit, in file order. */
	readonly examples: readonly Question[];
	/** By subject; the key of rows without one is null. */
	readonly pools: ReadonlyMap<string | null, Pools>;
	/** Rows of the slice left out under `on_bad_row: skip`. */
	readonly skipped: readonly BadRow[];
	/** Bad rows outside the slice: they are missing from the pools only. */
	readonly skippedFromPools: readonly BadRow[];
	readonly files: readonly DataFile[];
	/** A commit on the Hub, or the first 16 hex digits over the files' hashes. */
	readonly revision: string;
}
