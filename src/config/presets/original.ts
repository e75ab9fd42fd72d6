import { answerCue, choiceLines, common, originalInstruction, type Preset, question } from './preset';

const format: Preset['format'] = {
	...common,
	description: `${originalInstruction}\n\n`,
	item: [question('{{question}}\n'), choiceLines, answerCue],
	too_long: 'drop_shots',
	max_context: 2048,
};

const noneStays = 'A choice that is the word None stays None; pandas 2 turned it into nan in ten test questions.';

/** The code of the MMLU authors, and its port to Hugging Face models. */
export const originalPresets: readonly Preset[] = [
	{
		name: 'mmlu/original',
		title: 'MMLU, original code',
		summary:
			'The prompt of the MMLU authors: an instruction with two spaces before the subject, the first rows of dev as shots, and the most probable of the letters.',
		notes: [
			noneStays,
			'Shots are dropped from the end until the prompt fits 2,048 tokens of the model’s own tokenizer; the original counted GPT-2 tokens.',
			'Its own figure is the mean over all questions.',
		],
		citation: 'github.com/hendrycks/test @ 4450500, evaluate.py',
		format,
	},
	{
		name: 'mmlu/original-hf',
		title: 'MMLU, original code for Hugging Face models',
		summary:
			'The prompt of the MMLU authors with the letters scored without a space before them, as the pull request for Hugging Face models reads its logits.',
		notes: [
			'Shots show “Answer: A”, yet the token of “A” alone is scored: with byte-level tokenizers (GPT-2, NeoX, Falcon) another one than the shots hold, with the tokenizer of LLaMA the same.',
			'Shots are dropped from the end until the prompt fits 2,048 tokens, BOS counted.',
			noneStays,
			'The pull request was never merged.',
		],
		citation: 'github.com/hendrycks/test, pull request 13 @ 461a388, evaluate_hf.py',
		format: { ...format, scored_delimiter: '', encoding: 'last_token' },
	},
];
