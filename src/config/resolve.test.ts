import { describe, expect, test } from 'vitest';
import { messageText } from '../protocol/messages';
import type { Format } from './format';
import { parseEvaluation } from './parse';
import { findPreset, presets } from './presets';
import { canonicalEvaluation, resolveEvaluation } from './resolve';

function read(text: string, fileName = 'runs/my.eval.yaml') {
	const source = `dataset_path: ./data\n${text}\n`;
	const { evaluation, problems, locate } = parseEvaluation(source);
	expect(problems.filter(p => p.severity === 'error')).toEqual([]);
	return evaluation ? { source, ...resolveEvaluation(evaluation, { fileName, locate }) } : expect.unreachable();
}

function resolved(text: string, fileName?: string) {
	const { resolved: evaluation, problems } = read(text, fileName);
	return evaluation ?? expect.unreachable(problems.map(p => messageText(p.message)).join('\n'));
}

function formats(text: string): Record<string, Format> {
	return Object.fromEntries(resolved(text).variants.map(v => [v.name, v.format]));
}

const formatOf = (name: string) => findPreset(name)?.format ?? expect.unreachable(name);
const own = 'doc_to_text: "{{question}}"';

test('everything a file leaves open', () => {
	expect(resolved(own)).toEqual({
		name: 'my',
		dataset: {
			path: './data',
			names: null,
			revision: 'main',
			test_split: 'test',
			validation_split: 'validation',
			fewshot_split: 'dev',
			id_column: null,
		},
		slice: { where: [], sample: null, limit: null },
		columns: { question: 'question', choices: 'choices', answer: 'answer', subject: 'subject' },
		on_bad_row: 'error',
		output_type: 'multiple_choice',
		models: [],
		variants: [
			{
				name: 'default',
				preset: null,
				format: {
					description: '',
					item: [{ kind: 'question', template: '{{question}}' }],
					choices: { from: 'choices' },
					doc_to_target: null,
					target_delimiter: ' ',
					fewshot_delimiter: '\n\n',
					num_fewshot: 0,
					shots: { split: 'fewshot', order: 'file' },
					seed: 0,
					encoding: 'joint',
					bos: 'auto',
					scoring: 'loglikelihood',
					normalisation: 'none',
					scored_delimiter: null,
					strip_shot_answers: false,
					acc_norm: null,
					gold: 'index',
					choice_count: null,
					too_long: 'error',
					max_context: null,
					aggregate: null,
					chat: null,
				},
			},
		],
		assertions: [],
	});
});

test('everything a file may say about data, models and assertions', () => {
	const evaluation = resolved(`
name: shown
dataset_name: [law, anatomy]
revision: abc
test_split: t
validation_split: v
fewshot_split: f
id_column: id
where: {b: [1, null], a: true}
sample: {size: 10}
limit: {per_subject: 2}
columns: {question: q, answer: a}
on_bad_row: skip
variants: {a: mmlu/helm}
models:
  - ./folder
  - owner/name
  - {id: other, revision: r, dtype: q4, device: cuda}
  - {path: b/c, on_device_failure: cpu}
assert:
  - {metric: delta, variant: a, base: a, model: m, min: -0.1, max: 0.1}
  - {metric: accuracy, min: 0.5}`);
	const model = {
		launch: null,
		revision: 'main',
		dtype: null,
		device: 'auto',
		on_device_failure: 'cpu_at_load',
	};
	expect(evaluation).toMatchObject({
		name: 'shown',
		dataset: {
			names: ['law', 'anatomy'],
			revision: 'abc',
			test_split: 't',
			validation_split: 'v',
			fewshot_split: 'f',
			id_column: 'id',
		},
		slice: {
			where: [
				{ column: 'b', values: [1, null] },
				{ column: 'a', values: [true] },
			],
			sample: { size: 10, seed: 0 },
			limit: { per_subject: 2 },
		},
		columns: { question: 'q', choices: 'choices', answer: 'a', subject: 'subject' },
		on_bad_row: 'skip',
		models: [
			{ name: './folder', source: { path: './folder' }, ...model },
			{ name: 'owner/name', source: { id: 'owner/name' }, ...model },
			{ name: 'other', source: { id: 'other' }, ...model, revision: 'r', dtype: 'q4', device: 'cuda' },
			{ name: 'b/c', source: { path: 'b/c' }, ...model, on_device_failure: 'cpu' },
		],
		assertions: [
			{ metric: 'delta', variant: 'a', base: 'a', model: 'm', min: -0.1, max: 0.1 },
			{ metric: 'accuracy', variant: null, base: null, model: null, min: 0.5, max: null },
		],
	});
});

test.each([
	['dataset_name: all', 'all'],
	['dataset_name: law', ['law']],
	['dataset_name: null', null],
])('%s', (line, names) => {
	expect(resolved(`${own}\n${line}`).dataset.names).toEqual(names);
});

test.each([
	['mmlu.eval.yaml', 'mmlu'],
	['C:\\work\\mmlu.eval.yml', 'mmlu'],
	['/a/b/other.yaml', 'other'],
	['.eval.yaml', '.eval.yaml'],
])('the name of %s is %s', (fileName, name) => {
	expect(resolved(own, fileName).name).toBe(name);
});

test.each([
	['./m', { path: './m' }],
	['../m', { path: '../m' }],
	['/m', { path: '/m' }],
	['~/m', { path: '~/m' }],
	['C:\\m', { path: 'C:\\m' }],
	['a/b/c', { path: 'a/b/c' }],
	['m/model.onnx', { path: 'm/model.onnx' }],
	['gpt2', { id: 'gpt2' }],
	['HuggingFaceTB/SmolLM2-135M-Instruct', { id: 'HuggingFaceTB/SmolLM2-135M-Instruct' }],
])('a model written %s', (name, source) => {
	expect(resolved(`${own}\nmodels: ['${name}']`).models[0]?.source).toEqual(source);
});

describe('what wins', () => {
	test('a preset owns its fields over the file’s own', () => {
		const file = 'description: x\ntarget_delimiter: y\ndoc_to_text: z\non_too_long: cut\nadd_bos_token: true\n';
		for (const { name, format } of presets) {
			expect(formats(`${file}variants: {v: ${name}, w: {extends: ${name}}, own: {}}`)).toMatchObject({
				v: format,
				w: format,
				own: { description: 'x', target_delimiter: 'y', too_long: 'cut_start', bos: true },
			});
		}
	});

	test('inside a variant fields override its preset', () => {
		const variants = formats(`
variants:
  changed:
    extends: mmlu/helm
    description: "d\\n"
    doc_to_text: |-
      Q: {{question}}
    doc_to_choice: ["(A)", 2]
    doc_to_target: gold
    target_delimiter: ""
    fewshot_delimiter: "\\n"
    num_fewshot: 2
    seed: 7
    add_bos_token: false
    on_too_long: error
  moved: {extends: mmlu/helm, fewshot_config: {sampler: first_n, split: validation}}
  kept: {extends: mmlu/harness-2023-01, fewshot_config: {}}
  field: {extends: mmlu/original, doc_to_choice: options, doc_to_target: 2}`);
		expect(variants).toEqual({
			changed: {
				...formatOf('mmlu/helm'),
				description: 'd\n',
				item: [{ kind: 'question', template: 'Q: {{question}}' }],
				choices: { from: 'list', templates: ['(A)', '2'] },
				doc_to_target: 'gold',
				target_delimiter: '',
				fewshot_delimiter: '\n',
				num_fewshot: 2,
				seed: 7,
				bos: false,
				too_long: 'error',
			},
			moved: { ...formatOf('mmlu/helm'), shots: { split: 'validation', order: 'file' } },
			kept: formatOf('mmlu/harness-2023-01'),
			field: { ...formatOf('mmlu/original'), choices: { from: 'field', field: 'options' }, doc_to_target: 2 },
		});
	});

	test('num_fewshot: variant, then file, then preset', () => {
		const variants = 'variants: {p: mmlu/helm, v: {extends: mmlu/helm, num_fewshot: 1}, w: {extends: v}}';
		const counts = (text: string) => Object.values(formats(text)).map(format => format.num_fewshot);
		expect(counts(variants)).toEqual([5, 1, 1]);
		expect(counts(`num_fewshot: 0\n${variants}`)).toEqual([0, 1, 1]);
		expect(counts(`num_fewshot: 3\n${own}`)).toEqual([3]);
	});

	test('a bare name in doc_to_text is a column', () => {
		expect(formats('doc_to_text: sentence').default?.item).toEqual([{ kind: 'question', template: '{{sentence}}' }]);
	});
});

describe('inheritance', () => {
	test('a variant of a variant: the nearest wins, the preset is the last', () => {
		const { variants } = resolved(`
variants:
  c: {extends: b, target_delimiter: c}
  b: {extends: a, target_delimiter: b, fewshot_delimiter: b}
  a: {extends: mmlu/original, fewshot_delimiter: a, description: a}`);
		expect(variants).toMatchObject([
			{
				name: 'c',
				preset: 'mmlu/original',
				format: { target_delimiter: 'c', fewshot_delimiter: 'b', description: 'a' },
			},
			{
				name: 'b',
				preset: 'mmlu/original',
				format: { target_delimiter: 'b', fewshot_delimiter: 'b', description: 'a' },
			},
			{
				name: 'a',
				preset: 'mmlu/original',
				format: { target_delimiter: ' ', fewshot_delimiter: 'a', description: 'a' },
			},
		]);
	});

	test('own variants extend each other over the file’s values', () => {
		const variants = formats(`
${own}
target_delimiter: file
fewshot_delimiter: file
variants: {a: {fewshot_delimiter: a}, b: {extends: a, description: b}}`);
		expect(variants.b).toMatchObject({ target_delimiter: 'file', fewshot_delimiter: 'a', description: 'b' });
	});

	test('a variant named as a preset extends the preset; others mean the variant', () => {
		const variants = formats('variants: {mmlu/helm: {extends: mmlu/helm, seed: 1}, b: {extends: mmlu/helm}}');
		expect(variants).toEqual({
			'mmlu/helm': { ...formatOf('mmlu/helm'), seed: 1 },
			b: { ...formatOf('mmlu/helm'), seed: 1 },
		});
	});

	test('a variant named __proto__ is one among others', () => {
		const { variants } = resolved(
			'variants: {__proto__: {extends: constructor}, constructor: {extends: mmlu/helm, seed: 3}}',
		);
		expect(variants.map(v => [v.name, v.preset, v.format.seed])).toEqual([
			['__proto__', 'mmlu/helm', 3],
			['constructor', 'mmlu/helm', 3],
		]);
	});
});

describe('what this version does not run', () => {
	test.each([
		[own, 'fewshot_as_multiturn: true', '`fewshot_as_multiturn` is a part of the chat template.'],
		[own, 'system_instruction: be kind', '`system_instruction` is a part of the chat template.'],
		[
			own,
			'output_type: loglikelihood_rolling',
			'does not run `output_type: loglikelihood_rolling`; it runs `multiple_choice`, `generate_until`.',
		],
		[own, 'doc_to_target: [0, 1]', '`doc_to_target: […]`'],
		['', 'doc_to_text: 0', '`doc_to_text: 0`'],
		[own, 'fewshot_config: {sampler: default}', 'does not draw shots by `default`. Supported: `first_n`.'],
		[
			own,
			'fewshot_config: {split: train}',
			'`fewshot_split` (dev) or `validation_split` (validation), not from train.',
		],
		['', 'variants: {a: {extends: mmlu/helm, output_type: loglikelihood}}', '`output_type: loglikelihood`'],
	])('%s %s', (before, line, sentence) => {
		const { resolved: evaluation, problems } = read(`${before}\n${line}`);
		expect(evaluation).toBeNull();
		expect(problems.map(p => [p.severity, messageText(p.message), p.range.start.line])).toEqual([
			['error', expect.stringContaining(sentence), 2],
		]);
	});

	test('what is switched off, or used by no variant, runs', () => {
		resolved(`${own}\napply_chat_template: false\nfewshot_as_multiturn: false\noutput_type: multiple_choice`);
		const { problems } = read('apply_chat_template: true\nvariants: {a: mmlu/helm}');
		expect(problems).toMatchObject([{ severity: 'warning', message: { code: 'config.no-effect' } }]);
	});
});

describe('other problems', () => {
	test.each([
		['', 'The variant `default` has no prompt. Write `doc_to_text`', 0],
		['variants:\n  a: mmlu/helm\n  b: {description: x}', 'The variant `b` has no prompt.', 3],
		['description: x\nvariants: {a: mmlu/helm}', '`description` has no effect here', 1],
		[`${own}\nmodels: [a, b, a]`, 'The model `a` stands here twice.', 2],
		[`${own}\nassert:\n  - {metric: n, min: 1, variant: defualt}`, 'did you mean `default`?', 3],
		[`${own}\nassert:\n  - {metric: n, min: 1, base: x}`, '`x` is not a variant of this file. There are `default`.', 3],
	])('%j', (text, sentence, line) => {
		expect(read(text).problems.map(p => [messageText(p.message), p.range.start.line])).toEqual([
			[expect.stringContaining(sentence), line],
		]);
	});

	test('a field that several variants inherit is reported once', () => {
		expect(read(`${own}\noutput_type: loglikelihood\nvariants: {a: {}, b: {}}`).problems).toHaveLength(1);
	});

	test('models of one name are told apart by what differs', () => {
		const { models } = resolved(`${own}\nmodels: [a/b, {id: a/b, dtype: q4}, {id: a/b, device: cpu, dtype: q8}]`);
		expect(models.map(m => m.name)).toEqual(['a/b', 'a/b (q4)', 'a/b (q8, cpu)']);
	});
});

describe('canonicalEvaluation', () => {
	const text = `${own}\nname: a\nwhere: {x: [1, 2], y: a}\nmodels: [./m]\nlimit: 3`;
	const base = canonicalEvaluation(resolved(text));

	test.each([
		['the name', text.replace('name: a', 'name: b')],
		['assertions', `${text}\nassert: [{metric: n, min: 1}]`],
		['order of fields', text.split('\n').reverse().join('\n')],
		['order in where', text.replace('{x: [1, 2], y: a}', '{y: [a], x: [2, 1, 1]}')],
		['what happens where a device fails', text.replace('./m', '{path: ./m, on_device_failure: cpu}')],
		['defaults written out', `${text}\ntest_split: test\nvariants: {default: {target_delimiter: " "}}`],
	])('does not depend on %s', (_, other) => {
		expect(canonicalEvaluation(resolved(other))).toBe(base);
	});

	test.each([
		['limit', text.replace('limit: 3', 'limit: 4')],
		['where', text.replace('[1, 2]', '["1", 2]')],
		['models', text.replace('./m', './n')],
		['the names of variants', `${text}\nvariants: {other: {}}`],
		['a space in a template', text.replace('{{question}}', '{{question}} ')],
		['columns', `${text}\ncolumns: {question: q}`],
		['on_bad_row', `${text}\non_bad_row: skip`],
	])('depends on %s', (_, other) => {
		expect(canonicalEvaluation(resolved(other))).not.toBe(base);
	});
});
