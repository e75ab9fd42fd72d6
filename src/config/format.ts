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
	/** One for each choice of the row: a Jinja template over the row in which `choice` is its text and `letter` its letter. */
	| { readonly from: 'each'; readonly template: string }
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

/** By what the sum of log-probabilities of a choice is divided before the greatest is taken. */
export type Normalisation =
	| 'none'
	/** Unicode code points of the choice without the delimiter: `acc_norm` of lm-evaluation-harness. */
	| 'characters'
	/** The same with the delimiter counted: OLMES, and lighteval's character norm. */
	| 'characters_with_delimiter'
	/** UTF-8 bytes of the choice without the delimiter. */
	| 'bytes'
	/** Tokens of the continuation. */
	| 'tokens';

/** How context and continuation become tokens. */
export type Encoding =
	/** Together, split after the context's own tokens, as lm-evaluation-harness since June 2023. */
	| 'joint'
	/** The same, but where nothing is left after the context's tokens the last one of the whole is the continuation: lighteval. */
	| 'joint_last'
	/** Each by itself. */
	| 'separate'
	/** Each by itself; where the tokenizer puts a space in front of a text, the continuation's own goes (OLMES v0.1). */
	| 'separate_one_space'
	/** The continuation is the last token of the label encoded alone, as the Hugging Face port of the original reads it. */
	| 'last_token';

/** What becomes of a prompt that does not fit. */
export type TooLong =
	/** The last shot goes first; what is still too long loses its beginning. */
	| 'drop_shots'
	/** The same, but then tokens go from the right end. */
	| 'drop_shots_cut_end'
	/** Tokens go from the left of context + continuation, whose last one is predicted and takes no room. */
	| 'cut_start'
	/** The same, but the last token takes room too (lighteval since 0.11). */
	| 'cut_start_all'
	| 'error';

/** What is done to a generated text before it is compared, in the words of lm-evaluation-harness's filters. */
export type AnswerFilter =
	| { readonly filter: 'first_line' }
	| { readonly filter: 'strip' }
	| { readonly filter: 'lowercase' }
	| { readonly filter: 'uppercase' }
	/** `pattern` is Python's. `match`: which of the matches, -1 the last; its first group that matched, or the whole match. */
	| { readonly filter: 'regex'; readonly pattern: string; readonly match: number; readonly fallback: string }
	| { readonly filter: 'take_first' };

/** How an answer that the model writes is obtained and judged. */
export interface Generation {
	/** Texts that end the answer; cut off with what follows. The end-of-text token ends it too. */
	readonly until: readonly string[];
	readonly max_tokens: number;
	readonly filters: readonly AnswerFilter[];
	/** Differences that do not count, on both sides. */
	readonly ignore: readonly ('outer_white_space' | 'case' | 'punctuation' | 'numbers')[];
	/** Regular expressions (Python's) whose matches are taken out of both sides first. */
	readonly ignore_patterns: readonly string[];
	/** `labels`: the answer must be one of the labels, whose index is the prediction. `target`: the text of `doc_to_target`. */
	readonly against: 'labels' | 'target';
}

/** How a prompt becomes the messages of a chat template (lm-evaluation-harness's `--apply_chat_template`). */
export interface ChatFormat {
	/** Each shot is a turn of its own; else all of them stand in one user message. */
	readonly multiturn: boolean;
	/** Stands before the description in the system message. */
	readonly system: string | null;
}

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
	/** Stands between an item and its answer in shots, and before each scored choice unless `scored_delimiter` differs. */
	readonly target_delimiter: string;
	/** Before each scored choice; null: `target_delimiter`. */
	readonly scored_delimiter: string | null;
	/** Whether a shot's answer loses its outer white space (lighteval since 0.11). */
	readonly strip_shot_answers: boolean;
	readonly fewshot_delimiter: string;
	readonly num_fewshot: number;
	readonly shots: { readonly split: 'fewshot' | 'validation'; readonly order: ShotOrder };
	/** HELM's train trial. */
	readonly seed: number;
	readonly encoding: Encoding;
	/** `auto`: as the tokenizer does by itself. */
	readonly bos: 'auto' | boolean;
	/** `next_token`: the one most probable token of the whole vocabulary must be a label. */
	readonly scoring: 'loglikelihood' | 'next_token' | Generation;
	/** Decides the prediction among scored choices. */
	readonly normalisation: Normalisation;
	/** HELM compares texts: in rows with equal choices each of them is right, and the first gives the shot's letter. */
	readonly gold: 'index' | 'text';
	/** Choices that a row must have where the code has their number built in; null: any number. */
	readonly choice_count: number | null;
	readonly too_long: TooLong;
	/** Tokens allowed even where the model's window is wider; null: the window alone. */
	readonly max_context: number | null;
	/** The second figure which the implementation reports beside plain accuracy. */
	readonly aggregate: 'micro' | 'macro' | 'acc_norm' | null;
	/** How `acc_norm` divides; null where the format has none. */
	readonly acc_norm: Normalisation | null;
	/** Null: the text goes to the model as it is. */
	readonly chat: ChatFormat | null;
}
