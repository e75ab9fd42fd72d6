import type { SegmentKind } from './prompt';

/**
 * The record of one example under one model and variant: a line of samples.jsonl (docs/contract.md).
 * Field names are the file's.
 */
export interface Sample {
	/** `config/split/row`, or `split/row` for local files: never an absolute path. */
	readonly key: string;
	/** Guards the key: the first 16 hex digits of the SHA-256 of the row's content. */
	readonly content_hash: string;
	readonly subject: string | null;
	readonly model: string;
	readonly variant: string;
	/** Of the whole prompt as UTF-8, before any token-wise cut. */
	readonly prompt_sha256: string;
	/** Context tokens as computed, BOS counted, continuation not. */
	readonly n_tokens: number;
	/** Whether the prompt was cut or shots were dropped to fit the window. */
	readonly truncated: boolean;
	readonly continuations: readonly string[];
	/** Natural log, unnormalised sums over the continuation's tokens, in choice order. */
	readonly logprobs: readonly number[];
	/** Σ exp(logprob) over the distinct continuation token sequences; null where nothing is scored. */
	readonly label_mass: number | null;
	/** Index of the choice; null where a generated answer is none of them, or there are none. */
	readonly prediction: number | null;
	/** Null where the answer is compared with a text, and not chosen. */
	readonly gold: number | null;
	readonly correct: boolean;
	/** Formats scored by generation only: the text that the model wrote, before any filter. */
	readonly generated?: string;
	/** Answers compared with a text only: the right one, or all that are. */
	readonly target?: string | readonly string[];
	/** Formats with an `acc_norm`: the choice with the greatest logprob by its normalisation, and whether it is right. */
	readonly prediction_norm?: number;
	readonly correct_norm?: boolean;
	/** The prompt by reference into segments.jsonl. */
	readonly segments: readonly SegmentReference[];
}

/**
 * The id of a segment, or of a beginning that many prompts share; of a shot its place too, from 0, since one row is shot at
 * many places. Versions up to 0.2.0 wrote the segment with the id of its text.
 */
export type SegmentReference =
	| string
	| readonly [id: string, shot: number]
	| { readonly kind: SegmentKind; readonly text: string; readonly shot?: number; readonly key?: string };
