import { type Message, message } from '../../protocol/messages';
import { found, schemaFindings } from '../findings';
import type { FieldPath, Problem } from '../problem';
import type { EvaluationFile } from '../schema';
import { yamlScalar } from '../yamlText';
import { jinjaText } from './combineMembers';
import { isLocalDataset, localDataset } from './localDataset';
import { findingsBeside, takeFunctions } from './pythonFunctions';
import { type Placed, type PlacedFields, problemAt } from './taskLoader';
import { refusedFields, shotOverrides, shotSources, type TaskFile, taskFileSchema } from './taskSchema';
import { isEqual } from './taskValues';
import type { TaskYaml } from './taskYaml';

/** What a task says, in the fields of an evaluation. */
export type TaskDefaults = Partial<EvaluationFile>;

/** A problem of one field: it is none where the evaluation writes that field itself. */
export interface FieldProblem {
	/** Of the evaluation. */
	readonly field: keyof EvaluationFile | null;
	readonly problem: Problem;
}

export interface TaskReading {
	readonly defaults: TaskDefaults;
	/** Where the fields of `defaults` stand. */
	readonly places: ReadonlyMap<string, Placed>;
	readonly problems: readonly FieldProblem[];
}

/** @param hasShots Whether any prompt that follows the task shows shots, given the task's own number of them. */
export function taskDefaults(
	fields: PlacedFields,
	yaml: TaskYaml,
	hasShots: (numFewshot: number) => boolean,
): TaskReading {
	const problems: FieldProblem[] = [];
	const places = new Map(fields);
	const placeOf = (field: string, rest: FieldPath = []) => {
		const placed = fields.get(field);
		return placed ? { yaml: placed.yaml, path: [...placed.path, ...rest] } : { yaml, path: [] };
	};
	const fail: Fail = (field, sentence, { rest = [], part = 'value', of = field } = {}) => {
		problems.push({ field: evaluationField(of), problem: problemAt(placeOf(field, rest), sentence, part) });
	};

	const written = new Map([...fields].map(([name, { value }]) => [name, value] as const));
	const configs = written.get('dataset_name');
	if (Array.isArray(configs)) {
		// Of a group; a task has one.
		written.delete('dataset_name');
	}
	firstPipeline(written, (sentence, index) => {
		problems.push({
			field: 'filter_list',
			problem: { ...problemAt(placeOf('filter_list', [index]), sentence), severity: 'warning' },
		});
	});
	const taken = takeFunctions(written);
	for (const { path, name } of taken.functions) {
		const [field, ...rest] = path;
		const shown = [field, ...rest.filter(step => typeof step === 'string')].join('.');
		fail(field, message('config.task-function', { field: shown, function: name }), { rest });
	}
	const excused = new Set(taken.fields.keys());
	for (const [name, value] of written) {
		if (value === null || value === undefined) {
			written.delete(name);
		}
	}
	const choices = written.get('doc_to_choice');
	if (choices instanceof Map) {
		written.set('doc_to_choice', [...choices.values()]);
	}

	const result = taskFileSchema.safeParse(written);
	const findings = [...schemaFindings(result.error?.issues ?? [], written), ...findingsBeside(taken)];
	for (const { path, part, message: sentence, suggestion } of findings) {
		const [field, ...rest] = path;
		const name = String(field ?? '');
		const told =
			sentence.code === 'config.unknown-field' ? message('config.task-unknown-field', { field: name }) : sentence;
		const problem = problemAt(placeOf(name, rest), told, part);
		problems.push({
			field: evaluationField(name),
			problem: suggestion === undefined ? problem : { ...problem, replacement: yamlScalar(suggestion) },
		});
		excused.add(name);
	}
	for (const field of refusedFields) {
		const value = written.get(field) ?? false;
		if (value !== false && value !== '') {
			const sentence = field === 'class' ? message('config.task-class', {}) : message('config.task-not-run', { field });
			fail(field, sentence, { part: 'key' });
		}
	}
	if (!result.success) {
		return { defaults: {}, places, problems };
	}
	const task = result.data;

	const isMissing = (field: keyof TaskFile) => task[field] === undefined && !excused.has(field);
	const outputType = task.output_type ?? 'generate_until';
	for (const field of ['dataset_path', 'doc_to_text', 'doc_to_target'] as const) {
		if (isMissing(field)) {
			fail(field, message('config.task-needs', { field }));
		}
	}
	if (outputType === 'multiple_choice' && isMissing('doc_to_choice')) {
		fail('doc_to_choice', message('config.task-needs', { field: 'doc_to_choice' }));
	}
	const evaluated = task.test_split ?? task.validation_split;
	if (evaluated === undefined) {
		fail('test_split', message('config.task-no-split', {}));
	}
	if (task.repeats !== undefined && task.repeats !== 1) {
		fail('repeats', message('config.task-not-run-value', { field: 'repeats', value: task.repeats }));
	}
	if (typeof task.doc_to_text === 'number') {
		fail('doc_to_text', message('config.task-index-prompt', {}));
	}
	const shotSplit =
		task.fewshot_split ?? task.fewshot_config?.split ?? task.training_split ?? task.validation_split ?? task.test_split;
	const numFewshot = task.num_fewshot ?? task.fewshot_config?.num_fewshot;
	checkShots(task, hasShots(numFewshot ?? 0), fail);

	const dataset = localDataset(task, fields.get('dataset_path')?.yaml.path ?? yaml.path, {
		kwargsFile: fields.get('dataset_kwargs')?.yaml.path ?? yaml.path,
		splits: [evaluated, ...(hasShots(numFewshot ?? 0) ? [shotSplit] : [])],
		fail: (sentence, rest) => fail('dataset_kwargs', sentence, { rest }),
	});
	const isNameless = isLocalDataset(task) && task.dataset_name !== undefined;
	if (isNameless) {
		const problem = problemAt(placeOf('dataset_name'), message('config.task-local-name', {}), 'key');
		problems.push({ field: 'dataset_name', problem: { ...problem, severity: 'warning' } });
	}
	if (isLocalDataset(task) && Array.isArray(configs)) {
		fail('dataset_name', message('config.task-members-local', {}), { part: 'key', of: 'dataset_path' });
	}
	const defaults: TaskDefaults = {
		...dataset,
		...defined({
			dataset_name: Array.isArray(configs) ? configs.map(String) : isNameless ? undefined : task.dataset_name,
			test_split: evaluated,
			validation_split: task.validation_split,
			fewshot_split: shotSplit,
			num_fewshot: numFewshot,
			description: task.description,
			doc_to_text: task.doc_to_text,
			doc_to_choice: Array.isArray(task.doc_to_choice) ? task.doc_to_choice.map(literalTemplate) : task.doc_to_choice,
			doc_to_target: task.doc_to_target,
			target_delimiter: task.target_delimiter,
			fewshot_delimiter: task.fewshot_delimiter,
			generation_kwargs: task.generation_kwargs,
			metric_list: task.metric_list ?? defaultMetrics(outputType),
			filter_list: task.filter_list,
		}),
		output_type: outputType,
		// The harness cuts a prompt that is too long from its left.
		on_too_long: 'cut',
	};
	return { defaults, places: new Map([...places, ...aliases(fields, task)]), problems };
}

/** lm-evaluation-harness puts entries of a list out as they are; ours are templates. */
function literalTemplate<T>(label: T): T | string {
	return typeof label === 'string' && /\{[{%#]/.test(label) ? `{{ ${jinjaText(label)} }}` : label;
}

function defaultMetrics(outputType: string): EvaluationFile['metric_list'] {
	return outputType === 'multiple_choice' ? [{ metric: 'acc' }, { metric: 'acc_norm' }] : undefined;
}

/** The fields of the evaluation that come from others of the task, by where those stand. */
function aliases(fields: PlacedFields, task: TaskFile): Map<string, Placed> {
	const from = new Map<string, string>([
		['test_split', task.test_split === undefined ? 'validation_split' : 'test_split'],
		['fewshot_split', task.fewshot_split === undefined ? 'fewshot_config' : 'fewshot_split'],
	]);
	return new Map(
		[...from].flatMap(([name, source]) => {
			const placed = fields.get(source);
			return placed ? [[name, placed] as const] : [];
		}),
	);
}

/** Tells of a problem at a field of the task; `of` is the field that the evaluation writes to have its own instead. */
type Fail = (
	field: string,
	sentence: Message,
	place?: { readonly rest?: FieldPath; readonly part?: 'value' | 'key'; readonly of?: string },
) => void;

/** Shots that this version cannot make as the harness does; no matter where no prompt shows any. */
function checkShots(task: TaskFile, hasShots: boolean, fail: Fail): void {
	const config = task.fewshot_config;
	if (!hasShots) {
		return;
	}
	if (config?.sampler !== 'first_n') {
		const isSaid = config?.sampler !== undefined;
		fail(isSaid ? 'fewshot_config' : 'num_fewshot', message('config.task-sampler', {}), {
			rest: isSaid ? ['sampler'] : [],
			of: 'fewshot_config',
		});
	}
	const fieldsOfShots = shotOverrides.filter(field => {
		const own = config?.[field] ?? null;
		const question = field === 'gen_prefix' ? null : (task[field] ?? null);
		return own !== null && !isEqual(own, question);
	});
	const sources = shotSources.filter(
		field => (config?.[field] ?? null) !== null && (field !== 'samples' || task.fewshot_split === undefined),
	);
	for (const field of [...fieldsOfShots, ...sources]) {
		fail('fewshot_config', message('config.task-shots', { field: `fewshot_config.${field}` }), {
			rest: [field],
			part: 'key',
		});
	}
}

/** Leaves the first of several pipelines; whoever compares numbers must know which one it was. */
function firstPipeline(written: Map<string, unknown>, tell: (sentence: Message, index: number) => void): void {
	const pipelines = written.get('filter_list');
	if (!Array.isArray(pipelines) || pipelines.length < 2) {
		return;
	}
	const [first, ...others]: unknown[] = pipelines;
	const name: unknown = first instanceof Map ? first.get('name') : null;
	others.forEach((_, i) => {
		tell(message('config.first-pipeline', { name: found(name) }), i + 1);
	});
	written.set('filter_list', [first]);
}

/** The field that an evaluation would write to have its own in place of the task's. */
function evaluationField(field: string): keyof EvaluationFile | null {
	switch (field) {
		case 'dataset_kwargs':
			return 'dataset_path';
		case 'dataset_path':
		case 'dataset_name':
		case 'test_split':
		case 'validation_split':
		case 'fewshot_split':
		case 'output_type':
		case 'num_fewshot':
		case 'fewshot_config':
		case 'description':
		case 'doc_to_text':
		case 'doc_to_choice':
		case 'doc_to_target':
		case 'target_delimiter':
		case 'fewshot_delimiter':
		case 'generation_kwargs':
		case 'metric_list':
		case 'filter_list':
			return field;
		default:
			return null;
	}
}

function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	// Entries that are undefined are gone, which the type of Object.fromEntries cannot say.
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};
}
