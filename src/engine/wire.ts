import type { Chunking } from '../config/resolved';
import type { Message } from '../protocol/messages';
import type { GraphInfo } from './contract';
import type { ProbedProvider, Provider } from './device';
import type { PassName } from './graph/pass';
import type { ReadResult } from './planning/answers';
import type { WriteOptions } from './planning/requestTrie';
import type { GenerateResult } from './requests';

/** What the engine process answers. It works on one request at a time, in the order of arrival. */
export interface EngineProcessSide {
	readonly requests: {
		/** Tries providers; needs no model. */
		readonly probe: { readonly params: { readonly providers: readonly Provider[] }; readonly result: Probed };
		/** Before all that computes, and once. */
		readonly load: { readonly params: LoadRequest; readonly result: LoadedModel };
		readonly compute: { readonly params: ComputeRequest; readonly result: ComputeResult };
	};
	readonly events: {
		/** It begins with a request: while it computes it says nothing. */
		readonly working: null;
	};
}

/** Its parent only asks. */
export interface EngineParentSide {
	readonly requests: Record<never, never>;
	readonly events: Record<never, never>;
}

export interface LoadRequest {
	/** Absolute path of the ONNX file. */
	readonly file: string;
	/** SHA-256 of that file. */
	readonly sha256: string;
	/** Absolute; holds the tokenizer, which is loaded when something is to be written. */
	readonly folder: string;
	/** Where rewritten graphs are kept; null: the graph runs as it is. */
	readonly graphFolder: string | null;
	/** Null: as suits the graph. */
	readonly chunking: Chunking | null;
	/** How the graph is to be rewritten; null: as suits it. */
	readonly passes: readonly PassName[] | null;
	/** Tokens that end a text. */
	readonly endOfText: readonly number[];
	readonly device: Provider;
	/** Null: one for each physical core. */
	readonly threads: number | null;
	/** From config.json, for graphs that leave these open; null where it does not say. */
	readonly shape: DecoderShape;
}

/** Sizes that config.json tells of a decoder. */
export interface DecoderShape {
	readonly keyValueHeads: number | null;
	readonly headSize: number | null;
	readonly vocabularySize: number | null;
}

export interface LoadedModel {
	/** Of ONNX Runtime. */
	readonly version: string;
	/** What rewriting the graph has to tell. */
	readonly notes: readonly Message[];
	/** Null: left to ONNX Runtime. */
	readonly threads: number | null;
	readonly vocabularySize: number;
	readonly graph: GraphInfo;
	/** Of the key-value cache. */
	readonly cacheBytesPerToken: number;
}

/** One step of a plan. */
export interface ComputeRequest {
	/** At least one. */
	readonly tokens: Int32Array;
	/** For each token the place of the one before it, −1: what is kept. Null: a chain. */
	readonly parents: Int32Array | null;
	/** The kept cache that stands before them; null: nothing. */
	readonly on: number | null;
	readonly keep: number | null;
	readonly forget: readonly number[];
	readonly reads: readonly { readonly at: number; readonly tokens: readonly number[] }[];
	/** Lets the model write from the end. */
	readonly write: WriteOptions | null;
}

export interface ComputeResult {
	readonly reads: readonly ReadResult[];
	readonly written: GenerateResult | null;
	/** That the step took, writing included. */
	readonly seconds: number;
}

export interface Probed {
	/** Of ONNX Runtime. */
	readonly version: string;
	/** Null: left to ONNX Runtime. */
	readonly threads: number | null;
	/** In the order in which they were asked about. */
	readonly probed: readonly ProbedProvider[];
}
