import type { Format, ItemPart } from './format';

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

// Jinja renders these with keep_trailing_newline and without trim_blocks and lstrip_blocks.
const choiceLines: ItemPart = {
	kind: 'choices',
	template: "{% for choice in choices %}{{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0] }}. {{ choice }}\n{% endfor %}",
};
const answerCue: ItemPart = { kind: 'answer_cue', template: 'Answer:' };

/** Every preset there is. Adding one is adding an object here. */
export const presets: readonly Preset[] = [
	{
		name: 'mmlu/original',
		title: 'MMLU, original code',
		summary:
			'The prompt of the MMLU authors: an instruction with two spaces before the subject, the first rows of dev as shots, and the most probable of the letters.',
		notes: [
			'A choice that is the word None stays None; pandas 2 turned it into nan in ten test questions.',
			'Shots are dropped from the end until the prompt fits 2,048 tokens of the model’s own tokenizer; the original counted GPT-2 tokens.',
		],
		citation: 'github.com/hendrycks/test @ 4450500, evaluate.py',
		format: {
			description:
				'The following are multiple choice questions (with answers) about  {{subject | replace("_", " ")}}.\n\n',
			item: [{ kind: 'question', template: '{{question}}\n' }, choiceLines, answerCue],
			choices: { from: 'letters' },
			doc_to_target: null,
			target_delimiter: ' ',
			scored_delimiter: null,
			strip_shot_answers: false,
			fewshot_delimiter: '\n\n',
			num_fewshot: 5,
			shots: { split: 'fewshot', order: 'file' },
			seed: 0,
			encoding: 'joint',
			bos: 'auto',
			scoring: 'loglikelihood',
			normalisation: 'none',
			gold: 'index',
			too_long: 'drop_shots',
			max_context: 2048,
			aggregate: 'micro',
			acc_norm: null,
			chat: null,
		},
	},
	{
		name: 'mmlu/helm',
		title: 'MMLU, HELM',
		summary:
			'HELM: “Question: ” before each question, shots of dev in a seeded order, and one generated token that must be the right letter.',
		notes: [
			'A prompt that is too long loses its last shots, then its right end, and with it the answer cue.',
			'Its own figure is the mean over subjects, not over questions.',
		],
		citation: 'github.com/stanford-crfm/helm @ cab5d89, mmlu_scenario.py and multiple_choice_joint_adapter.py',
		format: {
			description:
				'The following are multiple choice questions (with answers) about {{subject | replace("_", " ")}}.\n\n',
			item: [{ kind: 'question', template: 'Question: {{question}}\n' }, choiceLines, answerCue],
			choices: { from: 'letters' },
			doc_to_target: null,
			target_delimiter: ' ',
			scored_delimiter: null,
			strip_shot_answers: false,
			fewshot_delimiter: '\n\n',
			num_fewshot: 5,
			shots: { split: 'fewshot', order: 'helm' },
			seed: 0,
			encoding: 'joint',
			bos: 'auto',
			scoring: 'next_token',
			normalisation: 'none',
			gold: 'text',
			too_long: 'drop_shots_cut_end',
			max_context: null,
			aggregate: 'macro',
			acc_norm: null,
			chat: null,
		},
	},
	{
		name: 'mmlu/harness-2023-01',
		title: 'MMLU, EleutherAI harness of January 2023',
		summary:
			'EleutherAI harness, hendrycksTest version 0: no instruction, a “Choices:” line, shots of validation drawn anew for each question, and the most probable answer text.',
		notes: [
			'Context and answer become tokens separately and without BOS, as in the original code.',
			'Shots are never taken from dev, whatever the published descriptions say.',
		],
		citation: 'github.com/EleutherAI/lm-evaluation-harness @ e47e01b, lm_eval/tasks/hendrycks_test.py',
		format: {
			description: '',
			item: [
				{ kind: 'question', template: 'Question: {{question}}\n' },
				{ kind: 'choices', template: `Choices:\n${choiceLines.template}` },
				answerCue,
			],
			choices: { from: 'choices' },
			doc_to_target: null,
			target_delimiter: ' ',
			scored_delimiter: null,
			strip_shot_answers: false,
			fewshot_delimiter: '\n\n',
			num_fewshot: 5,
			shots: { split: 'validation', order: 'harness-2023-01' },
			seed: 0,
			encoding: 'separate',
			bos: false,
			scoring: 'loglikelihood',
			normalisation: 'none',
			gold: 'index',
			too_long: 'cut_start',
			max_context: null,
			aggregate: 'acc_norm',
			acc_norm: 'characters',
			chat: null,
		},
	},
];

export const presetNames: readonly string[] = presets.map(preset => preset.name);

export function findPreset(name: string): Preset | undefined {
	return presets.find(preset => preset.name === name);
}
