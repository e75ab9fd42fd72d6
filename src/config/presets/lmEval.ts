import type { Format, ItemPart } from '../format';
import { answerCue, common, instruction, type Preset, question, subject } from './preset';

// These task files write four choices out.
const fourLines: ItemPart = {
	kind: 'choices',
	template: 'A. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\n',
};

const head = 'github.com/EleutherAI/lm-evaluation-harness @ 4e7e0d4 (0.4.13.dev0)';

const mmlu: Format = {
	...common,
	description: `${instruction}\n\n`,
	item: [question('{{question.strip()}}\n'), fourLines, answerCue],
	choice_count: 4,
};

const noShots = 'Its own number of shots is 0; pass five for the usual MMLU.';
const bosVersions =
	'BOS as the tokenizer has it, which is so since 0.4.9.2; before, none was added (but for Gemma): set add_bos_token to false for those versions.';

/** lm-evaluation-harness 0.4 and later. */
export const lmEvalPresets: readonly Preset[] = [
	{
		name: 'mmlu/harness-0.4.2',
		title: 'MMLU, lm-evaluation-harness 0.4.2 and 0.4.3',
		summary:
			'lm-evaluation-harness 0.4.2 and 0.4.3: as mmlu/harness, but the instruction lost one of its two line ends on its way through Jinja, and no BOS stands in front.',
		notes: ['Versions 0.4.0, 0.4.1 and those since 0.4.4 have both line ends: the prompt of mmlu/harness.', noShots],
		citation: 'github.com/EleutherAI/lm-evaluation-harness, tags v0.4.2 and v0.4.3, lm_eval/tasks/mmlu/default',
		format: { ...mmlu, description: `${instruction}\n`, bos: false },
	},
	{
		name: 'mmlu/harness',
		title: 'MMLU, lm-evaluation-harness',
		summary:
			'lm-evaluation-harness (task mmlu): an instruction, stripped questions, the first rows of dev as shots, and the most probable of “ A”, “ B”, “ C”, “ D”.',
		notes: [
			bosVersions,
			noShots,
			'Its own figure is the mean over all questions; anatomy counts as STEM there, as “other” in the original.',
		],
		citation: `${head}, lm_eval/tasks/mmlu/default`,
		format: mmlu,
	},
	{
		name: 'mmlu/harness-continuation',
		title: 'MMLU, lm-evaluation-harness, cloze',
		summary:
			'lm-evaluation-harness (task mmlu_continuation): the choices are not shown, and the most probable answer text is the prediction.',
		notes: [
			'acc takes the greatest sum of log-probabilities, acc_norm the greatest per character of the answer without the space before it; groups of subjects report acc alone.',
			bosVersions,
			noShots,
		],
		citation: `${head}, lm_eval/tasks/mmlu/continuation`,
		format: {
			...common,
			description: `The following are questions (with answers) about ${subject}.\n\n`,
			item: [question('Question: {{question.strip()}}\n'), answerCue],
			choices: { from: 'choices' },
			aggregate: 'acc_norm',
			acc_norm: 'characters',
		},
	},
	{
		name: 'mmlu/harness-generative',
		title: 'MMLU, lm-evaluation-harness, generated',
		summary:
			'lm-evaluation-harness (task mmlu_generative): the prompt of mmlu/harness, and the first line that the model writes must be the right letter.',
		notes: [
			'Case and punctuation do not count: “ A.”, “(A)” and “a” are right, “ The answer is A” is wrong.',
			'At most 256 tokens are written, to the end of the line.',
			bosVersions,
			noShots,
		],
		citation: `${head}, lm_eval/tasks/mmlu/generative`,
		format: {
			...mmlu,
			scoring: {
				until: ['</s>', '\n'],
				max_tokens: 256,
				filters: [{ filter: 'first_line' }, { filter: 'strip' }],
				ignore: ['case', 'punctuation'],
				ignore_patterns: [],
				against: 'labels',
			},
		},
	},
	{
		name: 'mmlu/harness-flan',
		title: 'MMLU, lm-evaluation-harness, Flan templates',
		summary:
			'lm-evaluation-harness (mmlu_flan_n_shot_loglikelihood): “Q: ”, choices as (A) … (D) on one line, “A:”, and the most probable of “ (A)” to “ (D)”.',
		notes: ['Labels are several tokens long; their log-probabilities are added up.', bosVersions, noShots],
		citation: `${head}, lm_eval/tasks/mmlu/flan_n_shot/loglikelihood`,
		format: {
			...common,
			description: `${instruction}\n\n`,
			item: [
				question('Q: {{question.strip()}}\n'),
				{
					kind: 'choices',
					template: '(A) {{choices[0]}} (B) {{choices[1]}} (C) {{choices[2]}} (D) {{choices[3]}}\n',
				},
				{ kind: 'answer_cue', template: 'A:' },
			],
			choices: { from: 'each', template: '({{letter}})' },
			choice_count: 4,
		},
	},
];
