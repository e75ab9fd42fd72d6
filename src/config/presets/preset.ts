import type { Format, ItemPart } from '../format';
import { plainFormat } from '../plainFormat';

/** A published prompt format, as its implementation builds and scores it. */
export interface Preset {
	/** `benchmark/implementation`, as evaluation files name it. */
	readonly name: string;
	readonly title: string;
	/** One sentence for hover and completion. */
	readonly summary: string;
	/** What a careful reader must know beside it. */
	readonly notes: readonly string[];
	/** The code whose prompts these are. */
	readonly citation: string;
	readonly format: Format;
}

// Jinja renders templates with keep_trailing_newline and without trim_blocks and lstrip_blocks.

/** What most implementations do; a preset says what it does otherwise. */
export const common: Format = {
	...plainFormat,
	choices: { from: 'letters' },
	num_fewshot: 5,
	too_long: 'cut_start',
	aggregate: 'micro',
};

/** The subject in words. */
export const subject = '{{subject | replace("_", " ")}}';

export const instruction = `The following are multiple choice questions (with answers) about ${subject}.`;

/** Of the original: a subject in words begins with a space there, and one stands before it. */
export const originalInstruction = `The following are multiple choice questions (with answers) about  ${subject}.`;

export function question(template: string): ItemPart {
	return { kind: 'question', template };
}

export const choiceLines: ItemPart = {
	kind: 'choices',
	template: "{% for choice in choices %}{{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0] }}. {{ choice }}\n{% endfor %}",
};

export const answerCue: ItemPart = { kind: 'answer_cue', template: 'Answer:' };
