import * as z from 'zod';
import {
	boolean,
	type Complaint,
	dictionary,
	expects,
	mapping,
	oneOf,
	positiveNumber,
	text,
	wholeNumber,
} from './fields';
import { launchSchema } from './launch';
import { presetNames, presets } from './presets';
import { assertionMetrics, chunkings, deviceFailurePolicies, devices } from './resolved';

export const outputTypes = ['multiple_choice', 'loglikelihood', 'loglikelihood_rolling', 'generate_until'] as const;

/** Metrics and filters that can be computed here, in lm-evaluation-harness's words. */
export const taskMetrics = ['acc', 'acc_norm', 'exact_match'] as const;
export const filterFunctions = ['regex', 'take_first', 'remove_whitespace', 'lowercase', 'uppercase'] as const;

const complains = (complaint: Complaint) => ({ error: complaint });

const presetSuggestions = {
	enum: [...presetNames],
	markdownEnumDescriptions: presets.map(({ summary, notes, citation }) => [summary, ...notes, citation].join('\n\n')),
};

/** Fields that decide prompts and scores: at the top of a file, and again inside each variant. */
export const taskFields = {
	output_type: oneOf(outputTypes).optional().meta({
		description: 'How answers are obtained, in the words of lm-evaluation-harness.',
		default: 'multiple_choice',
	}),
	num_fewshot: wholeNumber().optional().meta({
		description:
			'How many solved examples (shots) stand before the question. A variant’s own number wins over the file’s, and the file’s over its preset’s.',
	}),
	fewshot_config: mapping({
		sampler: oneOf(['first_n', 'default']).optional().meta({
			description: 'How shots are chosen. `first_n` takes the first rows of the split in file order.',
			default: 'first_n',
		}),
		split: text().optional().meta({ description: 'The split that shots come from.' }),
	})
		.optional()
		.meta({ description: 'Where shots come from, as in lm-evaluation-harness.' }),
	description: text().optional().meta({
		description:
			'Text in front of everything, a Jinja template. It is used exactly as written: end it with the line ends you want.',
	}),
	doc_to_text: z.union([text(), wholeNumber()], expects('config.expected.text-or-index')).optional().meta({
		description:
			'The question as the model sees it, without its answer: a Jinja template over the columns, or the name of a column. End a block with `|-` where no line end may follow.',
	}),
	doc_to_choice: z
		.union(
			[
				text(),
				z
					.array(
						z.union([text(), z.number()], expects('config.expected.text-or-number')),
						expects('config.expected.choices'),
					)
					.min(1, expects('config.expected.choices')),
			],
			expects('config.expected.choices'),
		)
		.optional()
		.meta({
			description:
				'The answers that are scored: a list of labels such as `["A", "B", "C", "D"]`, a column that holds a list, or a template that makes one. `target_delimiter` stands before each.',
		}),
	doc_to_target: z
		.union(
			[
				text(),
				wholeNumber(),
				z.array(
					z.union([text(), wholeNumber()], expects('config.expected.text-or-index')),
					expects('config.expected.target'),
				),
			],
			expects('config.expected.target'),
		)
		.optional()
		.meta({
			description:
				'The right answer: its index among the choices or its text, as a column, a template or a number. Absent: the answer column.',
		}),
	target_delimiter: text().optional().meta({
		description: 'Stands between a question and its answer, in shots and before each scored answer.',
		default: ' ',
	}),
	fewshot_delimiter: text()
		.optional()
		.meta({ description: 'Stands after each shot. Write line ends in double quotes: `"\\n\\n"`.', default: '\n\n' }),
	generation_kwargs: dictionary(z.unknown()).optional().meta({
		description:
			'Settings of generation such as `until`, `max_gen_toks` and `temperature`, for `output_type: generate_until`.',
	}),
	metric_list: z
		.array(
			mapping({
				metric: oneOf(taskMetrics).meta({
					description:
						'`acc`, or `exact_match` for `generate_until`, is the accuracy; `acc_norm` is reported beside it.',
				}),
				aggregation: oneOf(['mean']).optional().meta({ description: 'Over the questions: their mean.' }),
				higher_is_better: boolean().optional().meta({ description: 'Read as it is; it changes nothing here.' }),
				ignore_case: boolean().optional().meta({ description: '`exact_match`: case does not count.' }),
				ignore_punctuation: boolean()
					.optional()
					.meta({ description: '`exact_match`: ASCII punctuation does not count.' }),
				ignore_numbers: boolean().optional().meta({ description: '`exact_match`: digits do not count.' }),
				regexes_to_ignore: z.array(text(), expects('config.expected.texts')).optional().meta({
					description:
						'`exact_match`: regular expressions, as Python reads them, whose matches are taken out of both sides.',
				}),
			}),
			expects('config.expected.metrics'),
		)
		.optional()
		.meta({ description: 'How answers are judged, as in lm-evaluation-harness.' }),
	filter_list: z
		.array(
			mapping({
				name: text().optional().meta({ description: 'How the pipeline is called.' }),
				filter: z
					.array(
						mapping({
							function: oneOf(filterFunctions).meta({ description: 'What is done to the text.' }),
							regex_pattern: text().optional().meta({ description: '`regex`: the pattern, as Python reads it.' }),
							group_select: z
								.int(expects('config.expected.integer'))
								.optional()
								.meta({ description: '`regex`: which of the matches, -1 the last.', default: 0 }),
							fallback: text()
								.optional()
								.meta({ description: '`regex`: the text where nothing matches.', default: '[invalid]' }),
						}),
						expects('config.expected.filters'),
					)
					.meta({ description: 'The steps, in order.' }),
			}),
			expects('config.expected.pipelines'),
		)
		.optional()
		.meta({
			description:
				'What is done to a written answer before it is judged, as in lm-evaluation-harness. The first pipeline counts.',
		}),
	apply_chat_template: boolean().optional().meta({
		description: 'Wrap the prompt in the chat template of the model’s tokenizer.',
		default: false,
	}),
	fewshot_as_multiturn: boolean().optional().meta({
		description:
			'Give each shot as turns of a conversation, and not all of them in one message. Needs `apply_chat_template`.',
		default: true,
	}),
	system_instruction: text().optional().meta({ description: 'The system message of the chat template.' }),
	add_bos_token: z
		.union([oneOf(['auto']), boolean()], expects('config.expected.bos'))
		.optional()
		.meta({
			description: 'Whether a begin-of-text token stands first. `auto` leaves it to the tokenizer.',
			default: 'auto',
		}),
	on_too_long: oneOf(['error', 'cut']).optional().meta({
		description:
			'What happens to a prompt that does not fit the model: stop with an error, or cut it from its beginning. A preset cuts as its implementation did.',
		default: 'error',
	}),
};

const variantFields = mapping({
	extends: text()
		.optional()
		.meta({
			description: 'The preset, or the variant of this file, that this variant changes.',
			anyOf: [presetSuggestions, { type: 'string' }],
		}),
	seed: wholeNumber()
		.optional()
		.meta({ description: 'The train trial of `mmlu/helm`, which seeds its shots.', default: 0 }),
	...taskFields,
});

const variant = z.union(
	[
		text().meta({ description: 'A published prompt format, byte for byte.', ...presetSuggestions }),
		variantFields.meta({ description: 'A prompt format: fields that change the one it extends.' }),
	],
	expects('config.expected.variant'),
);

const modelFields = mapping({
	id: text().optional().meta({ description: 'A model on the Hugging Face Hub, `owner/name`.' }),
	path: text()
		.optional()
		.meta({ description: 'A folder with an ONNX model and its tokenizer, relative to this file.' }),
	engine: oneOf(['onnx', 'endpoint']).optional().meta({
		description: 'What computes: ONNX Runtime on this machine, or an OpenAI-compatible endpoint.',
		default: 'onnx',
	}),
	revision: text().optional().meta({ description: 'A branch, tag or commit on the Hub.', default: 'main' }),
	dtype: text()
		.optional()
		.meta({
			description: 'Which of several ONNX files is used. Absent: the widest there is, fp32 first.',
			examples: ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4'],
		}),
	chunking: oneOf(chunkings).optional().meta({
		description:
			'How prompts are cut into what goes through the model at once. `shared` (default) computes what prompts share once, and several questions together. `fixed` cuts each prompt after its shots, whatever else is in the run: the default for models that quantise activations (int8), whose numbers depend on it. `whole` computes every prompt in one piece.',
	}),
	device: oneOf(devices).optional().meta({
		description:
			'What the model runs on. `auto`: CUDA for fp32 files where it computes in single precision, else the CPU; others are used where they are named.',
		default: 'auto',
	}),
	on_device_failure: oneOf(deviceFailurePolicies).optional().meta({
		description:
			'What happens where the device fails. `cpu_at_load`: what it cannot load is computed on the CPU, a run that loses it midway stops; `cpu`: such a run goes on on the CPU, from a sample that run.json names; `stop`: neither.',
		default: 'cpu_at_load',
	}),
	launch: launchSchema.optional(),
});

const model = z.union(
	[
		text().meta({ description: 'A model on the Hub, or a folder: write `./` before a folder beside this file.' }),
		modelFields
			.refine(m => (m.id === undefined) !== (m.path === undefined), complains('config.model-source'))
			.meta({
				description: 'A model and how it is run.',
				oneOf: [{ required: ['id'] }, { required: ['path'] }],
			}),
	],
	expects('config.expected.model'),
);

const assertion = mapping({
	metric: oneOf(assertionMetrics).meta({
		description: 'A column of the results table, or of a comparison with the base variant.',
	}),
	model: text().optional().meta({ description: 'The model it is about; absent: every one.' }),
	variant: text().optional().meta({ description: 'The variant it is about; absent: every one.' }),
	base: text().optional().meta({ description: 'The variant compared with; absent: the first.' }),
	min: z.number(expects('config.expected.number')).optional().meta({ description: 'The least value that passes.' }),
	max: z.number(expects('config.expected.number')).optional().meta({ description: 'The greatest value that passes.' }),
})
	.refine(a => a.min !== undefined || a.max !== undefined, complains('config.assertion-bound'))
	.refine(a => (a.min ?? -Infinity) <= (a.max ?? Infinity), complains('config.assertion-bounds-crossed'))
	.meta({ description: 'A bound on a result.', anyOf: [{ required: ['min'] }, { required: ['max'] }] });

const whereValue = z.union([z.string(), z.number(), z.boolean(), z.null()], expects('config.expected.where-values'));

const column = (meaning: string, name: string) =>
	text()
		.optional()
		.meta({ description: `The column with ${meaning}.`, default: name });

/** Everything a `*.eval.yaml` may say. Source of the types, of validation, and of schemas/eval.schema.json. */
export const evaluationSchema = mapping({
	name: text().optional().meta({ description: 'How the evaluation is called; absent: the name of the file.' }),
	task: text().optional().meta({
		description:
			'A task or group file of lm-evaluation-harness, relative to this file. Its fields are the defaults of this one’s; those it needs Python for are named as problems.',
	}),
	dataset_path: text().optional().meta({
		description:
			'A dataset on the Hugging Face Hub, or a file or folder relative to this file, with one file for each split: `test.parquet`, `.jsonl`, `.json` or `.csv`.',
	}),
	dataset_name: z
		.union(
			[text(), z.array(text()).min(1, expects('config.expected.dataset-name')), z.null()],
			expects('config.expected.dataset-name'),
		)
		.optional()
		.meta({ description: 'The configs of a dataset on the Hub: one, a list, or `all`.' }),
	revision: text().optional().meta({
		description: 'A branch, tag or commit of the dataset. A run pins it to a commit.',
		default: 'main',
	}),
	test_split: text().optional().meta({ description: 'The split with the questions.', default: 'test' }),
	validation_split: text()
		.optional()
		.meta({ description: 'The split that `mmlu/harness-2023-01` takes its shots from.', default: 'validation' }),
	fewshot_split: text().optional().meta({ description: 'The split that shots come from.', default: 'dev' }),
	where: dictionary(
		z.union([whereValue, z.array(whereValue)], expects('config.expected.where-values')),
		'config.expected.where',
	)
		.optional()
		.meta({
			description:
				'Keeps only rows in which each of these columns has the value, or one of a list; in every split, shots too.',
		}),
	sample: mapping({
		size: positiveNumber().meta({ description: 'How many rows.' }),
		seed: wholeNumber().optional().meta({ description: 'Another seed chooses other rows.', default: 0 }),
	})
		.optional()
		.meta({ description: 'A seeded choice among the rows that `where` leaves, kept in file order.' }),
	limit: z
		.union(
			[
				positiveNumber(),
				mapping({ per_subject: positiveNumber().meta({ description: 'The first rows of each subject.' }) }),
			],
			expects('config.expected.limit'),
		)
		.optional()
		.meta({ description: 'Only the first rows that are left, in file order; of all, or of each subject.' }),
	id_column: text().optional().meta({
		description: 'The column that identifies a row; absent: its place in the file. Runs are paired by it.',
	}),
	columns: mapping({
		question: column('the question', 'question'),
		choices: column('the list of choices', 'choices'),
		answer: column('the right choice, as an index, a letter or its text', 'answer'),
		subject: column('the subject; shots come from the same one', 'subject'),
	})
		.optional()
		.meta({ description: 'How the data names its columns.' }),
	on_bad_row: oneOf(['error', 'skip']).optional().meta({
		description: 'What happens when a row is no question: stop with an error, or leave it out and count it.',
		default: 'error',
	}),
	...taskFields,
	models: z
		.array(model, expects('config.expected.models'))
		.optional()
		.meta({ description: 'The models to run. Prompts can be previewed without any.' }),
	variants: dictionary(variant, 'config.expected.variants').optional().meta({
		description:
			'The prompt formats to compare, by name; the first is the base. Absent: one, `default`, from the fields of the file.',
	}),
	assert: z
		.array(assertion, expects('config.expected.assertions'))
		.optional()
		.meta({ description: 'Bounds on the results. When one fails, the command line exits with 1.' }),
}).meta({
	title: 'Eval Lens evaluation',
	description: 'An evaluation: a dataset, models, and the prompt formats they are compared under.',
	anyOf: [{ required: ['dataset_path'] }, { required: ['task'] }],
});

export type EvaluationFile = z.output<typeof evaluationSchema>;
export type VariantFields = z.output<typeof variantFields>;
/** The fields that a variant may have as well as the file. */
export type TaskFields = Omit<VariantFields, 'extends' | 'seed'>;
export type ModelFields = z.output<typeof modelFields>;
/** In the order of the schema. */
export const taskFieldNames = Object.keys(taskFields) as readonly (keyof TaskFields)[]; // Object.keys forgets what it lists
