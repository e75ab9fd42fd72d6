import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasShared, shared } from '../../test/paths';
import { temporaryFolders } from '../../test/temporaryFolder';
import { problemText } from '../config/taskFile/testFiles';
import { environmentConnection } from '../hub/environment';
import { openHub } from '../hub/hub';
import { neverCancelled } from '../protocol/cancellation';
import { promptText } from '../protocol/prompt';
import { importTask } from './importTask';
import { InvalidEvaluation, loadEvaluation } from './loadEvaluation';
import { openPreview } from './preview';

const temporaryFolder = temporaryFolders();
const hub = openHub(environmentConnection({ HF_HUB_OFFLINE: '1' }));

function folderOf(files: Readonly<Record<string, string>>): string {
	const folder = temporaryFolder();
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
		writeFileSync(path.join(folder, file), text);
	}
	return folder;
}

const rows = (...all: readonly object[]) => all.map(row => `${JSON.stringify(row)}\n`).join('');

async function promptsOf(folder: string, file = 'e.eval.yaml') {
	const preview = await openPreview({ file: path.join(folder, file), hub }, neverCancelled);
	return preview.examples.map((_, i) => {
		const { prompt } = preview.render(i, preview.evaluation.variants[0]?.name ?? '');
		return { text: promptText(prompt), continuations: prompt.continuations };
	});
}

async function problemsOf(folder: string): Promise<string[]> {
	try {
		await loadEvaluation(path.join(folder, 'e.eval.yaml'));
		return [];
	} catch (error) {
		return error instanceof InvalidEvaluation ? error.problems.map(problemText) : expect.unreachable(String(error));
	}
}

// Files in the style of lm-evaluation-harness's own, on rows of our own.

const arc = `
tag: ai2_arc
task: arc_easy
dataset_path: ./arc
output_type: multiple_choice
training_split: train
validation_split: validation
test_split: test
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: "{{choices.label.index(answerKey)}}"
doc_to_choice: "{{choices.text}}"
should_decontaminate: true
doc_to_decontamination_query: "Question: {{question}}\\nAnswer:"
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
  - metric: acc_norm
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
`;
const arcRow = (key: string) => ({
	id: `Mercury_${key}`,
	question: 'Which is a planet?',
	choices: { text: ['the Moon', 'Mars', "a 'star'"], label: ['1', '2', '3'] },
	answerKey: key,
});

describe('tasks in the style of lm-evaluation-harness', () => {
	test('arc_easy: choices are a mapping of lists, the answer is a label', async () => {
		const folder = folderOf({
			'tasks/arc/arc_easy.yaml': arc,
			'tasks/arc/arc/test.jsonl': rows(arcRow('2')),
			'tasks/arc/arc/train.jsonl': rows(arcRow('3'), arcRow('1')),
			'e.eval.yaml': 'task: tasks/arc/arc_easy.yaml\nnum_fewshot: 1\nfewshot_config: {sampler: first_n}\n',
		});
		expect(await promptsOf(folder)).toEqual([
			{
				text: "Question: Which is a planet?\nAnswer: a 'star'\n\nQuestion: Which is a planet?\nAnswer:",
				continuations: [' the Moon', ' Mars', " a 'star'"],
			},
		]);
	});

	test('boolq: labels of its own, the answer a column, the validation split', async () => {
		const folder = folderOf({
			'boolq.yaml': `
tag: [super-glue-lm-eval-v1]
task: boolq
dataset_path: ./boolq
dataset_name: null
output_type: multiple_choice
training_split: train
validation_split: validation
doc_to_text: "{{passage}}\\nQuestion: {{question}}?\\nAnswer:"
doc_to_target: label
doc_to_choice: ["no", "yes"]
should_decontaminate: true
doc_to_decontamination_query: passage
metric_list:
  - metric: acc
metadata:
  version: 2.0
`,
			'boolq/validation.jsonl': rows({ passage: 'It rains.', question: 'does it rain', idx: 0, label: 1 }),
			'e.eval.yaml': 'task: boolq.yaml\n',
		});
		expect(await promptsOf(folder)).toEqual([
			{ text: 'It rains.\nQuestion: does it rain?\nAnswer:', continuations: [' no', ' yes'] },
		]);
	});

	test('sciq: the right answer is the last of four columns', async () => {
		const folder = folderOf({
			'sciq.yaml': `
task: sciq
dataset_path: ./sciq
output_type: multiple_choice
test_split: test
doc_to_text: "{{support.lstrip()}}\\nQuestion: {{question}}\\nAnswer:"
doc_to_target: 3
doc_to_choice: "{{[distractor1, distractor2, distractor3, correct_answer]}}"
`,
			'sciq/test.jsonl': rows({
				question: 'What?',
				support: '  Because.',
				distractor1: 'a',
				distractor2: "b's",
				distractor3: 'c "d"',
				correct_answer: 'e',
			}),
			'e.eval.yaml': 'task: sciq.yaml\n',
		});
		expect(await promptsOf(folder)).toEqual([
			{ text: 'Because.\nQuestion: What?\nAnswer:', continuations: [' a', " b's", ' c "d"', ' e'] },
		]);
	});

	test('truthfulqa: a template that sets a name, the answer always the first', async () => {
		const folder = folderOf({
			'truthfulqa_mc1.yaml': `
tag: [truthfulqa]
task: truthfulqa_mc1
dataset_path: ./data
output_type: multiple_choice
training_split: null
validation_split: validation
test_split: null
num_fewshot: 0
doc_to_text: "{% set prompt_qa = 'Q: One?\\n\\
  A: Two.\\n\\n\\
  '%}{{prompt_qa + 'Q: ' + question + '\\nA:'}}"
doc_to_target: 0
doc_to_choice: "{{mc1_targets.choices}}"
metric_list:
  - metric: acc
`,
			'data/validation.jsonl': rows({ question: 'Why?', mc1_targets: { choices: ['So.', 'Not.'], labels: [1, 0] } }),
			'e.eval.yaml': 'task: truthfulqa_mc1.yaml\n',
		});
		expect(await promptsOf(folder)).toEqual([
			{ text: 'Q: One?\nA: Two.\n\nQ: Why?\nA:', continuations: [' So.', ' Not.'] },
		]);
	});

	test('gsm8k: a written answer, filtered and compared', async () => {
		const folder = folderOf({
			'gsm8k.yaml': `
tag:
  - math_word_problems
task: gsm8k
dataset_path: ./gsm8k
dataset_name: null
output_type: generate_until
training_split: train
fewshot_split: train
test_split: test
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: "{{answer}}" #" {{answer.split('### ')[-1].rstrip()}}"
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
    ignore_case: true
    ignore_punctuation: false
    regexes_to_ignore:
      - ","
      - "\\\\$"
      - "(?s).*#### "
      - "\\\\.$"
generation_kwargs:
  until:
    - "Question:"
    - "</s>"
    - "<|im_end|>"
  do_sample: false
  temperature: 0.0
repeats: 1
num_fewshot: 5
filter_list:
  - name: "strict-match"
    filter:
      - function: "regex"
        regex_pattern: "#### (\\\\-?[0-9\\\\.\\\\,]+)"
      - function: "take_first"
  - name: "flexible-extract"
    filter:
      - function: "regex"
        group_select: -1
        regex_pattern: "(-?[$0-9.,]{2,})|(-?[0-9]+)"
      - function: "take_first"
metadata:
  version: 3.0
`,
			'gsm8k/test.jsonl': rows({ question: '1 + 1?', answer: 'It is 2.\n#### 2' }),
			'gsm8k/train.jsonl': rows({ question: '2 + 1?', answer: 'It is 3.\n#### 3' }),
			'e.eval.yaml': 'task: gsm8k.yaml\n',
		});
		expect(await problemsOf(folder)).toEqual([
			expect.stringMatching(/^gsm8k\.yaml:32:14 error: lm-evaluation-harness draws these shots at random/),
		]);
		writeFileSync(
			path.join(folder, 'e.eval.yaml'),
			'task: gsm8k.yaml\nfewshot_config: {sampler: first_n}\nnum_fewshot: 1\n',
		);
		const { evaluation, warnings } = await loadEvaluation(path.join(folder, 'e.eval.yaml'));
		expect(warnings.map(problemText)).toEqual([
			expect.stringMatching(/^gsm8k\.yaml:39:5 warning: Only the first pipeline/),
		]);
		expect(evaluation.variants[0]?.format.scoring).toMatchObject({
			until: ['Question:', '</s>', '<|im_end|>'],
			max_tokens: 256,
			filters: [
				{ filter: 'regex', pattern: '#### (\\-?[0-9\\.\\,]+)', match: 0, fallback: '[invalid]' },
				{ filter: 'take_first' },
			],
			ignore: ['case'],
			against: 'target',
		});
		const [prompt] = await promptsOf(folder);
		expect(prompt?.text).toBe('Question: 2 + 1?\nAnswer: It is 3.\n#### 3\n\nQuestion: 1 + 1?\nAnswer:');
	});

	test.each([
		[
			'hellaswag',
			'dataset_path: a/b\noutput_type: multiple_choice\nvalidation_split: validation\nprocess_docs: !function utils.process_docs\ndoc_to_text: "{{query}}"\ndoc_to_target: "{{label}}"\ndoc_to_choice: "choices"\n',
			['t.yaml:4:25 error: `process_docs` is the Python function `utils.process_docs`, which'],
		],
		[
			'winogrande',
			'dataset_path: a/b\noutput_type: multiple_choice\nvalidation_split: validation\ndoc_to_text: !function preprocess.doc_to_text\ndoc_to_target: !function preprocess.doc_to_target\ndoc_to_choice: !function preprocess.doc_to_choice\n',
			[
				't.yaml:4:24 error: `doc_to_text` is the Python function',
				't.yaml:5:26 error: `doc_to_target` is the Python function',
				't.yaml:6:26 error: `doc_to_choice` is the Python function',
			],
		],
	])('%s: what needs Python is refused by name and line', async (_, task, expected) => {
		const problems = await problemsOf(folderOf({ 't.yaml': task, 'e.eval.yaml': 'task: t.yaml\n' }));
		expect(problems).toEqual(expected.map(start => expect.stringContaining(start)));
	});
});

const mmlu = {
	'mmlu/default/_default_template_yaml': `
dataset_path: cais/mmlu
test_split: test
fewshot_split: dev
fewshot_config:
  sampler: first_n
output_type: multiple_choice
doc_to_text: "{{question.strip()}}\\nA. {{choices[0]}}\\nB. {{choices[1]}}\\nC. {{choices[2]}}\\nD. {{choices[3]}}\\nAnswer:"
doc_to_choice: ["A", "B", "C", "D"]
doc_to_target: answer
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
`,
	'mmlu/default/_mmlu.yaml': 'group: mmlu\ntask:\n  - mmlu_some\n',
	'mmlu/default/_mmlu_some.yaml':
		'group: mmlu_some\ntask:\n  - mmlu_tasks\naggregate_metric_list:\n  - metric: acc\n    weight_by_size: True\nmetadata:\n  version: 2\n',
};
const mmluTask = (kind: string, subject: string) =>
	`"dataset_name": "${subject}"\n"description": "The following are ${kind}questions (with answers) about ${subject.replaceAll('_', ' ')}.\\n\\\n  \\n"\n"tag": "mmlu_tasks"\n"include": "_default_template_yaml"\n"task": "mmlu_${subject}"\n"task_alias": "${subject}"\n`;
const mmluTasks = (folder: string, kind = 'multiple choice ') =>
	Object.fromEntries(
		['us_foreign_policy', 'sociology'].map(subject => [`${folder}/mmlu_${subject}.yaml`, mmluTask(kind, subject)]),
	);
const data =
	'dataset_path: data\ndataset_name: null\nlimit: {per_subject: 120}\nwhere: {subject: [us_foreign_policy, sociology]}\n';

function mmluFolder(files: Readonly<Record<string, string>>): string {
	const folder = folderOf(files);
	symlinkSync(path.join(shared, 'data', 'mmlu'), path.join(folder, 'data'));
	return folder;
}

async function bothPrompts(folder: string, preset: string) {
	const preview = await openPreview({ file: path.join(folder, 'e.eval.yaml'), hub }, neverCancelled);
	expect(preview.examples.length).toBe(220);
	const of = (variant: string) =>
		preview.examples.map((_, i) => {
			const { prompt } = preview.render(i, variant);
			return { text: promptText(prompt), continuations: prompt.continuations };
		});
	expect(of('task')).toEqual(of(preset));
	const formats = new Map(preview.evaluation.variants.map(({ name, format }) => [name, format]));
	return { task: formats.get('task'), preset: formats.get(preset) };
}

describe.skipIf(!hasShared('data', 'mmlu', 'test.parquet'))('MMLU’s task files give the prompts of its presets', () => {
	test.each([0, 5])('mmlu, %i shots', async shots => {
		const folder = mmluFolder({
			...mmlu,
			...mmluTasks('mmlu/default'),
			'e.eval.yaml': `task: mmlu/default/_mmlu.yaml\n${data}num_fewshot: ${shots}\nvariants: {task: {}, mmlu/harness: mmlu/harness}\n`,
		});
		const { task, preset } = await bothPrompts(folder, 'mmlu/harness');
		for (const member of ['encoding', 'bos', 'scoring', 'normalisation', 'gold', 'too_long', 'max_context'] as const) {
			expect(task?.[member]).toEqual(preset?.[member]);
		}
	});

	test('mmlu_continuation', async () => {
		const folder = mmluFolder({
			'm/_default_template_yaml': `
dataset_path: cais/mmlu
output_type: multiple_choice
test_split: test
fewshot_split: dev
fewshot_config:
  sampler: first_n
doc_to_text: "Question: {{question.strip()}}\\nAnswer:"
doc_to_choice: "{{choices}}"
doc_to_target: "{{answer}}"
metadata:
  version: 1.0
`,
			...mmluTasks('m', ''),
			'm/group.yaml': 'group: g\ntask: [mmlu_tasks]\n',
			'e.eval.yaml': `task: m/group.yaml\n${data}num_fewshot: 2\nvariants: {task: {}, mmlu/harness-continuation: mmlu/harness-continuation}\n`,
		});
		const { task, preset } = await bothPrompts(folder, 'mmlu/harness-continuation');
		expect(task).toMatchObject({ acc_norm: preset?.acc_norm, normalisation: preset?.normalisation });
	});

	test('mmlu_generative', async () => {
		const folder = mmluFolder({
			'm/_default_template_yaml': `
dataset_path: cais/mmlu
test_split: test
fewshot_split: dev
fewshot_config:
  sampler: first_n
output_type: generate_until
doc_to_text: "{{question.strip()}}\\nA. {{choices[0]}}\\nB. {{choices[1]}}\\nC. {{choices[2]}}\\nD. {{choices[3]}}\\nAnswer:"
doc_to_target: "{{['A', 'B', 'C', 'D'][answer]}}"
generation_kwargs:
  until:
    - "</s>"
    - "\\n"
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
    ignore_punctuation: true
    ignore_case: true
filter_list:
  - name: get_response
    filter:
      - function: "regex"
        regex_pattern: "^(.*?)(?=\\\\n|$)"
      - function: remove_whitespace
      - function: "regex"
        regex_pattern: "^(.*?)\\\\s*$"
      - function: take_first
`,
			...mmluTasks('m'),
			'm/group.yaml': 'group: g\ntask: [mmlu_tasks]\n',
			'e.eval.yaml': `task: m/group.yaml\n${data}num_fewshot: 2\nvariants: {task: {}, harness: mmlu/harness-generative}\n`,
		});
		const [first] = (await promptsOf(folder)).map(({ text }) => text);
		const preview = await openPreview({ file: path.join(folder, 'e.eval.yaml'), hub }, neverCancelled);
		expect(first).toBe(promptText(preview.render(0, 'harness').prompt));
		expect(preview.evaluation.variants[0]?.format.scoring).toMatchObject({
			until: ['</s>', '\n'],
			ignore: ['case', 'punctuation'],
			against: 'target',
		});
	});

	test('mmlu_flan_n_shot_loglikelihood', async () => {
		const folder = mmluFolder({
			'm/_default_template_yaml': `
dataset_path: cais/mmlu
test_split: test
fewshot_split: dev
output_type: multiple_choice
doc_to_text: "Q: {{question.strip()}}\\n(A) {{choices[0]}} (B) {{choices[1]}} (C) {{choices[2]}} (D) {{choices[3]}}\\nA:"
doc_to_choice: ["(A)", "(B)", "(C)", "(D)"]
doc_to_target: answer
metric_list:
  - metric: acc
fewshot_config: {sampler: first_n}
`,
			...mmluTasks('m'),
			'm/group.yaml': 'group: g\ntask: [mmlu_tasks]\n',
			'e.eval.yaml': `task: m/group.yaml\n${data}num_fewshot: 5\nvariants: {task: {}, mmlu/harness-flan: mmlu/harness-flan}\n`,
		});
		await bothPrompts(folder, 'mmlu/harness-flan');
	});

	test('an imported group gives the prompts of the group', async () => {
		const folder = mmluFolder({ ...mmlu, ...mmluTasks('mmlu/default') });
		const { yaml, problems } = await importTask(path.join(folder, 'mmlu/default/_mmlu.yaml'), folder);
		expect(problems).toEqual([]);
		const own = yaml.replace(/^dataset_path.*\ndataset_name:\n( +- .*\n)+/m, data);
		expect(own).not.toBe(yaml);
		writeFileSync(path.join(folder, 'own.eval.yaml'), own);
		writeFileSync(path.join(folder, 'e.eval.yaml'), `task: mmlu/default/_mmlu.yaml\n${data}`);
		expect(readFileSync(path.join(folder, 'own.eval.yaml'), 'utf8')).not.toMatch(/^task:/m);
		expect(await promptsOf(folder, 'own.eval.yaml')).toEqual(await promptsOf(folder));
	});
});
