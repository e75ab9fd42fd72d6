import type { Format, Generation, ItemPart } from '../format';
import { helmItem } from './helm';
import { answerCue, choiceLines, common, instruction, originalInstruction, type Preset, question } from './preset';

const suites: Format = { ...common, aggregate: 'macro', choice_count: 4 };

const plainItem: readonly ItemPart[] = [question('{{question}}\n'), choiceLines, answerCue];
// The item is stripped as a whole: with nothing in the question, its line end goes too.
const strippedItem: readonly ItemPart[] = [question("{{ (question ~ '\\n').lstrip() }}"), choiceLines, answerCue];

const letter: Generation = {
	until: ['\n'],
	max_tokens: 5,
	filters: [],
	ignore: ['outer_white_space'],
	ignore_patterns: [],
	against: 'labels',
};

/** Since 0.11 the parts are joined by two line ends, and the instruction ends in two of its own. */
const joined: Pick<Format, 'strip_shot_answers' | 'encoding' | 'too_long'> = {
	strip_shot_answers: true,
	encoding: 'separate',
	too_long: 'cut_start_all',
};

const v10 = 'github.com/huggingface/lighteval @ c4826ea (0.10.0), tasks/default_prompts.py';
const v12 =
	'github.com/huggingface/lighteval @ b77c6b2 (0.12.0), tasks/prompt_manager.py; items as at c4826ea (0.10.0)';
const macro = 'Its own figure is the mean over subjects; the number of shots is given on its command line.';
const generated =
	'The model writes at most five tokens to the end of the line; outer white space aside the text must be the letter: “ A” is right, “ A.” is wrong.';
const joinedNote =
	'Four line ends follow the instruction; items and the answers of shots lose their outer white space.';
const apart =
	'Context and label become tokens separately, and a prompt that is too long keeps one token less than elsewhere, as the transformers backend has it since 0.11.';
const balanced = 'Shots come in HELM’s order (“balanced”), seeded by seed.';

/** Hugging Face's lighteval: its suites up to 0.10, their items under the joining rule of 0.12, and today's task. */
export const lightevalSuitePresets: readonly Preset[] = [
	{
		name: 'mmlu/lighteval-0.10-original',
		title: 'MMLU, lighteval 0.10, suite “original”',
		summary:
			'lighteval up to 0.10, suite original: the prompt of the MMLU authors, two spaces and all, with the letters scored without a space before them.',
		notes: [
			'Shots show “Answer: A”, yet “Answer:A” is scored, tokenised as one text; a letter that merges with the colon is scored as the merged token.',
			'Up to 0.8 the token of the letter alone was read.',
			macro,
		],
		citation: v10,
		format: {
			...suites,
			description: `${originalInstruction}\n\n`,
			item: plainItem,
			scored_delimiter: '',
			encoding: 'joint_last',
		},
	},
	{
		name: 'mmlu/lighteval-0.10-leaderboard',
		title: 'MMLU, lighteval 0.10, suite “leaderboard”',
		summary:
			'lighteval up to 0.10, suite leaderboard: the prompt of the EleutherAI harness of June 2023 with questions as they stand, and the most probable of “ A” to “ D”.',
		notes: ['Questions keep their outer white space, which the harness strips: 963 test prompts differ.', macro],
		citation: v10,
		format: { ...suites, description: `${instruction}\n\n`, item: plainItem, encoding: 'joint_last' },
	},
	{
		name: 'mmlu/lighteval-0.10-helm',
		title: 'MMLU, lighteval 0.10, suite “helm”',
		summary: 'lighteval up to 0.10, suite helm: HELM’s prompt, and a short generated text that must be the letter.',
		notes: [
			generated,
			balanced,
			'Letters are compared, not texts: of two equal choices only the one of the answer column is right, otherwise than in HELM.',
			'Its normalised metrics (quasi exact match) are not reproduced: they turn the letter A into nothing, as if it were an article.',
			macro,
		],
		citation: v10,
		format: {
			...suites,
			description: `${instruction}\n\n`,
			item: helmItem,
			shots: { split: 'fewshot', order: 'helm' },
			scoring: letter,
		},
	},
	{
		name: 'mmlu/lighteval-0.12-original',
		title: 'MMLU, lighteval 0.12, items of “original”',
		summary:
			'The items of lighteval’s suite original under the joining rule of 0.12: four line ends after the instruction, items stripped, letters scored without a space.',
		notes: [joinedNote, apart, 'The suite itself ended with 0.11.', macro],
		citation: v12,
		format: {
			...suites,
			...joined,
			description: `${originalInstruction}\n\n\n\n`,
			item: strippedItem,
			scored_delimiter: '',
		},
	},
	{
		name: 'mmlu/lighteval-0.12-leaderboard',
		title: 'MMLU, lighteval 0.12, items of “leaderboard”',
		summary:
			'The items of lighteval’s suite leaderboard under the joining rule of 0.12: four line ends after the instruction, items stripped.',
		notes: [joinedNote, apart, 'The suite itself ended with 0.11.', macro],
		citation: v12,
		format: { ...suites, ...joined, description: `${instruction}\n\n\n\n`, item: strippedItem },
	},
	{
		name: 'mmlu/lighteval',
		title: 'MMLU, lighteval',
		summary:
			'lighteval since 0.12 (task mmlu): HELM’s items with four line ends after the instruction, and a short generated text that must be the letter.',
		notes: [generated, balanced, joinedNote, macro],
		citation: 'github.com/huggingface/lighteval @ 3fd1526, tasks/tasks/mmlu.py',
		format: {
			...suites,
			strip_shot_answers: true,
			description: `${instruction}\n\n\n\n`,
			item: helmItem,
			shots: { split: 'fewshot', order: 'helm' },
			scoring: letter,
		},
	},
];
