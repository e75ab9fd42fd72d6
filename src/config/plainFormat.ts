import type { Format } from './format';

/** Where a variant without a preset starts. It has no prompt until `doc_to_text` gives it one. */
export const plainFormat: Format = {
	description: '',
	item: [],
	choices: { from: 'choices' },
	doc_to_target: null,
	target_delimiter: ' ',
	scored_delimiter: null,
	strip_shot_answers: false,
	fewshot_delimiter: '\n\n',
	num_fewshot: 0,
	shots: { split: 'fewshot', order: 'file' },
	seed: 0,
	encoding: 'joint',
	bos: 'auto',
	scoring: 'loglikelihood',
	normalisation: 'none',
	gold: 'index',
	choice_count: null,
	too_long: 'error',
	max_context: null,
	aggregate: null,
	acc_norm: null,
	chat: null,
};
