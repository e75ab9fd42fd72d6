/** A row of golden/scores.jsonl: what an independent program made of a question, and what the model said. */
export interface GoldenScore {
	readonly preset: string;
	readonly subject: string;
	readonly num_fewshot: number;
	readonly test_index: number;
	readonly prompt_sha256: string;
	readonly n_tokens: number;
	readonly continuations: readonly string[];
	readonly continuation_token_ids: readonly (readonly number[])[];
	/** Natural log, sums over the tokens of a continuation. */
	readonly logprobs: readonly number[];
	readonly label_mass: number;
	readonly prediction: number;
	readonly gold: number;
	readonly correct: boolean;
	/** HELM: the token that was written. */
	readonly generated?: string;
	/** Labels without the space before them, as the Hugging Face port of the original scored them. */
	readonly original_hf?: {
		readonly continuations: readonly string[];
		readonly logprobs: readonly number[];
		readonly prediction: number;
	};
	/** Answer texts only. */
	readonly predictions_by_normalisation?: { readonly per_char_nospace: number; readonly per_char_space: number };
}
