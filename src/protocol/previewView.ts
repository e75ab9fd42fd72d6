import type { PromptDiff } from './diff';
import type { Message } from './messages';
import type { Segment } from './prompt';

export interface PreviewChoice {
	/** Index in the slice, from 0. */
	readonly example: number;
	readonly variant: string;
	/** Another variant to show the difference to; null for the prompt alone. */
	readonly against: string | null;
}

/** A place in the evaluation file, from 0; the column in UTF-16 units, as editors count. */
export interface FilePlace {
	readonly line: number;
	readonly column: number;
}

export interface PromptView {
	readonly variant: string;
	readonly segments: readonly Segment[];
	/** Empty where the answer is written freely. */
	readonly continuations: readonly string[];
	/** The model's chat template stands around its parts, as segments of kind `other`. */
	readonly isChat: boolean;
	/** Equal for two views that are scored alike, as far as format and model decide it and not the texts. */
	readonly scoredBy: string;
	/** What the linter says of this prompt, each finding with the place in the file that decides it. */
	readonly lint: readonly {
		readonly severity: 'error' | 'warning' | 'info';
		readonly message: Message;
		readonly place: FilePlace | null;
	}[];
	/** Null where no tokenizer is at hand, and where the prompt has no encoding, of which the lint says why. */
	readonly tokens: TokenView | null;
}

/** A prompt as the model reads it. */
export interface TokenView {
	/** What stands before the text: BOS, and whatever else the tokenizer puts there. */
	readonly front: readonly { readonly id: number; readonly text: string }[];
	/** The prompt's text up to where the first scored token begins, in order. */
	readonly groups: readonly TokenGroup[];
	/** One for each continuation, in order. */
	readonly scored: readonly ScoredTokens[];
	/** Context tokens, `front` counted, continuations not. */
	readonly count: number;
	/** How many of them fit: the model's window, or less where the format says so. */
	readonly limit: number;
}

/**
 * The tokens of a stretch of text that begins where the group before it ends. Several where a character is spread over
 * them, or where the tokenizer changed the text so that single tokens have no place in it.
 */
export interface TokenGroup {
	readonly ids: readonly number[];
	/** Where it ends in the text, in UTF-16 units. */
	readonly end: number;
}

/** The tokens whose log-probabilities are added up for one continuation. */
export interface ScoredTokens {
	/** What they stand for: the continuation, with the end of the prompt where a token spans the join. */
	readonly text: string;
	/** How much of `text` is the end of the prompt, in UTF-16 units. */
	readonly fromPrompt: number;
	readonly groups: readonly TokenGroup[];
}

/** The evaluation's first model, as far as the preview has it. */
export type PreviewModel =
	/** The evaluation names no model. */
	| { readonly state: 'none' }
	/** Its tokenizer is being read. */
	| { readonly state: 'loading'; readonly name: string }
	| { readonly state: 'missing'; readonly name: string; readonly reason: Message }
	| { readonly state: 'ready'; readonly name: string };

/** What can be chosen, and what is. */
export interface PreviewPosition {
	readonly choice: PreviewChoice;
	/** How many there are. */
	readonly examples: number;
	readonly variants: readonly string[];
}

/** The prompt preview: one example under one variant, or the difference of two. */
export type PreviewState =
	| (PreviewPosition & {
			readonly state: 'shown';
			/** The evaluation, as the workspace names it. */
			readonly file: string;
			readonly example: {
				readonly key: string;
				readonly subject: string | null;
				readonly choices: readonly string[];
				/** Index of the right choice; null where the data has no choices, or the answer is written freely. */
				readonly gold: number | null;
				/** The right text, where the answer is written freely. */
				readonly target: string | null;
			};
			readonly prompt: PromptView;
			readonly against: PromptView | null;
			readonly diff: PromptDiff | null;
			readonly model: PreviewModel;
			/** Whether the workspace is trusted, without which no model runs. */
			readonly trusted: boolean;
	  })
	/** The evaluation cannot be rendered; the messages say why, and where in the file if it is the file. */
	| {
			readonly state: 'failed';
			readonly file: string;
			/** Null where the evaluation itself cannot be read; else other prompts of it may be fine. */
			readonly position: PreviewPosition | null;
			readonly reasons: readonly { readonly message: Message; readonly place: FilePlace | null }[];
	  };

/** How far scoring an example is. The model is downloaded, in bytes, where it is not on this computer yet. */
export type ScoringPhase = 'loading' | { readonly received: number; readonly total: number } | 'scoring';

/** What the model makes of the shown example. */
export interface PreviewScores {
	readonly model: string;
	/** Of the model alone; loading it not counted. */
	readonly milliseconds: number;
	readonly prompts: readonly ScoredPrompt[];
}

export interface ScoredPrompt {
	readonly variant: string;
	readonly continuations: readonly string[];
	/** Natural log, sums over the tokens of each continuation. JSON writes −∞ as null. */
	readonly logprobs: readonly (number | null)[];
	/** Null where nothing is scored but what the model writes. */
	readonly labelMass: number | null;
	readonly prediction: number | null;
	readonly gold: number | null;
	readonly correct: boolean;
	/** What the model wrote, where that decides. */
	readonly generated: string | null;
	readonly truncated: boolean;
}
