import type { Message } from '../protocol/messages';

/** The field of an evaluation file that decides what a finding is about. */
export type LintField =
	| 'description'
	| 'doc_to_text'
	| 'doc_to_choice'
	| 'target_delimiter'
	| 'fewshot_delimiter'
	| 'add_bos_token'
	| 'num_fewshot';

export interface LintFinding {
	readonly severity: 'error' | 'warning' | 'info';
	readonly message: Message;
	readonly field?: LintField;
}
