import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importTaskFile } from './importTask';
import { filesOf, readFolder } from './testFiles';

const field = fc.constantFrom(
	'include',
	'task',
	'group',
	'tag',
	'dataset_path',
	'dataset_name',
	'dataset_kwargs',
	'test_split',
	'output_type',
	'doc_to_text',
	'doc_to_choice',
	'doc_to_target',
	'fewshot_config',
	'num_fewshot',
	'metric_list',
	'filter_list',
	'generation_kwargs',
	'class',
	'__proto__',
);
const value = fc.oneof(
	fc.constantFrom(
		't.yaml',
		'u.yaml',
		'[t.yaml, u.yaml]',
		'[a, b, {task: a}]',
		'{task: [x], a: 1}',
		'!function utils.f',
		'!function [a]',
		'!other x',
		'&a [*a]',
		'*a',
		'{<<: {x: 1}}',
		'multiple_choice',
		'first_n',
		'{sampler: default, samples: [1]}',
		'[{metric: acc}, {metric: !function f.g}]',
		'[{filter: [{function: regex}]}, 3]',
		'{data_files: {test: [a]}}',
		'5',
		'null',
		'yes',
		'2001-01-01',
		'|\n  a\n  b',
		'"\\q"',
		'[',
	),
	fc.string({ unit: 'grapheme', maxLength: 10 }),
);
const line = fc.oneof(
	fc.tuple(field, value).map(([name, content]) => `${name}: ${content}`),
	fc.string({ unit: 'grapheme', maxLength: 15 }),
	fc.constantFrom('---', '\t', '? a', '%YAML 1.2', '- a', '&a'),
);
const file = fc.array(line, { maxLength: 8 }).map(lines => lines.join('\n'));

test('whatever a task file and what it names hold: a problem with a place, or an evaluation, and never an exception', async () => {
	await fc.assert(
		fc.asyncProperty(file, file, async (one, other) => {
			const texts = { 't.yaml': one, 'u.yaml': other };
			const { resolved, problems } = await readFolder({ ...texts, 'e.eval.yaml': 'task: t.yaml\n' });
			expect(resolved !== null || problems.some(({ severity }) => severity === 'error')).toBe(true);
			for (const { file: name = 'e.eval.yaml', range } of problems) {
				const lines = ({ ...texts, 'e.eval.yaml': 'task: t.yaml\n' }[name] ?? '').split(/\r\n|\r|\n/);
				expect(range.start.line).toBeLessThan(lines.length);
				expect(range.end.line).toBeLessThan(lines.length);
			}
			const { yaml } = await importTaskFile('t.yaml', filesOf(texts));
			expect(typeof yaml).toBe('string');
		}),
		{ numRuns: 1000 },
	);
});
