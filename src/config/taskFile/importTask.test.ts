import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageText } from '../../protocol/messages';
import { readEvaluation } from '../readEvaluation';
import { importTaskFile } from './importTask';
import { evaluationOf, type FolderTexts, filesOf } from './testFiles';

const asTask = (path: string) => `task: ${path}\nvariants: {default: {}}\n`;

async function imported(files: FolderTexts, path: string) {
	const { yaml, problems } = await importTaskFile(path, filesOf(files));
	const read = await readEvaluation(yaml, { fileName: 'e.eval.yaml', files: { read: () => null } });
	return { yaml, problems, resolved: read.resolved };
}

const generative = `
dataset_path: owner/data
dataset_name: main
output_type: generate_until
test_split: test
fewshot_split: train
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: "{{answer}}"
num_fewshot: 5
generation_kwargs: {until: ["\\n\\n", "Question:"], do_sample: false, temperature: 0.0}
filter_list:
  - name: get-answer
    filter:
      - {function: regex, regex_pattern: "#### (\\\\-?[0-9\\\\.\\\\,]+)"}
      - {function: take_first}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true, ignore_case: true, regexes_to_ignore: [",", "\\\\$", "(?s).*#### "]}
`;

test('an imported task, with comments, is an evaluation without `task`', async () => {
	const { yaml } = await imported({ 'tasks/t.yaml': generative }, 'tasks/t.yaml');
	await expect(yaml).toMatchFileSnapshot('../fixtures/imported.eval.yaml');
});

test('shots that the harness draws at random become the first rows, with a warning', async () => {
	const { yaml, problems, resolved } = await imported({ 't.yaml': generative }, 't.yaml');
	expect(problems.map(({ severity, message }) => [severity, message.code])).toEqual([
		['warning', 'config.task-sampler'],
	]);
	expect(yaml).toContain('# lm-evaluation-harness draws them at random');
	expect(resolved?.variants[0]?.format).toMatchObject({ num_fewshot: 5, shots: { split: 'fewshot', order: 'file' } });
});

test('what cannot run is not imported', async () => {
	const { yaml, problems } = await importTaskFile('t.yaml', filesOf({ 't.yaml': `${generative}class: x\n` }));
	expect(yaml).toBe('');
	expect(problems.map(({ message }) => messageText(message))).toContainEqual(expect.stringContaining('Python class'));
	expect((await importTaskFile('gone.yaml', filesOf({}))).problems).toHaveLength(1);
});

test.each([
	['generation_kwargs: {num_beams: 2}', '`num_beams`'],
	['output_type: loglikelihood', '`output_type: loglikelihood`'],
	['generation_kwargs: &a {top_p: *a}', 'An alias of this file stands inside what it names'],
	['fewshot_config: {sampler: first_n, doc_to_text: [x]}', '`fewshot_config.doc_to_text`'],
])('a task that reads well and cannot run is not imported: %s', async (line, name) => {
	const field = line.slice(0, line.indexOf(':'));
	const files = { 't.yaml': `${generative.replace(new RegExp(`^${field}:.*\\n`, 'm'), '')}${line}\n` };
	const { yaml, problems } = await importTaskFile('t.yaml', filesOf(files));
	expect(yaml).toBe('');
	const errors = problems.filter(({ severity }) => severity === 'error');
	expect(errors.every(({ file }) => file === 't.yaml')).toBe(true);
	expect(errors.map(({ message }) => messageText(message)).join('\n')).toContain(name);
});

test('an imported task opens the folder of all its splits, and names no config of it', async () => {
	const local = `dataset_name: main
dataset_path: json
dataset_kwargs: {data_files: {test: d/test.jsonl, train: d/train.jsonl}}
test_split: test
training_split: train
doc_to_text: "{{q}}"
doc_to_target: "{{a}}"
`;
	const files = { 'tasks/t.yaml': local, 'e.eval.yaml': asTask('tasks/t.yaml') };
	const { yaml, problems, resolved } = await imported(files, 'tasks/t.yaml');
	expect(problems.map(({ severity, message }) => [severity, message.code])).toEqual([
		['warning', 'config.task-local-name'],
	]);
	expect(yaml).toMatch(/^dataset_path: tasks\/d$/m);
	expect(yaml).toMatch(/^fewshot_split: train$/m);
	expect(yaml).not.toContain('dataset_name');
	expect(resolved).toEqual(await evaluationOf(files));
	const own = 'num_fewshot: 1\nfewshot_config: {sampler: first_n}\n';
	const shown = await evaluationOf({ ...files, 'e.eval.yaml': `${files['e.eval.yaml']}${own}` });
	expect(shown.dataset).toEqual(resolved?.dataset);
});

test('numbers as choices are imported as the texts they are', async () => {
	const task = `${generative.replace('generate_until', 'multiple_choice').replace(/^(generation_kwargs|filter_list|metric_list):(.*\n)(?: .*\n)*/gm, '')}`;
	const files = { 't.yaml': `${task}doc_to_choice: [1.0, 12345678901234567890, 1e3, y, 2001-01-01, 4]\n` };
	const { yaml, resolved } = await imported(files, 't.yaml');
	expect(yaml).toContain('"1.0"');
	expect(resolved?.variants[0]?.format.choices).toEqual({
		from: 'list',
		templates: ['1.0', '12345678901234567890', '1e3', 'y', '2001-01-01', '4'],
	});
});

const text = fc.oneof(
	fc.string({ unit: 'grapheme', maxLength: 30 }),
	fc
		.array(
			fc.constantFrom(
				'Question: {{q}}',
				'\n',
				'\n\n',
				' ',
				'\t',
				'A.',
				'#',
				': ',
				"'",
				'"',
				'\\n',
				'- a',
				'|',
				'\r',
				'%',
				'{{',
			),
			{ maxLength: 12 },
		)
		.map(parts => parts.join('')),
	fc.constantFrom(
		'yes',
		'null',
		'1',
		'~',
		'',
		' ',
		'\n',
		'a\n',
		'a\n\n',
		'\ufeffx',
		'\u0085',
		'\u2028',
		'1e3',
		'0x1',
		'<<',
	),
);

describe('an imported task', () => {
	test('resolves to what `task` resolves to, every text to its last character', async () => {
		const fields = fc.record({
			description: text,
			doc_to_text: text.filter(one => !/^\d+$/.test(one)),
			doc_to_target: text,
			doc_to_choice: fc.oneof(text, fc.array(fc.oneof(text, fc.integer()), { minLength: 1, maxLength: 4 })),
			target_delimiter: text,
			fewshot_delimiter: text,
			dataset_name: text,
			test_split: text,
			num_fewshot: fc.nat(5),
		});
		await fc.assert(
			fc.asyncProperty(fields, async task => {
				const file = {
					dataset_path: 'a/b',
					output_type: 'multiple_choice',
					fewshot_config: { sampler: 'first_n' },
					...task,
				};
				// JSON is YAML.
				const files = { 't.yaml': JSON.stringify(file), 'e.eval.yaml': asTask('t.yaml') };
				const { resolved, problems } = await imported(files, 't.yaml');
				expect(problems).toEqual([]);
				expect(resolved).toEqual(await evaluationOf(files));
				expect(resolved?.variants[0]?.format.description).toBe(task.description);
			}),
			{ numRuns: 300 },
		);
	});
});
