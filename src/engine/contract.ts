import type { CancellationToken } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import type { Message } from '../protocol/messages';
import type { DeviceRecord, Provider } from './device';

/** Scores texts after one context. Token ids as the model reads them, BOS included where there is one. */
export interface LoglikelihoodRequest {
	/** At least one token. */
	readonly context: readonly number[];
	/**
	 * How many leading tokens of the context other requests share (0: none), less than all of it. The engine computes them
	 * as a chunk of their own and keeps the last such chunk's cache. Where a prompt is cut decides the last bits of its
	 * numbers: cutting where the plan says, and not where the previous request happened to end, makes a resumed run
	 * equal an uninterrupted one to the bit.
	 */
	readonly prefix: number;
	/** Each at least one token long. */
	readonly continuations: readonly (readonly number[])[];
}

export interface LoglikelihoodResult {
	/** One for each continuation, in order. */
	readonly continuations: readonly {
		/** Σ ln p(token | what stands before it). */
		readonly logprob: number;
		/** Whether each token was the most probable one. */
		readonly greedy: boolean;
	}[];
	/** The most probable token of the whole vocabulary after the context. */
	readonly argmax: number;
	/** Tokens that went through the model for this request. */
	readonly computed: number;
}

/** Lets the model write greedily after one context. */
export interface GenerateRequest {
	/** At least one token, BOS included where there is one. */
	readonly context: readonly number[];
	/** As of a `LoglikelihoodRequest`. */
	readonly prefix: number;
	readonly maxTokens: number;
	/** Texts that end the answer. */
	readonly until: readonly string[];
}

export interface GenerateResult {
	/** What was written, without the text or token that ended it and what follows; special tokens kept. */
	readonly text: string;
	/** All that were written, those that ended the text among them. */
	readonly tokens: readonly number[];
	/** ln p of each token. */
	readonly logprobs: readonly number[];
	readonly ended: 'until' | 'end_of_text' | 'length';
	/** Tokens that went through the model for this request. */
	readonly computed: number;
}

/** What computed the numbers: recorded with every run. */
export interface EngineInfo {
	readonly name: string;
	readonly version: string;
	/** The execution provider in use. */
	readonly device: Provider;
	/** How it was chosen. */
	readonly devices: DeviceRecord;
	/** What the choice of the device has to tell, such as a fallback. */
	readonly notes: readonly Message[];
	readonly threads: number | null;
	readonly dtype: string;
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
	/** Tokens the model can attend to. */
	readonly window: number;
	readonly vocabularySize: number;
	/** Tokens that end a written text, beside the one that the tokenizer names. */
	readonly endOfText: readonly number[];
	readonly capabilities: EngineCapabilities;
}

export interface EngineCapabilities {
	/** Log-probabilities of given tokens of any number. */
	readonly continuations: 'any' | 'one_token';
	/** The most probable token of the whole vocabulary. */
	readonly argmax: boolean;
	readonly prefixReuse: boolean;
	/** Writes texts greedily. */
	readonly generate: boolean;
}

/** The only thing that computes. Local and remote engines look alike from here on. */
export interface Engine extends Disposable {
	readonly info: EngineInfo;
	/** How many requests to have under way: the one that is worked on, and others lest it wait for the next. */
	readonly inFlight: number;
	/** Requests are worked on in the order in which they are made. */
	loglikelihood(request: LoglikelihoodRequest, token: CancellationToken): Promise<LoglikelihoodResult>;
	generate(request: GenerateRequest, token: CancellationToken): Promise<GenerateResult>;
}
