import type { Format } from './format';
import type { Launch } from './launch';

/** An evaluation with nothing left to look up but data and models: defaults filled in, inheritance applied. */
export interface ResolvedEvaluation {
	readonly name: string;
	readonly dataset: DatasetSpec;
	readonly slice: SliceSpec;
	readonly columns: ColumnMapping;
	readonly on_bad_row: 'error' | 'skip';
	readonly output_type: string;
	readonly models: readonly ModelSpec[];
	/** At least one; the first is the base of comparisons. Names are unique. */
	readonly variants: readonly Variant[];
	readonly assertions: readonly Assertion[];
}

export interface DatasetSpec {
	/** As written: a Hub id, or a path relative to the evaluation file. */
	readonly path: string;
	readonly names: readonly string[] | 'all' | null;
	readonly revision: string;
	readonly test_split: string;
	readonly validation_split: string;
	readonly fewshot_split: string;
	readonly id_column: string | null;
}

export interface SliceSpec {
	/** Column → accepted values; filters rows of every split. A list, so that a column may have any name. */
	readonly where: readonly {
		readonly column: string;
		readonly values: readonly (string | number | boolean | null)[];
	}[];
	readonly sample: { readonly size: number; readonly seed: number } | null;
	readonly limit: number | { readonly per_subject: number } | null;
}

/** Columns of the data by the name that templates use for them. */
export interface ColumnMapping {
	readonly question: string;
	readonly choices: string;
	readonly answer: string;
	readonly subject: string;
}

export interface ModelSpec {
	/** How the model is named in results: the id or path as written. */
	readonly name: string;
	readonly source: { readonly path: string } | { readonly id: string };
	/** Where the server is that computes, or how it is started; null: this computer computes, with ONNX Runtime. */
	readonly launch: Launch | null;
	readonly revision: string;
	/** Null: the widest file there is, fp32 first. */
	readonly dtype: string | null;
	readonly device: Device;
	/** Null: as suits the model. */
	readonly chunking: Chunking | null;
	readonly on_device_failure: OnDeviceFailure;
}

export const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Device = (typeof devices)[number];

/** How prompts may be cut into what goes through the model at once. */
export const chunkings = [
	/** By what all requests of the run share. */
	'shared',
	/** Each prompt at its own shots' end alone, whatever else is in the run. */
	'fixed',
	/** Each sequence in one piece, nothing shared: the plain way. */
	'whole',
] as const;
export type Chunking = (typeof chunkings)[number];
/**
 * What happens where a device cannot be used, or fails. `cpu_at_load`: a model that it cannot load is computed on the CPU,
 * a run that loses it midway stops and can be continued; `cpu`: such a run goes on on the CPU; `stop`: neither.
 */
export const deviceFailurePolicies = ['cpu_at_load', 'cpu', 'stop'] as const;
export type OnDeviceFailure = (typeof deviceFailurePolicies)[number];

export interface Variant {
	readonly name: string;
	/** The preset it is or extends. */
	readonly preset: string | null;
	readonly format: Format;
}

export interface Assertion {
	readonly metric: AssertionMetric;
	readonly model: string | null;
	readonly variant: string | null;
	readonly base: string | null;
	readonly min: number | null;
	readonly max: number | null;
}

export const assertionMetrics = [
	'accuracy',
	'label_mass',
	'aggregate',
	'delta',
	'flips',
	'right_to_wrong',
	'wrong_to_right',
	'churn',
	'missing',
	'rstd',
	'n',
	'skipped',
	'errors',
	'p_value',
	'p_adjusted',
	'truncated',
] as const;
export type AssertionMetric = (typeof assertionMetrics)[number];
