import type { Json } from '../protocol/json';

export type RepositoryType = 'model' | 'dataset';

/** A repository at one commit. */
export interface Snapshot {
	readonly type: RepositoryType;
	/** `owner/name`, or `name` of the first datasets. */
	readonly id: string;
	/** 40 hex digits. */
	readonly commit: string;
}

/** A file of a snapshot. */
export interface RepositoryFile {
	/** With forward slashes, relative to the repository. */
	readonly path: string;
	/** Bytes. */
	readonly size: number;
	/** Name of its blob in the cache: the git hash, or the SHA-256 of an LFS file. */
	readonly oid: string;
	/** Of the content, where the Hub knows it (LFS files). */
	readonly sha256: string | null;
}

export type Gated = false | 'auto' | 'manual';

/** What lists show of a dataset or a model. */
interface Summary {
	readonly id: string;
	readonly downloads: number;
	readonly likes: number;
	/** ISO time, or null where the Hub does not say. */
	readonly updated: string | null;
	readonly private: boolean;
	readonly gated: Gated;
	readonly tags: readonly string[];
	/** As in the tag `license:…`. */
	readonly license: string | null;
	/** Plain text of the card's summary, cut to a few hundred characters. */
	readonly description: string | null;
}

export interface DatasetSummary extends Summary {
	/** Of the tags `task_categories:…`. */
	readonly tasks: readonly string[];
	readonly languages: readonly string[];
	/** As in the tag `size_categories:…`. */
	readonly size: string | null;
}

export interface ModelSummary extends Summary {
	/** The pipeline tag. */
	readonly task: string | null;
	readonly library: string | null;
	/** Null where the Hub does not know. */
	readonly parameters: number | null;
	/** There are ONNX files: it runs on this computer. */
	readonly hasOnnx: boolean;
}

export interface DatasetQuery {
	/** Substring of the id. */
	readonly text: string;
	/** Of the tags `task_categories:…`; null: any. */
	readonly task: string | null;
	/** ISO code of a tag `language:…`; null: any. */
	readonly language: string | null;
	readonly sort: 'downloads' | 'likes' | 'trendingScore' | 'lastModified' | 'createdAt';
}

export interface ModelQuery {
	readonly text: string;
	/** Pipeline tag; null: any. */
	readonly task: string | null;
	/** Only models that are tagged with this dataset (trained or evaluated on it). */
	readonly dataset: string | null;
	/** Inclusive bounds in the Hub's words, `min:0,max:3B`; null: any. */
	readonly parameters: string | null;
	/** Only those with ONNX files. */
	readonly onnx: boolean;
	readonly sort: 'downloads' | 'likes' | 'trendingScore' | 'lastModified' | 'createdAt';
}

/** A dataset at one commit. */
export interface DatasetInfo extends DatasetSummary {
	readonly commit: string;
	/** The card's metadata as the Hub parsed it: hostile, of any shape. */
	readonly card: Json;
	/** What the card says of its evaluation, as far as it can be understood. */
	readonly trainEvalIndex: readonly TrainEvalEntry[];
}

/** A recipe of *Evaluation on the Hub* in a dataset's card. */
export interface TrainEvalEntry {
	readonly config: string | null;
	/** Of the Hub, such as `text-classification`. */
	readonly task: string | null;
	readonly taskId: string | null;
	readonly trainSplit: string | null;
	readonly evalSplit: string | null;
	/** Column of the dataset → what the task calls it. Nested mappings are joined by dots. */
	readonly columns: ReadonlyMap<string, string>;
	readonly metrics: readonly string[];
}

export interface ModelInfo extends ModelSummary {
	readonly commit: string;
	/** ONNX weights by dtype, with external data counted; empty where there are none. */
	readonly onnx: readonly { readonly dtype: string; readonly path: string; readonly size: number }[];
}

/** A split of a dataset, as the viewer knows it. */
export interface SplitInfo {
	readonly config: string;
	readonly split: string;
	/** Null where the viewer does not know. */
	readonly rows: number | null;
	readonly bytes: number | null;
}

export interface Column {
	readonly name: string;
	/** In the words of the datasets library: `string`, `int64`, `ClassLabel`, `List(string)`, `Image`, … */
	readonly type: string;
	/** Of a ClassLabel: the cells are indexes into it. */
	readonly classNames: readonly string[] | null;
}

export interface FirstRows {
	readonly columns: readonly Column[];
	readonly rows: readonly ReadonlyMap<string, Json>[];
	/** Cells that were cut are texts; these are their columns, by row. */
	readonly cut: readonly (readonly string[])[];
}
