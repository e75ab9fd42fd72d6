import type { SegmentKind } from '../protocol/prompt';

/** A part of the item (the question as the model sees it, without its answer). */
export interface ItemPart {
	readonly kind: Extract<SegmentKind, 'question' | 'choices' | 'answer_cue' | 'other'>;
	/** Jinja over the row. The parts' renderings join to the item. */
	readonly template: string;
}

/** Which texts are scored (the delimiter stands before each), and which of them a shot shows as its answer. */
export type ChoiceSource =
	/** A, B, C, … one for each choice of the row. */
	| { readonly from: 'letters' }
	/** The texts of the row's choices. */
	| { readonly from: 'choices' }
	/** One Jinja template a choice: an own list of labels. */
	| { readonly from: 'list'; readonly templates: readonly string[] }
	/** A column that holds a list, or a template that renders to one, as in lm-evaluation-harness. */
	| { readonly from: 'field'; readonly field: string };

/** Where shots come from, and in which order. Pools are the whole splits of the row's subject, after `where`. */
export type ShotOrder =
	/** The first k rows in file order. */
	| 'file'
	/** HELM: seeded by the train trial, grouped by the text of the right answer (mmlu-formats section 2.2). */
	| 'helm'
	/** EleutherAI harness of January 2023: drawn anew for each question from one stream (section 3). */
	| 'harness-2023-01';

/**
 * Everything that decides a variant's prompts, what is scored in them and how: data, without code.
 * A published format is one of these; a variant overrides members of one.
 */
export interface Format {
	/** Jinja over the row; stands first, exactly as rendered. */
	readonly description: string;
	readonly item: readonly ItemPart[];
	readonly choices: ChoiceSource;
	/** Jinja, or a column: the index of the right choice, or its text. Null: the row's `answer`. */
	readonly doc_to_target: string | number | null;
	readonly target_delimiter: string;
	readonly fewshot_delimiter: string;
	readonly num_fewshot: number;
	readonly shots: { readonly split: 'fewshot' | 'validation'; readonly order: ShotOrder };
	/** HELM's train trial. */
	readonly seed: number;
	/** Whether context and continuation become tokens together or apart. */
	readonly encoding: 'joint' | 'separate';
	/** `auto`: as the tokenizer does by itself. */
	readonly bos: 'auto' | boolean;
	/** `generate_label`: the one most probable token of the whole vocabulary must be a label. */
	readonly scoring: 'loglikelihood' | 'generate_label';
	/** HELM compares texts: in rows with equal choices each of them is right, and the first gives the shot's letter. */
	readonly gold: 'index' | 'text';
	readonly too_long:
		| 'drop_shots' // the last shot first; what is still too long loses its beginning
		| 'drop_shots_cut_end' // then tokens from the right end
		| 'cut_start' // tokens from the left of context + continuation
		| 'error';
	/** Context tokens allowed even where the model's window is wider; null: the window alone. */
	readonly max_context: number | null;
	/** The second figure which the implementation reports beside plain accuracy. */
	readonly aggregate: 'micro' | 'macro' | 'acc_norm' | null;
	/** Leave a sequence alone or wrap it in the tokenizer's chat template. */
	readonly apply_chat_template: boolean;
}
