import type { ChatTemplate } from './chatTemplate';

/** Text ↔ token ids of one model. */
export interface Tokenizer {
	/** Special tokens written in the text become their ids; none are added. */
	encode(text: string): number[];
	/** Special tokens are kept; joins the pieces exactly. */
	decode(ids: readonly number[]): string;
	/** What the tokenizer puts in front by itself, usually nothing or one BOS. */
	readonly prefix: readonly number[];
	readonly bos: number | null;
	/** The token that the tokenizer calls the end of a text; absent where it names none. */
	readonly eos?: number;
	/** Writes conversations in the model's own form; absent where the tokenizer has no chat template. */
	readonly chat?: ChatTemplate;
	readonly vocabularySize: number;
	/** SHA-256 over the tokenizer's files. */
	readonly sha256: string;
}
