import * as z from 'zod';
import { dictionary, expects, mapping, oneOf, text, wholeNumber } from '../fields';
import { taskFields } from '../schema';

const anything = z.unknown().optional();

/** Fields that say how a task is listed and documented: read, and of no consequence here. */
export const harmlessFields = [
	'task',
	'task_alias',
	'tag',
	'group',
	'group_alias',
	'metadata',
	'version',
	'should_decontaminate',
	'doc_to_decontamination_query',
	'aggregate_metric',
	'aggregate_metric_list',
	'weight_by_size',
] as const;

/** Fields that change what a task is in ways which only lm-evaluation-harness itself can follow. */
export const refusedFields = [
	'process_docs',
	'process_results',
	'custom_dataset',
	'doc_to_image',
	'doc_to_audio',
	'unsafe_code',
	'gen_prefix',
	'use_prompt',
	'multiple_inputs',
	'task_list',
	'class',
] as const;

/** Of `fewshot_config`: what shots are made of where that differs from the question's own. */
export const shotOverrides = [
	'doc_to_text',
	'doc_to_choice',
	'doc_to_target',
	'target_delimiter',
	'fewshot_delimiter',
	'gen_prefix',
] as const;

/** Of `fewshot_config`: other sources of shots. */
export const shotSources = ['samples', 'process_docs', 'fewshot_indices'] as const;

function shapeOf<const N extends string>(names: readonly N[]) {
	// Object.fromEntries forgets the names it was given.
	return Object.fromEntries(names.map(name => [name, anything])) as Record<N, typeof anything>;
}

/** A task file of lm-evaluation-harness with its includes, fields that are null left out. */
export const taskFileSchema = mapping({
	...shapeOf(harmlessFields),
	...shapeOf(refusedFields),
	dataset_path: text().optional(),
	dataset_name: text().optional(),
	dataset_kwargs: dictionary(z.unknown()).optional(),
	training_split: text().optional(),
	validation_split: text().optional(),
	test_split: text().optional(),
	fewshot_split: text().optional(),
	output_type: taskFields.output_type,
	num_fewshot: taskFields.num_fewshot,
	fewshot_config: mapping({
		sampler: oneOf(['first_n', 'default']).optional(),
		split: text().optional(),
		num_fewshot: wholeNumber().optional(),
		...shapeOf(shotOverrides),
		...shapeOf(shotSources),
	}).optional(),
	description: taskFields.description,
	doc_to_text: taskFields.doc_to_text,
	doc_to_choice: taskFields.doc_to_choice,
	doc_to_target: taskFields.doc_to_target,
	target_delimiter: taskFields.target_delimiter,
	fewshot_delimiter: taskFields.fewshot_delimiter,
	generation_kwargs: taskFields.generation_kwargs,
	metric_list: taskFields.metric_list,
	filter_list: taskFields.filter_list,
	repeats: z.int(expects('config.expected.positive-number')).optional(),
});

export type TaskFile = z.output<typeof taskFileSchema>;
