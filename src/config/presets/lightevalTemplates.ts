import type { Format } from '../format';
import { answerCue, common, type Preset, question } from './preset';

/** A text as lighteval's templates show it: its end stripped, its first character in upper case. */
const shown = (text: string) => `{{ ${text}.rstrip()[:1].upper() }}{{ ${text}.rstrip()[1:] }}`;

const shownQuestion = question(`Question: ${shown('question')}\n`);

const shownChoices = {
	kind: 'choices',
	template: `{% for choice in choices %} {{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0] }}. ${shown('choice')}\n{% endfor %}`,
} as const;

const templates: Format = { ...common, encoding: 'separate', too_long: 'cut_start_all', aggregate: 'macro' };

const answerTexts: Pick<Format, 'choices' | 'normalisation' | 'acc_norm'> = {
	choices: { from: 'each', template: shown('choice') },
	normalisation: 'tokens',
	acc_norm: 'characters_with_delimiter',
};

const citation = 'github.com/huggingface/lighteval @ 3fd1526, tasks/templates/multichoice.py';
const fixed =
	'Questions and choices lose white space at their end and begin with a capital letter, which changes a choice in a third of the test rows.';
const apart =
	'Prompt and continuation become tokens separately, as the transformers backend has it; vLLM follows its setting.';
const noInstruction = 'There is no instruction; the number of shots is given on the command line.';
const norms =
	'Accuracy goes by log-probability per token; acc_norm per character, the space before the answer counted. The norm by unconditioned log-probabilities (PMI) is not offered: no backend computes it today.';

/** lighteval's own templates for multiple choice: MCF shows and scores letters, CF answer texts, Hybrid shows both. */
export const lightevalTemplatePresets: readonly Preset[] = [
	{
		name: 'mmlu/lighteval-mcf',
		title: 'MMLU, lighteval template MCF',
		summary:
			'lighteval’s multiple-choice template: no instruction, a space before each letter of the choices, texts capitalised, and the most probable of the letters.',
		notes: [fixed, apart, noInstruction],
		citation,
		format: { ...templates, item: [shownQuestion, shownChoices, answerCue] },
	},
	{
		name: 'mmlu/lighteval-cf',
		title: 'MMLU, lighteval template CF',
		summary:
			'lighteval’s cloze template: the choices are not shown, and the answer text with the greatest log-probability per token is the prediction.',
		notes: [fixed, norms, apart, noInstruction],
		citation,
		format: { ...templates, ...answerTexts, item: [shownQuestion, answerCue] },
	},
	{
		name: 'mmlu/lighteval-hybrid',
		title: 'MMLU, lighteval template Hybrid',
		summary:
			'lighteval’s hybrid template: choices shown with letters, answer texts in the shots and scored, by log-probability per token.',
		notes: [fixed, norms, apart, noInstruction],
		citation,
		format: { ...templates, ...answerTexts, item: [shownQuestion, shownChoices, answerCue] },
	},
];
