import { describe, expect, test } from 'vitest';
import { messageText } from '../../protocol/messages';
import { readEvaluation } from '../readEvaluation';
import { evaluationOf, problemsOf } from './testFiles';

const choice = `
dataset_path: owner/data
output_type: multiple_choice
test_split: test
fewshot_split: dev
fewshot_config: {sampler: first_n}
doc_to_text: "{{question}}\\nAnswer:"
doc_to_choice: [A, B]
doc_to_target: answer
metric_list: [{metric: acc}]
`;
const use = 'task: t.yaml\n';

describe('what a task says', () => {
	test('stands under what the evaluation says', async () => {
		const evaluation = await evaluationOf({
			't.yaml': `${choice}description: of the task\nnum_fewshot: 2\ndataset_name: law\n`,
			'e.eval.yaml': `${use}description: own\nvariants: {a: {}, b: {num_fewshot: 1, fewshot_delimiter: ;}}\n`,
		});
		expect(evaluation.dataset).toMatchObject({
			path: 'owner/data',
			names: ['law'],
			test_split: 'test',
			fewshot_split: 'dev',
		});
		expect(evaluation.variants.map(({ name, format }) => ({ name, ...format }))).toMatchObject([
			{ name: 'a', description: 'own', num_fewshot: 2, fewshot_delimiter: '\n\n', too_long: 'cut_start' },
			{ name: 'b', description: 'own', num_fewshot: 1, fewshot_delimiter: ';', choices: { templates: ['A', 'B'] } },
		]);
	});

	test('a preset owns its text over the task’s', async () => {
		const { variants } = await evaluationOf({
			't.yaml': choice,
			'e.eval.yaml': `${use}variants: {a: mmlu/original, b: {}}`,
		});
		expect(variants.map(({ preset, format }) => [preset, format.item.length > 1, format.num_fewshot])).toEqual([
			['mmlu/original', true, 5],
			[null, false, 0],
		]);
	});

	test('the evaluated split is test, else validation', async () => {
		const { dataset } = await evaluationOf({
			't.yaml': choice.replace('test_split: test', 'test_split: null\nvalidation_split: val'),
			'e.eval.yaml': use,
		});
		expect(dataset.test_split).toBe('val');
	});

	test.each([
		['fewshot_split: dev\ntraining_split: train', 'dev'],
		['training_split: train\nvalidation_split: val', 'train'],
		['validation_split: val', 'val'],
		['', 'test'],
	])('shots of %j come from %s', async (lines, split) => {
		const { dataset } = await evaluationOf({
			't.yaml': `${choice.replace('fewshot_split: dev\n', '')}${lines}\n`,
			'e.eval.yaml': use,
		});
		expect(dataset.fewshot_split).toBe(split);
	});

	test.each([
		['doc_to_choice: {x: "no", y: "yes"}', { from: 'list', templates: ['no', 'yes'] }],
		['doc_to_choice: "{{choices.text}}"', { from: 'field', field: '{{choices.text}}' }],
		['doc_to_choice: options', { from: 'field', field: 'options' }],
		['doc_to_choice: ["{{", "b"]', { from: 'list', templates: ['{{ "{{" }}', 'b'] }],
	])('%s', async (line, choices) => {
		const { variants } = await evaluationOf({
			't.yaml': choice.replace('doc_to_choice: [A, B]', line),
			'e.eval.yaml': use,
		});
		expect(variants[0]?.format.choices).toEqual(choices);
	});

	test('without metrics there are acc and acc_norm, as in lm-evaluation-harness', async () => {
		const { variants } = await evaluationOf({
			't.yaml': choice.replace('metric_list: [{metric: acc}]', ''),
			'e.eval.yaml': use,
		});
		expect(variants[0]?.format).toMatchObject({ aggregate: 'acc_norm', acc_norm: 'characters' });
	});
});

describe('datasets', () => {
	const local = (lines: string) => choice.replace('dataset_path: owner/data', lines);
	test.each([
		['dataset_path: ../data', 'data'],
		['dataset_path: ./rows.jsonl', 'tasks/rows.jsonl'],
		['dataset_path: json\ndataset_kwargs: {data_files: rows.jsonl}', 'tasks/rows.jsonl'],
		['dataset_path: json\ndataset_kwargs: {data_files: {test: d/test.jsonl, dev: d/dev.jsonl}}', 'tasks/d'],
		['dataset_path: json\ndataset_kwargs: {data_files: {test: d/test.jsonl, train: d/train.jsonl}}', 'tasks/d'],
		[
			'dataset_path: json\ndataset_kwargs: {data_files: {test: d/test.jsonl, train: e/train.jsonl}}',
			'tasks/d/test.jsonl',
		],
		[
			'dataset_path: json\ndataset_kwargs: {data_files: {test: d/all.jsonl, train: d/train.jsonl}}',
			'tasks/d/all.jsonl',
		],
		['dataset_path: csv\ndataset_kwargs: {data_files: {test: all.csv}}', 'tasks/all.csv'],
		['dataset_path: owner/data\ndataset_kwargs: {trust_remote_code: true}', 'owner/data'],
	])('%s', async (lines, path) => {
		const shots = lines.includes('dev:') ? 'num_fewshot: 1' : '';
		const evaluation = await evaluationOf({
			'tasks/t.yaml': `${local(lines)}${shots}`,
			'e.eval.yaml': 'task: tasks/t.yaml\n',
		});
		expect(evaluation.dataset.path).toBe(path);
	});

	test.each([
		[
			'dataset_path: json\ndataset_kwargs: {data_files: {test: a.jsonl, dev: b.jsonl}}\nnum_fewshot: 1',
			't.yaml:3:30 error: Files of a local dataset must be named by their splits',
		],
		['dataset_path: json', 't.yaml:2:1 error: Files of a local dataset'],
		[
			'dataset_path: json\ndataset_kwargs: {data_files: "https://x.org/a.jsonl"}',
			't.yaml:3:30 error: Files of a local dataset',
		],
		[
			'dataset_path: a/b\ndataset_kwargs: {data_dir: x}',
			't.yaml:3:28 error: This version does not run `dataset_kwargs.data_dir: the text "x"`.',
		],
	])('%s', async (lines, problem) => {
		const [first] = await problemsOf({ 't.yaml': local(lines), 'e.eval.yaml': use });
		expect(first).toContain(problem);
	});

	test.each(['dataset_path: ./rows.jsonl', 'dataset_path: json\ndataset_kwargs: {data_files: rows.jsonl}'])(
		'%s has no configs: `dataset_name` is left out, with a warning',
		async lines => {
			const files = { 't.yaml': `dataset_name: main${local(lines)}`, 'e.eval.yaml': use };
			expect(await problemsOf(files)).toEqual([
				't.yaml:1:1 warning: `dataset_name` is for datasets of the Hub; this one is local, so the name is left out.',
			]);
			expect((await evaluationOf(files)).dataset.names).toBeNull();
		},
	);

	test('tasks of a group that differ in the config of a local dataset are one and the same', async () => {
		const files = {
			't.yaml': 'group: g\ntask: [a, b]\n',
			'a.yaml': `task: a\ndataset_name: a${local('dataset_path: ./rows.jsonl')}`,
			'b.yaml': `task: b\ndataset_name: b${local('dataset_path: ./rows.jsonl')}`,
		};
		expect(await problemsOf({ ...files, 'e.eval.yaml': use })).toEqual([
			'a.yaml:2:1 error: The tasks of this group differ in `dataset_name`, but their dataset is local and has no configs. Name one task’s file instead.',
		]);
		const { dataset } = await evaluationOf({ ...files, 'e.eval.yaml': `${use}dataset_path: owner/data\n` });
		expect(dataset).toMatchObject({ path: 'owner/data', names: ['a', 'b'] });
	});

	test('the evaluation’s own dataset takes the place of one that cannot be read', async () => {
		const { dataset } = await evaluationOf({
			't.yaml': local('dataset_path: json'),
			'e.eval.yaml': `${use}dataset_path: ./mine`,
		});
		expect(dataset.path).toBe('./mine');
	});
});

describe('includes', () => {
	test('count from their file, later ones stand over earlier ones, the file itself over all', async () => {
		const evaluation = await evaluationOf({
			'a/t.yaml': 'include: [../b/one_yaml, ../b/two_yaml]\nfewshot_delimiter: own\n',
			'b/one_yaml': `include: three_yaml\ntarget_delimiter: one\nfewshot_delimiter: one\ndescription: one\n`,
			'b/two_yaml': 'description: two\n',
			'b/three_yaml': `${choice}target_delimiter: three\n`,
			'e.eval.yaml': 'task: a/t.yaml\n',
		});
		expect(evaluation.variants[0]?.format).toMatchObject({
			fewshot_delimiter: 'own',
			target_delimiter: 'one',
			description: 'two',
		});
	});

	test.each([
		[{ 't.yaml': 'include: t.yaml\n' }, 't.yaml:1:10 error: This file includes itself: t.yaml → t.yaml.'],
		[
			{ 't.yaml': 'include: b\n', b: 'include: t.yaml\n' },
			'b:1:10 error: This file includes itself: t.yaml → b → t.yaml.',
		],
		[
			{ 't.yaml': 'task: x\ninclude: gone\n' },
			't.yaml:2:10 error: There is no file at `gone`, which is included here.',
		],
		[{ 't.yaml': 'include: 3\n' }, 't.yaml:1:10 error: `include` is the path of a YAML file'],
		[{ 't.yaml': 'include: b\n', b: 'a: [\n' }, 'b:2:1 error: This is not valid YAML'],
		[{ 't.yaml': '- a\n' }, 't.yaml:1:1 error: A task file is a mapping'],
		[{}, 'e.eval.yaml:1:7 error: There is no task file at `t.yaml`.'],
	])('%j', async (files, problem) => {
		const [first] = await problemsOf({ ...files, 'e.eval.yaml': use });
		expect(first).toContain(problem);
	});

	test('a diamond is no cycle', async () => {
		const files = { 't.yaml': 'include: [a, b]\n', a: `include: c\n`, b: 'include: c\n', c: choice };
		expect(await problemsOf({ ...files, 'e.eval.yaml': use })).toEqual([]);
	});
});

describe('what cannot run is named where it stands', () => {
	test.each([
		['process_docs: !function utils.process_docs', '`process_docs` is the Python function `utils.process_docs`'],
		['metric_list: [{metric: !function utils.f}]', '`metric_list.metric` is the Python function `utils.f`'],
		['class: !function task.MyTask', '`class` is the Python function `task.MyTask`'],
		['class: task.MyTask', 'This task is a Python class'],
		['process_results: x', 'This version does not do what `process_results` asks for.'],
		['gen_prefix: "The answer is"', 'This version does not do what `gen_prefix` asks for.'],
		['repeats: 8', 'This version does not run `repeats: 8`.'],
		['metric_list: [{metric: f1}]', '`metric` must be one of `acc`, `acc_norm`, `exact_match`; this is the text "f1".'],
		['metric_list: [{metric: acc, aggregation: median}]', '`aggregation` must be one of `mean`'],
		['metric_list: [{metric: exact_match}]', 'This version computes `exact_match` of written answers only.'],
		['output_type: loglikelihood', 'This version does not run `output_type: loglikelihood`; it runs'],
		['doc_to_txt: x', '`doc_to_txt` is not a field; did you mean `doc_to_text`?'],
		['zzzzzz: x', '`zzzzzz` is not a field of a task file that this version knows.'],
		['doc_to_text: 0', '`doc_to_text` is an index here'],
		['doc_to_choice: [yes, B]', '`doc_to_choice[0]` must be a text or a number; this is true.'],
		['generation_kwargs: {num_beams: 4}', '`num_beams`'],
	])('%s', async (line, sentence) => {
		const field = line.slice(0, line.indexOf(':'));
		const lines = choice.trim().split('\n');
		const at = lines.findIndex(other => other.startsWith(`${field}:`));
		lines.splice(at < 0 ? lines.length : at, at < 0 ? 0 : 1, line);
		const problems = await problemsOf({ 't.yaml': lines.join('\n'), 'e.eval.yaml': use });
		expect(problems).toHaveLength(1);
		expect(problems[0]).toMatch(new RegExp(`^t\\.yaml:${at < 0 ? lines.length : at + 1}:\\d+ error: `));
		expect(problems[0]).toContain(sentence);
	});

	test('beside a function, all at once', async () => {
		const text = choice.replace(
			'[{metric: acc}]',
			'[{metric: f1}, {metric: !function u.f, aggregation: !function u.g, ignore_case: 3}]',
		);
		expect(await problemsOf({ 't.yaml': `${text}process_docs: !function u.p\n`, 'e.eval.yaml': use })).toEqual([
			't.yaml:10:48 error: `metric_list.metric` is the Python function `u.f`, which cannot run here. Write what it does as a template or into the data.',
			't.yaml:10:76 error: `metric_list.aggregation` is the Python function `u.g`, which cannot run here. Write what it does as a template or into the data.',
			't.yaml:11:25 error: `process_docs` is the Python function `u.p`, which cannot run here. Write what it does as a template or into the data.',
			't.yaml:10:24 error: `metric` must be one of `acc`, `acc_norm`, `exact_match`; this is the text "f1".',
			't.yaml:10:94 error: `ignore_case` must be true or false; this is 3.',
		]);
	});

	test('and is no problem where the evaluation writes the field itself', async () => {
		const files = { 't.yaml': choice.replace(/doc_to_text.*\n/, 'doc_to_text: !function u.f\n') };
		expect(await problemsOf({ ...files, 'e.eval.yaml': `${use}doc_to_text: "{{question}}"\n` })).toEqual([]);
		expect(await problemsOf({ ...files, 'e.eval.yaml': use })).toHaveLength(1);
	});

	test.each(['dataset_path', 'doc_to_text', 'doc_to_target', 'doc_to_choice'])('a task without %s', async field => {
		const text = choice.replace(new RegExp(`${field}.*\\n`), '');
		const [first, ...others] = await problemsOf({ 't.yaml': text, 'e.eval.yaml': use });
		expect(others).toEqual([]);
		expect(first).toContain(`The task says nothing of \`${field}\``);
	});

	test('a task without a split to evaluate', async () => {
		const text = choice.replace('test_split: test\n', 'training_split: train\n');
		expect((await problemsOf({ 't.yaml': text, 'e.eval.yaml': use }))[0]).toContain('neither `test_split` nor');
	});
});

describe('shots', () => {
	const random = choice.replace('fewshot_config: {sampler: first_n}\n', '');
	test('drawn at random are refused where prompts show any', async () => {
		const drawn = `${random}num_fewshot: 5\n`;
		expect(await problemsOf({ 't.yaml': drawn, 'e.eval.yaml': use })).toEqual([
			expect.stringMatching(/^t\.yaml:10:14 error: lm-evaluation-harness draws these shots at random/),
		]);
		for (const own of [
			'num_fewshot: 0',
			'fewshot_config: {sampler: first_n}',
			'variants: {a: {num_fewshot: 0}, b: mmlu/helm}',
		]) {
			expect(await problemsOf({ 't.yaml': drawn, 'e.eval.yaml': `${use}${own}\n` })).toEqual([]);
		}
		expect(await problemsOf({ 't.yaml': random, 'e.eval.yaml': `${use}num_fewshot: 3\n` })).toHaveLength(1);
		const inPart = 'variants: {a: {num_fewshot: 0}, b: {num_fewshot: 1}}\n';
		expect(await problemsOf({ 't.yaml': random, 'e.eval.yaml': use + inPart })).toHaveLength(1);
	});

	test.each([
		['samples: [{question: q, answer: 0}]', 0],
		['doc_to_text: "{{other}}"', 1],
		['process_docs: !function utils.f', 1],
		['doc_to_target: answer', 0],
		['gen_prefix: x', 1],
	])('of another making: %s', async (line, count) => {
		const shots = choice.replace('{sampler: first_n}', `{sampler: first_n, ${line}}`);
		expect(await problemsOf({ 't.yaml': `${shots}num_fewshot: 1\n`, 'e.eval.yaml': use })).toHaveLength(count);
	});

	test('listed in the task itself, with no split, are refused', async () => {
		const listed = choice.replace('{sampler: first_n}', '{sampler: first_n, samples: [{question: q}]}');
		const text = `${listed.replace('fewshot_split: dev\n', '')}num_fewshot: 1\n`;
		expect(await problemsOf({ 't.yaml': text, 'e.eval.yaml': use })).toEqual([
			't.yaml:5:36 error: This version cannot give shots by `fewshot_config.samples`. Set `num_fewshot: 0` in the evaluation, or its own `fewshot_config`.',
		]);
	});
});

test('only the first pipeline of filters counts, and the others are told of', async () => {
	const problems = await problemsOf({
		't.yaml': `
dataset_path: a/b
output_type: generate_until
test_split: test
doc_to_text: "{{question}}"
doc_to_target: "{{answer}}"
metric_list: [{metric: exact_match}]
filter_list:
  - name: strict
    filter: [{function: remove_whitespace}, {function: take_first}]
  - name: flexible
    filter: [{function: !function utils.f}]
`,
		'e.eval.yaml': use,
	});
	expect(problems).toEqual([
		't.yaml:11:5 warning: Only the first pipeline of `filter_list`, the text "strict", is used; this one is left out.',
	]);
});

test('an evaluation of its own keeps its warnings about pipelines', async () => {
	const text = 'dataset_path: d\ndoc_to_text: q\nfilter_list: [{filter: []}, {filter: []}]\n';
	const { problems } = await readEvaluation(text, { fileName: 'e', files: { read: () => null } });
	expect(problems.map(({ message }) => messageText(message))).toEqual([
		'Only the first pipeline of `filter_list`, empty, is used; this one is left out.',
	]);
});
