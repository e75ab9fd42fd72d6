import { answerCue, choiceLines, common, instruction, type Preset, question } from './preset';

export const helmItem = [question('Question: {{question}}\n'), choiceLines, answerCue];

/** Stanford's Holistic Evaluation of Language Models. */
export const helmPresets: readonly Preset[] = [
	{
		name: 'mmlu/helm',
		title: 'MMLU, HELM',
		summary:
			'HELM: “Question: ” before each question, shots of dev in a seeded order, and one generated token that must be the right letter.',
		notes: [
			'The order of the shots comes from Python’s random numbers, seeded by the train trial (seed), and serves all questions of a subject.',
			'Right is whatever choice has the text of the right answer: of two equal choices either one, and a shot shows the letter of the first.',
			'A prompt that is too long loses its last shots, then its right end, and with it the answer cue.',
			'Its own figure is the mean over subjects, not over questions.',
		],
		citation:
			'github.com/stanford-crfm/helm @ cab5d89, the same at 63754d0; mmlu_scenario.py and multiple_choice_joint_adapter.py',
		format: {
			...common,
			description: `${instruction}\n\n`,
			item: helmItem,
			shots: { split: 'fewshot', order: 'helm' },
			scoring: 'next_token',
			gold: 'text',
			too_long: 'drop_shots_cut_end',
			aggregate: 'macro',
		},
	},
];
