import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseEvaluation } from './parse';
import { presetNames } from './presets';
import { assertionMetrics, deviceFailurePolicies, devices } from './resolved';
import {
	type EvaluationFile,
	filterFunctions,
	outputTypes,
	type TaskFields,
	taskMetrics,
	type VariantFields,
} from './schema';

const text = fc.oneof(
	fc.string({ unit: 'grapheme', maxLength: 12 }),
	fc.constantFrom('__proto__', 'constructor', '1', 'null', 'yes', "it's", ' a\nb\n', '{{question}}', '#', '- a', '\t'),
);
const count = fc.nat(1000);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));

/** A record in which every field may be absent, but is never undefined. */
function fields<T extends object>(members: { [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> }) {
	// fast-check makes records of absent keys, where the schema's types say `undefined` too.
	return fc.record(members, { requiredKeys: [], noNullPrototype: true }) as unknown as fc.Arbitrary<T>;
}

const taskMembers: { [K in keyof TaskFields]-?: fc.Arbitrary<NonNullable<TaskFields[K]>> } = {
	output_type: fc.constantFrom(...outputTypes),
	num_fewshot: count,
	fewshot_config: fields({ sampler: fc.constantFrom('first_n', 'default'), split: text }),
	description: text,
	doc_to_text: fc.oneof(text, count),
	doc_to_choice: fc.oneof(text, fc.array(fc.oneof(text, fc.integer()), { minLength: 1, maxLength: 4 })),
	doc_to_target: fc.oneof(text, count, fc.array(fc.oneof(text, count), { maxLength: 3 })),
	target_delimiter: text,
	fewshot_delimiter: text,
	generation_kwargs: fc.array(fc.tuple(text, scalar), { maxLength: 3 }).map(entries => new Map(entries)),
	metric_list: fc.array(
		fields<NonNullable<TaskFields['metric_list']>[number]>({
			metric: fc.constantFrom(...taskMetrics),
			aggregation: fc.constant('mean'),
			higher_is_better: fc.boolean(),
			ignore_case: fc.boolean(),
			ignore_punctuation: fc.boolean(),
			ignore_numbers: fc.boolean(),
			regexes_to_ignore: fc.array(text, { maxLength: 2 }),
		}).map(metric => ({ ...metric, metric: metric.metric ?? 'acc' })),
		{ maxLength: 2 },
	),
	filter_list: fc.array(
		fc.record(
			{
				name: text,
				filter: fc.array(
					fc.record(
						{
							function: fc.constantFrom(...filterFunctions),
							regex_pattern: text,
							group_select: fc.integer(),
							fallback: text,
						},
						{ requiredKeys: ['function'], noNullPrototype: true },
					),
					{ maxLength: 2 },
				),
			},
			{ requiredKeys: ['filter'], noNullPrototype: true },
		),
		{ maxLength: 2 },
	),
	apply_chat_template: fc.boolean(),
	fewshot_as_multiturn: fc.boolean(),
	system_instruction: text,
	add_bos_token: fc.constantFrom<'auto' | boolean>('auto', true, false),
	on_too_long: fc.constantFrom('error', 'cut'),
};

const variant = fc.oneof(
	fc.constantFrom(...presetNames),
	fields<VariantFields>({ ...taskMembers, extends: fc.constantFrom(...presetNames), seed: count }),
);

const modelDetails = {
	engine: fc.constantFrom('onnx' as const, 'endpoint' as const),
	revision: text,
	dtype: text,
	device: fc.constantFrom(...devices),
	on_device_failure: fc.constantFrom(...deviceFailurePolicies),
	launch: fc.oneof(
		fc.constant({ url: 'https://example.org', api_key: 'env:KEY' }),
		fc.record({ local: fc.record({ command: fc.string({ minLength: 1 }), port: fc.integer({ min: 1, max: 65535 }) }) }),
	),
};
const model = fc.oneof(
	text,
	fc.record({ id: text, ...modelDetails }, { requiredKeys: ['id'], noNullPrototype: true }),
	fc.record({ path: text, ...modelDetails }, { requiredKeys: ['path'], noNullPrototype: true }),
);

const assertion = fc.record(
	{
		metric: fc.constantFrom(...assertionMetrics),
		model: text,
		variant: text,
		base: text,
		min: fc.integer({ max: 0 }),
		max: fc.nat(),
	},
	{ requiredKeys: ['metric', 'min'], noNullPrototype: true },
);

const evaluation: fc.Arbitrary<EvaluationFile> = fc
	.tuple(
		text,
		fields<Omit<EvaluationFile, 'dataset_path'>>({
			task: text,
			...taskMembers,
			name: text,
			dataset_name: fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })),
			revision: text,
			test_split: text,
			validation_split: text,
			fewshot_split: text,
			where: fc
				.array(fc.tuple(text, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }))), { maxLength: 3 })
				.map(entries => new Map(entries)),
			sample: fc.record(
				{ size: count.map(n => n + 1), seed: count },
				{ requiredKeys: ['size'], noNullPrototype: true },
			),
			limit: fc.oneof(
				count.map(n => n + 1),
				count.map(n => ({ per_subject: n + 1 })),
			),
			id_column: text,
			columns: fields({ question: text, choices: text, answer: text, subject: text }),
			on_bad_row: fc.constantFrom('error', 'skip'),
			models: fc.array(model, { maxLength: 3 }),
			variants: fc.array(fc.tuple(text, variant), { maxLength: 4 }).map(entries => new Map(entries)),
			assert: fc.array(assertion, { maxLength: 3 }),
		}),
	)
	.map(([dataset_path, others]) => ({ dataset_path, ...others }));

const errorsOf = (source: string) => parseEvaluation(source).problems.filter(p => p.severity === 'error');

describe('a valid evaluation', () => {
	test('is read back from YAML as it was, its variants in their order', () => {
		fc.assert(
			fc.property(evaluation, fc.boolean(), (file, wide) => {
				const source = stringify(file, { lineWidth: wide ? 0 : 40, aliasDuplicateObjects: false });
				const read = parseEvaluation(source);
				expect(errorsOf(source)).toEqual([]);
				expect(read.evaluation).toEqual(file);
				expect([...(read.evaluation?.variants?.keys() ?? [])]).toEqual([...(file.variants?.keys() ?? [])]);
			}),
			{ numRuns: 150 },
		);
	});

	test('is read back from JSON too, which is YAML', () => {
		fc.assert(
			fc.property(text, text, (dataset_path, name) => {
				const source = JSON.stringify({ dataset_path, name });
				expect(parseEvaluation(source).evaluation).toEqual({ dataset_path, name });
			}),
		);
	});
});

describe('an evaluation with one mistake', () => {
	const offsetOf = (source: string, { line, column }: { line: number; column: number }) => {
		const starts = [0, ...Array.from(source.matchAll(/\r\n|\r|\n/g), m => m.index + m[0].length)];
		return (starts[line] ?? Number.NaN) + column;
	};

	test('has one error, and its range is the mistyped key', () => {
		fc.assert(
			fc.property(evaluation, file => {
				const source = stringify({ ...file, qqqqqqqqqqqqqqqq: 1 }, { aliasDuplicateObjects: false });
				const errors = errorsOf(source);
				expect(errors).toHaveLength(1);
				const [start, end] = [errors[0]?.range.start, errors[0]?.range.end].map(p => (p ? offsetOf(source, p) : 0));
				expect(source.slice(start, end)).toBe('qqqqqqqqqqqqqqqq');
			}),
		);
	});
});

test('whatever the text, every range lies inside it and nothing is thrown', () => {
	const line = fc.oneof(
		fc.string({ unit: 'grapheme', maxLength: 20 }),
		fc.constantFrom(
			'variants:',
			'  a: *x',
			'  <<: *b',
			'b: &b {seed: 1}',
			'  - [',
			'\tx: 1',
			'models:',
			'  -',
			'name: |',
			'---',
			'? a',
			'&a',
		),
		fc
			.tuple(fc.constantFrom('limit', 'where', 'columns', 'variants', 'models', 'assert'), text)
			.map(([k, v]) => `${k}: ${v}`),
	);
	fc.assert(
		fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
			const source = lines.join(end);
			const shown = source.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
			const { evaluation: file, problems } = parseEvaluation(source);
			expect(file !== null || problems.length > 0).toBe(true);
			for (const { range } of problems) {
				for (const { line: row, column } of [range.start, range.end]) {
					expect(row).toBeLessThan(shown.length);
					expect(column).toBeLessThanOrEqual(shown[row]?.length ?? -1);
				}
				const isForward =
					range.start.line < range.end.line ||
					(range.start.line === range.end.line && range.start.column <= range.end.column);
				expect(isForward).toBe(true);
			}
		}),
		{ numRuns: 300 },
	);
});
