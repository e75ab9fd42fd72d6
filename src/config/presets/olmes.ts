import type { Format } from '../format';
import { answerCue, common, instruction, type Preset, question } from './preset';

const olmes: Format = {
	...common,
	// The same for the cloze form.
	description: `${instruction}\n\n`,
	encoding: 'separate_one_space',
	bos: false,
	max_context: 2048,
	aggregate: 'macro',
};

const strippedQuestion = question('Question: {{question.strip()}}\n');

const citation =
	'github.com/allenai/OLMo-Eval @ e77b194, olmo_eval/tasks/olmes_v0_1, on github.com/allenai/catwalk @ c3eb82e';
const best = 'The OLMES score of a model is the better of its two figures, MCF and CF, with the form named: run both.';
const tokens =
	'Version 0.1: context and continuation become tokens separately and without BOS; the last 2,048 tokens are kept. Newer code tokenises them together and does not strip the question.';
const figure = 'Its own figure is the mean over subjects.';

/** The Open Language Model Evaluation Standard of AI2. */
export const olmesPresets: readonly Preset[] = [
	{
		name: 'mmlu/olmes-mcf',
		title: 'MMLU, OLMES, multiple choice',
		summary:
			'OLMES, multiple-choice form: a space before each letter of the choices, so that it is the token of the answer, and the most probable of the letters.',
		notes: [best, tokens, figure],
		citation,
		format: {
			...olmes,
			item: [
				strippedQuestion,
				{
					kind: 'choices',
					template:
						"{% for choice in choices %} {{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0] }}. {{ choice }}\n{% endfor %}",
				},
				answerCue,
			],
		},
	},
	{
		name: 'mmlu/olmes-cf',
		title: 'MMLU, OLMES, cloze',
		summary:
			'OLMES, cloze form: the choices are not shown, and the answer text with the greatest log-probability per character is the prediction.',
		notes: ['Characters are Unicode code points, the space before the answer counted.', best, tokens, figure],
		citation,
		format: {
			...olmes,
			item: [strippedQuestion, answerCue],
			choices: { from: 'choices' },
			normalisation: 'characters_with_delimiter',
		},
	},
];
