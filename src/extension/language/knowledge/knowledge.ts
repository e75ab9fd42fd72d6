import type { Hardware } from '../../../hub/jobs/hardware';
import type { DatasetSummary, ModelInfo, ModelSummary } from '../../../hub/repository';
import type { Json } from '../../../protocol/json';

/** A column as the editor explains it. */
export interface ColumnKnowledge {
	readonly name: string;
	/** In the words of its source: `string`, `int64`, `ClassLabel`, …; null where nobody said. */
	readonly type: string | null;
	/** Of a ClassLabel: the cells are indexes into it. */
	readonly classNames: readonly string[] | null;
	/** Least and greatest cell, where the file's own statistics tell them of the whole split. */
	readonly bounds: { readonly min: number; readonly max: number } | null;
}

export interface SplitKnowledge {
	/** Null for local files. */
	readonly config: string | null;
	readonly split: string;
	/** Null where nobody knows. */
	readonly rows: number | null;
}

/** What the language functions know of a dataset: names and heads, never its rows as a whole. */
export interface DatasetKnowledge {
	readonly path: string;
	readonly isLocal: boolean;
	/** Null for local files. */
	readonly configs: readonly string[] | null;
	/** Of all configs. */
	readonly splits: readonly SplitKnowledge[];
	/** Of the config that was asked for; empty where they are not known. */
	readonly columns: readonly ColumnKnowledge[];
	/** There are no other columns: the file names all of them ahead of its rows. */
	readonly columnsAreComplete: boolean;
	/** The first few. */
	readonly rows: readonly ReadonlyMap<string, Json>[];
	/** What the Hub says of it. */
	readonly summary: DatasetSummary | null;
}

export interface ModelKnowledge {
	readonly isLocal: boolean;
	/** Bytes; null where nobody knows. */
	readonly onnx: readonly { readonly dtype: string; readonly size: number | null }[];
	/** What the Hub says of it. */
	readonly info: ModelInfo | null;
}

export interface DatasetRequest {
	readonly path: string;
	/** Whose columns are wanted; null: the first there is. */
	readonly config: string | null;
	/** Whose columns are wanted, where splits are files. */
	readonly split: string;
}

/**
 * What completion, hover and diagnostics ask. Every answer comes within a moment: null or an empty list where nothing is
 * known, not yet known, or could not be found out. Nothing is ever thrown.
 */
export interface Knowledge {
	dataset(request: DatasetRequest): Promise<DatasetKnowledge | null>;
	model(name: string): Promise<ModelKnowledge | null>;
	searchDatasets(text: string): Promise<readonly DatasetSummary[]>;
	searchModels(text: string): Promise<readonly ModelSummary[]>;
	/** What jobs of Hugging Face can run on. */
	hardware(): Promise<readonly Hardware[]>;
	/** Files and folders that begin with what is typed, relative to the evaluation; folders end with a slash. */
	paths(typed: string): Promise<readonly string[]>;
	/** The page of a repository. */
	url(type: 'dataset' | 'model', id: string): string;
}

/** An id as the Hub has them. What is also a path of a file that exists is a path. */
export function isHubId(path: string): boolean {
	return /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(path) && !/\.(parquet|jsonl?|csv|tsv|gz|ya?ml|onnx)$/i.test(path);
}
