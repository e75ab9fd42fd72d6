import { describe, expect, test } from 'vitest';
import { evaluationOf, problemsOf } from './testFiles';

const template = `
dataset_path: cais/mmlu
test_split: test
fewshot_split: dev
fewshot_config:
  sampler: first_n
output_type: multiple_choice
doc_to_text: "{{question.strip()}}\\nA. {{choices[0]}}\\nB. {{choices[1]}}\\nAnswer:"
doc_to_choice: ["A", "B"]
doc_to_target: answer
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
`;
const task = (name: string, description: string, tag = 'mmlu_tasks') =>
	`"dataset_name": "${name}"\n"description": "${description}"\n"tag": "${tag}"\n"include": "_template_yaml"\n"task": "mmlu_${name}"\n"task_alias": "${name}"\n`;
const about = (name: string) =>
	`Questions (with answers) about ${name.replaceAll('_', ' ')}, only ${name.replaceAll('_', ' ')}.\\n\\n`;
const tasks = (describeIt: (name: string) => string) => ({
	'm/_template_yaml': template,
	'm/mmlu_law.yaml': task('law', describeIt('law')),
	'm/mmlu_world_history.yaml': task('world_history', describeIt('world_history')),
	'm/sub/mmlu_anatomy.yaml': task('anatomy', describeIt('anatomy')).replace('_template', '../_template'),
});
const use = { 'e.eval.yaml': 'task: m/_group.yaml\n' };

describe('the tasks of a group are one evaluation of all their configs', () => {
	test.each([
		['names', 'group: mmlu\ntask: [mmlu_law, mmlu_world_history]\n', ['law', 'world_history']],
		['a tag', 'group: mmlu\ntask: [mmlu_tasks]\n', ['anatomy', 'law', 'world_history']],
		['a tag as a text', 'group: mmlu\ntask: mmlu_tasks\n', ['anatomy', 'law', 'world_history']],
		[
			'mappings',
			'group: mmlu\ntask:\n  - task: mmlu_law\n  - {task: mmlu_anatomy, task_alias: x}\n',
			['law', 'anatomy'],
		],
		[
			'a group inside',
			'group: mmlu\ntask:\n  - group: inner\n    task: [mmlu_law]\n  - mmlu_anatomy\n',
			['law', 'anatomy'],
		],
		[
			'metrics of its own',
			'group: mmlu\ntask: [mmlu_law, mmlu_anatomy]\naggregate_metric_list:\n  - metric: acc\n    weight_by_size: True\nmetadata: {version: 2}\n',
			['law', 'anatomy'],
		],
		[
			'the old form',
			'group: mmlu\ntask: [mmlu_law, mmlu_anatomy]\naggregate_metric: True\nweight_by_size: True\n',
			['law', 'anatomy'],
		],
	])('by %s', async (_, group, names) => {
		const { dataset, variants } = await evaluationOf({ ...tasks(about), ...use, 'm/_group.yaml': group });
		expect(dataset.names).toEqual(names);
		expect(variants[0]?.format.description).toBe(
			'Questions (with answers) about {{subject | replace("_", " ")}}, only {{subject | replace("_", " ")}}.\n\n',
		);
	});

	test('by groups in other files, and by the old `group` of tasks', async () => {
		const { dataset } = await evaluationOf({
			...tasks(about),
			...use,
			'm/mmlu_law.yaml': task('law', about('law')).replace('"tag"', '"group"'),
			'm/_group.yaml': 'group: all\ntask: [part, mmlu_world_history]\n',
			'm/part.yaml': 'group: part\ntask: [old]\n',
			'm/old.yaml': task('old', about('old'), 'x')
				.replace('"tag": "x"', '"group": ["old", "y"]')
				.replace('mmlu_old', 'old_task'),
		});
		expect(dataset.names).toEqual(['old', 'world_history']);
	});

	test('with what the group says over what they say', async () => {
		const { variants } = await evaluationOf({
			...tasks(about),
			...use,
			'm/_group.yaml': 'group: mmlu\ntask: [mmlu_tasks]\nnum_fewshot: 3\n',
		});
		expect(variants[0]?.format.num_fewshot).toBe(3);
	});

	test.each([
		['the name as it is', (name: string) => `On ${name}.`, 'On {{subject}}.'],
		['one text', () => 'All alike.', 'All alike.'],
		[
			'texts of their own',
			(name: string) => `${name.length} \\"letters\\"\\n`,
			'{{ {"law": "3 \\"letters\\"\\n", "world_history": "13 \\"letters\\"\\n"}[subject] }}',
		],
	])('with descriptions that have %s', async (_, describeIt, description) => {
		const { variants } = await evaluationOf({
			...tasks(describeIt),
			...use,
			'm/_group.yaml': 'group: mmlu\ntask: [mmlu_law, mmlu_world_history]\n',
		});
		expect(variants[0]?.format.description).toBe(description);
	});
});

describe('a group that is no evaluation', () => {
	const law = task('law', about('law'));
	const history = task('world_history', about('world_history'));
	test.each([
		[
			'tasks that differ in more',
			{ 'm/mmlu_law.yaml': `${law}doc_to_text: x\nnum_fewshot: 2\n` },
			'group: g\ntask: [mmlu_world_history, mmlu_law]\n',
			'm/mmlu_law.yaml:7:1 error: The tasks of this group cannot be one evaluation: `mmlu_law` differs from `mmlu_world_history` in `doc_to_text`, `num_fewshot`.',
		],
		[
			'descriptions with Jinja of their own',
			{ 'm/mmlu_law.yaml': task('law', '{{x}} law'), 'm/mmlu_world_history.yaml': history },
			'group: g\ntask: [mmlu_law, mmlu_world_history]\n',
			'`mmlu_world_history` differs from `mmlu_law` in `description`.',
		],
		[
			'one config twice',
			{ 'm/other.yaml': law.replace('mmlu_law', 'again') },
			'group: g\ntask: [mmlu_law, again]\n',
			'`again` evaluates the same config of the dataset as `mmlu_law`.',
		],
		[
			'a name that is nobody’s',
			{},
			'group: g\ntask:\n  - mmlu_laws\n',
			'm/_group.yaml:3:5 error: No YAML file in `m/` and below has a task, group or tag called `mmlu_laws`; did you mean `mmlu_law`?',
		],
		['no tasks', {}, 'group: g\ntask: []\n', 'm/_group.yaml:2:7 error: This group has no tasks.'],
		['no list', {}, 'group: g\n', 'm/_group.yaml:1:1 error: This group has no tasks.'],
		['what is no name', {}, 'group: g\ntask: [3]\n', 'm/_group.yaml:2:8 error: A group’s `task` lists names'],
		['itself', {}, 'group: g\ntask: [g]\n', 'm/_group.yaml:2:8 error: This group holds itself: g → g.'],
		[
			'itself through another',
			{ 'm/h.yaml': 'group: h\ntask: [g]\n' },
			'group: g\ntask: [h]\n',
			'm/h.yaml:2:8 error: This group holds itself: g → h → g.',
		],
		[
			'a task with a function',
			{ 'm/mmlu_law.yaml': `${law}process_docs: !function utils.f\n` },
			'group: g\ntask: [mmlu_law]\n',
			'm/mmlu_law.yaml:7:25 error: `process_docs` is the Python function `utils.f`',
		],
	])('%s', async (_, files, group, problem) => {
		const problems = await problemsOf({ ...tasks(about), ...files, ...use, 'm/_group.yaml': group });
		expect(problems).toHaveLength(1);
		expect(problems[0]).toContain(problem);
	});
});
