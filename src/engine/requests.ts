import type { Message } from '../protocol/messages';
import type { ChatMessage } from '../protocol/prompt';

/** A request by the order in which it was asked, from 0. */
export type RequestId = number;

/** Of a chat. */
interface Conversation {
	/** What the context was written from; absent where it is no chat, or was cut. */
	readonly messages?: readonly ChatMessage[] | undefined;
}

/** Scores texts after one context. Token ids as the model reads them, BOS included where there is one. */
export interface LoglikelihoodRequest extends Conversation {
	/** At least one token. */
	readonly context: readonly number[];
	/** How many leading tokens of the context are what the format repeats before other questions (0: none), less than all. */
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
	/** The most probable token of the whole vocabulary after the context; −1: one of a server that is no token here. */
	readonly argmax: number;
}

/** Lets the model write greedily after one context. */
export interface GenerateRequest extends Conversation {
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
	/** All that were written, those that ended the text among them; −1: one whose id a server did not tell. */
	readonly tokens: readonly number[];
	/** ln p of each token; of those that a server tells. */
	readonly logprobs: readonly number[];
	readonly ended: 'until' | 'end_of_text' | 'length';
}

/** What an engine is asked about one example under one variant. */
export interface QuestionRequests {
	readonly requests: readonly LoglikelihoodRequest[];
	readonly generation?: GenerateRequest | undefined;
}

/** The answer to one request. */
export type Answer =
	| { readonly kind: 'scored'; readonly request: RequestId; readonly result: LoglikelihoodResult }
	| { readonly kind: 'written'; readonly request: RequestId; readonly result: GenerateResult }
	/** It could not be had, after all tries: an error to try again another time, never an answer. */
	| { readonly kind: 'failed'; readonly request: RequestId; readonly reason: Message };
