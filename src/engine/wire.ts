import type { GenerateRequest, GenerateResult, LoglikelihoodRequest, LoglikelihoodResult } from './contract';
import type { ProbedProvider, Provider } from './device';

/** What the engine process answers. It works on one request at a time, in the order of arrival. */
export interface EngineProcessSide {
	readonly requests: {
		/** Tries providers; needs no model. */
		readonly probe: { readonly params: { readonly providers: readonly Provider[] }; readonly result: Probed };
		/** Before all that computes, and once. */
		readonly load: { readonly params: LoadRequest; readonly result: LoadedModel };
		readonly score: { readonly params: LoglikelihoodRequest; readonly result: LoglikelihoodResult };
		readonly generate: { readonly params: GenerateRequest; readonly result: GenerateResult };
	};
	readonly events: Record<never, never>;
}

/** Its parent only asks. */
export interface EngineParentSide {
	readonly requests: Record<never, never>;
	readonly events: Record<never, never>;
}

export interface LoadRequest {
	/** Absolute path of the ONNX file. */
	readonly file: string;
	/** Absolute; holds the tokenizer, which is loaded when something is to be written. */
	readonly folder: string;
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
	/** Null: left to ONNX Runtime. */
	readonly threads: number | null;
	readonly vocabularySize: number;
}

export interface Probed {
	/** Of ONNX Runtime. */
	readonly version: string;
	/** Null: left to ONNX Runtime. */
	readonly threads: number | null;
	/** In the order in which they were asked about. */
	readonly probed: readonly ProbedProvider[];
}
