import { answerCue, choiceLines, common, instruction, type Preset, question } from './preset';

/** EleutherAI's harness before version 0.4: the two versions of hendrycksTest that the first Open LLM Leaderboard knew. */
export const harness2023Presets: readonly Preset[] = [
	{
		name: 'mmlu/harness-2023-01',
		title: 'MMLU, EleutherAI harness of January 2023',
		summary:
			'EleutherAI harness, hendrycksTest version 0: no instruction, a “Choices:” line, shots of validation drawn anew for each question, and the most probable answer text.',
		notes: [
			'Context and answer become tokens separately and without BOS, as in the original code.',
			'Shots are never taken from dev, whatever the published descriptions say.',
			'acc takes the greatest sum of log-probabilities, acc_norm the greatest per character of the answer without the space before it. Letters are not scored, nor is there a norm by tokens.',
			'Its own number of shots is 0; five were usual.',
		],
		citation:
			'github.com/EleutherAI/lm-evaluation-harness @ e47e01b (the same task at f9eca2c), lm_eval/tasks/hendrycks_test.py',
		format: {
			...common,
			item: [
				question('Question: {{question}}\n'),
				{ kind: 'choices', template: `Choices:\n${choiceLines.template}` },
				answerCue,
			],
			choices: { from: 'choices' },
			shots: { split: 'validation', order: 'harness-2023-01' },
			encoding: 'separate',
			bos: false,
			aggregate: 'acc_norm',
			acc_norm: 'characters',
		},
	},
	{
		name: 'mmlu/harness-2023-06',
		title: 'MMLU, EleutherAI harness of June 2023',
		summary:
			'EleutherAI harness, hendrycksTest version 1, of the first Open LLM Leaderboard: the original prompt with one space before the subject and the question stripped, and the most probable of the letters.',
		notes: [
			'Context and label become tokens together and without BOS.',
			'Its own number of shots is 0; the leaderboard ran five, and its figure is the mean over the 57 subjects.',
			'Questions lose white space at both ends as Python’s strip has it: 963 test questions change.',
		],
		citation: 'github.com/EleutherAI/lm-evaluation-harness @ b281b09 and 3e2e6d8, lm_eval/tasks/hendrycks_test.py',
		format: {
			...common,
			description: `${instruction}\n\n`,
			item: [question('{{question.strip()}}\n'), choiceLines, answerCue],
			bos: false,
			choice_count: 4,
			aggregate: 'macro',
		},
	},
];
