import type { DataFile } from './dataset';
import type { Table } from './table';

/** A split that an evaluation needs. */
export interface NeededSplit {
	/** Null: the data has no configs. */
	readonly config: string | null;
	readonly split: string;
	/** The first so many rows are enough; null: all of them. There may be more. */
	readonly limit: number | null;
}

export interface SplitContent {
	/** Of the file or files, for sentences. */
	readonly path: string;
	readonly table: Table;
	readonly files: readonly DataFile[];
}

/** Where the rows of an evaluation come from: a folder, or a dataset on the Hub. */
export interface DataSource {
	/** In order; a list of null where there are none. */
	readonly configs: readonly (string | null)[];
	/** A commit; null: the files' hashes tell one state of the data from another. */
	readonly commit: string | null;
	/** Contents in the order of what is needed. */
	read(needed: readonly NeededSplit[]): Promise<readonly SplitContent[]>;
}
