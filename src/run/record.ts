import type { LaunchKind } from '../config/launch';
import type { ResolvedEvaluation } from '../config/resolved';
import type { BadRow, DataFile } from '../data/dataset';
import type { GraphInfo } from '../engine/contract';
import type { DeviceRecord } from '../engine/device';
import type { ProbeRecord } from '../engine/endpoint/probe';
import type { ServerKind } from '../engine/endpoint/server';
import type { EndpointCounts } from '../engine/endpoint/tally';
import type { PlanSettings } from '../engine/planning/plan';
import type { Message } from '../protocol/messages';

export type RunState = 'running' | 'done' | 'cancelled' | 'failed';

/** What run.json holds; field names are the file's. It is replaced as a whole, never edited in place. */
export interface RunRecord {
	readonly format: 1;
	readonly id: string;
	readonly state: RunState;
	/** Why it failed. */
	readonly reason: Message | null;
	/** The evaluation file, relative to the run folder, with `/`. */
	readonly evaluation_file: string;
	readonly evaluation: ResolvedEvaluation;
	/** SHA-256 over the resolved evaluation, the data and the model files: runs with equal ones continue each other. */
	readonly fingerprint: string;
	/** ISO 8601. */
	readonly started: string;
	readonly finished: string | null;
	/** Time spent running, all sittings together. */
	readonly seconds: number;
	/** Samples in all, and those recorded when run.json was last written. */
	readonly total: number;
	readonly done: number;
	readonly dataset: {
		readonly revision: string;
		readonly examples: number;
		readonly files: readonly DataFile[];
		/** Rows of the slice that are no questions. */
		readonly skipped: readonly BadRow[];
		/** Others that no shots can be drawn from. */
		readonly skipped_from_pools: readonly BadRow[];
	};
	readonly models: readonly ModelRecord[];
	readonly versions: { readonly eval_lens: string; readonly node: string; readonly platform: string };
}

/** What computed a model's numbers. */
export interface ModelRecord {
	readonly name: string;
	/** On the Hub; absent: the model is local. */
	readonly repository?: string;
	/** A commit on the Hub, or the first 16 hex digits over the model files' hashes. */
	readonly revision: string;
	readonly dtype: string;
	readonly engine: string;
	readonly engine_version: string;
	/** The execution provider in use, at last. */
	readonly device: string;
	/** How it was chosen when the run began; absent in runs of builds that did not choose. */
	readonly devices?: ModelDevices;
	readonly threads: number | null;
	readonly window: number;
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
	readonly tokenizer_sha256: string;
	readonly notes: readonly Message[];
	/**
	 * How prompts were cut and laid together, and how the graph ran: another sitting goes on in the same way. Null where
	 * the cache knew all answers.
	 */
	readonly plan: PlanSettings | null;
	readonly graph: GraphInfo | null;
	/** How many samples the cache answered when the run began. */
	readonly from_cache: number;
	/** Tokens by how they might be sent (docs/contract.md), and those that went through the model in all sittings. */
	readonly tokens: TokenRecord;
	/** Of a model that a server computed. */
	readonly endpoint?: EndpointRecord;
	/** All sittings together. */
	readonly seconds: { readonly load: number; readonly plan: number; readonly score: number };
}

/** What answered, and what it was asked: of all sittings together. */
export interface EndpointRecord {
	readonly launch: LaunchKind;
	readonly host: string;
	readonly server: ServerKind;
	readonly version: string | null;
	/** The model's name there, and how its weights are stored, in the server's words. */
	readonly model: string;
	readonly weights: string | null;
	/** How it was asked. */
	readonly route: string;
	/** Tokens it takes at a time. */
	readonly window: number | null;
	readonly probe: ProbeRecord;
	readonly counts: EndpointCounts;
	/** Of the hardware, as far as it is known: a flavor of Hugging Face, what Slurm was asked for. */
	readonly hardware: string | null;
	/** In dollars, as far as it is billed and known. */
	readonly cost: number | null;
}

export interface TokenRecord {
	readonly naive: number;
	readonly one_request: number;
	readonly distinct: number;
	readonly planned: number;
	readonly computed: number;
}

export interface ModelDevices extends DeviceRecord {
	/**
	 * Where the CPU went on after samples of the device chosen, computed or from its cache; null: all are of the one chosen.
	 */
	readonly changed: DeviceChange | null;
}

/** From which sample on the CPU computed, and why. */
export interface DeviceChange {
	/** Counted from 0, in the order of the model's lines in samples.jsonl. */
	readonly from_sample: number;
	readonly variant: string;
	readonly key: string;
	readonly reason: Message;
}

/** The limit to give when a run is continued: that of a command or a button replaced the file's, and the record remembers. */
export function limitOf({ evaluation }: RunRecord): number | undefined {
	const { limit } = evaluation.slice;
	return typeof limit === 'number' ? limit : undefined;
}
