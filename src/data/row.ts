import type { Json } from '../protocol/json';

/** One row of a split as it stands in its file, after `where`. */
export interface Row {
	/** `split/index`, or `split/<id>` under `id_column`; `config/split/…` where the dataset has configs. */
	readonly key: string;
	readonly split: string;
	/** Place in the file, from 0, `where` or not. */
	readonly index: number;
	/** All columns. Own properties only; a column may be named anything. */
	readonly values: ReadonlyMap<string, Json>;
	/** First 16 hex digits of the SHA-256 of the canonical JSON of `values`. */
	readonly contentHash: string;
}

/** A row understood as a multiple-choice question. */
export interface Question {
	readonly row: Row;
	readonly key: string;
	readonly question: string;
	readonly choices: readonly string[];
	/** Index of the right choice. */
	readonly answer: number;
	/** What the answer column holds, index, letter or text: `answer` in templates. Absent: the index. */
	readonly given?: Json;
	/** Null where the data has no subject column and no config. */
	readonly subject: string | null;
}
