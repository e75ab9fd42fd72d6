/** Text ↔ token ids of one model. */
export interface Tokenizer {
	/** Special tokens written in the text become their ids; none are added. */
	encode(text: string): number[];
	/** Special tokens are kept; joins the pieces exactly. */
	decode(ids: readonly number[]): string;
	/** What the tokenizer puts in front by itself, usually nothing or one BOS. */
	readonly prefix: readonly number[];
	readonly bos: number | null;
	readonly vocabularySize: number;
	/** SHA-256 over the tokenizer's files. */
	readonly sha256: string;
}
