import type { Json } from '../protocol/json';

/** One row of a split as it stands in its file, after `where`. */
export interface Row {
	/** `split/index`, or `split/<id>` under `id_column`; `config/split/…` where the dataset has configs. */
	readonly key: string;
	readonly split: string;
	/** Of a dataset on the Hub; absent: the data is local. */
	readonly config?: string;
	/** Place in the split, from 0, `where` or not; the files of a split follow each other. */
	readonly index: number;
	/** All columns but those of bytes, such as images. Own properties only; a column may be named anything. */
	readonly values: ReadonlyMap<string, Json>;
	/** First 16 hex digits of the SHA-256 of the canonical JSON of `values`. */
	readonly contentHash: string;
}

/** A row understood as a question. Templates may read its other columns too. */
export interface Question {
	readonly row: Row;
	readonly key: string;
	/** Empty where the data has no such column and no template asks for it. */
	readonly question: string;
	/** Empty where the data has none: labels then come from `doc_to_choice`, or the answer is written freely. */
	readonly choices: readonly string[];
	/** Index of the right choice; null where the data has no choices. */
	readonly answer: number | null;
	/** What the answer column holds, index, letter or text: `answer` in templates. Absent: the index. */
	readonly given?: Json;
	/** Null where the data has no subject column and no config. */
	readonly subject: string | null;
}
