import type { ChatMessage } from '../../protocol/prompt';
import type { GenerateRequest, GenerateResult } from '../requests';

/** A prompt as servers take it. */
export interface Sequence {
	/** BOS included where the model has one. */
	readonly ids: readonly number[];
	/** The same as text, without a BOS that the server puts there itself. */
	readonly text: () => string;
	/** Of a chat: what it was written from. */
	readonly messages?: readonly ChatMessage[] | null;
}

/** What was billed and computed, as far as a server tells. */
export interface Usage {
	readonly prompt: number | null;
	/** Of these, from the server's own cache. */
	readonly cached: number | null;
	readonly written: number;
}

/** What comes after a sequence. */
export interface NextTokens {
	/** Of the tokens asked for, in their order; null: not among those that the server gave. */
	readonly logprobs: readonly (number | null)[];
	/** The most probable token of the whole vocabulary, by what the server tells of it; null: nothing. */
	readonly best: { readonly id: number } | { readonly text: string } | null;
	/** How many tokens the server gave. */
	readonly given: number;
	readonly usage: Usage;
}

/** Tokens of the sequence itself, from a place on. */
export interface PromptLogprobs {
	/** The token that was the most probable at `from`; null: not told. */
	readonly best: NextTokens['best'];
	/** ln p of each token from `from` on; another number of them, or of none: the server did not do what it was asked. */
	readonly logprobs: readonly number[];
	/** Whether each of them was the most probable. */
	readonly greedy: readonly boolean[];
	readonly usage: Usage;
}

/** One way to ask one kind of server. */
export interface Route {
	/** Recorded with the run: the server's own name of what is asked. */
	readonly name: string;
	/** `messages`: conversations alone, which the server writes by its own template. */
	readonly prompts: 'ids' | 'text' | 'messages';
	/**
	 * Which tokens' log-probabilities can be had after a sequence: `any`, or those of the `top` alone, which may not hold the
	 * ones asked for.
	 */
	readonly next: 'any' | { readonly top: number };
	after(sequence: Sequence, wanted: readonly WantedToken[], signal: AbortSignal): Promise<NextTokens>;
	/** Log-probabilities of the sequence's own tokens; absent where the server has none. */
	readonly within?: (sequence: Sequence, from: number, signal: AbortSignal) => Promise<PromptLogprobs>;
	readonly write?: (
		sequence: Sequence,
		options: Pick<GenerateRequest, 'maxTokens' | 'until'>,
		signal: AbortSignal,
	) => Promise<{ readonly result: GenerateResult; readonly usage: Usage }>;
	/** How the server cuts a text into tokens, nothing added; absent where it does not tell. */
	readonly tokenize?: ((text: string, signal: AbortSignal) => Promise<readonly number[]>) | undefined;
	/** As how many tokens the server reads a text, with what it adds; null: it does not tell. Of routes that take ids. */
	readonly countText?: (text: string, signal: AbortSignal) => Promise<number | null>;
}

/** By its id where servers tell ids, else by the text that it stands for. */
export interface WantedToken {
	readonly id: number;
	readonly text: string;
}
