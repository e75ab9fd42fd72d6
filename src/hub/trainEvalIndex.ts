import type { Json } from '../protocol/json';
import { plainText } from './plainText';
import type { TrainEvalEntry } from './repository';

type JsonObject = { readonly [key: string]: Json };

/** More than any card has that means well. */
const most = { entries: 500, columns: 200, metrics: 100, depth: 5, name: 200 };

/**
 * What a dataset's card says under `train-eval-index`, the recipes of *Evaluation on the Hub*. Cards are written by hand and
 * nobody checked them: what cannot be understood is left out, and nothing fails.
 */
export function trainEvalIndex(card: Json): TrainEvalEntry[] {
	const index = isObject(card) ? own(card, 'train-eval-index') : null;
	// A card with one entry may leave out the list.
	const entries = Array.isArray(index) ? index : [index];
	return entries.slice(0, most.entries).flatMap((entry: Json) => (isObject(entry) ? entryOf(entry) : []));
}

function entryOf(entry: JsonObject): TrainEvalEntry[] {
	const splits = own(entry, 'splits');
	const split = (name: string) => (isObject(splits) ? nameIn(splits, name) : null);
	const task = nameIn(entry, 'task');
	const result = {
		config: nameIn(entry, 'config'),
		task: task && plainText(task, most.name),
		taskId: taskIdOf(nameIn(entry, 'task_id')),
		trainSplit: split('train_split'),
		evalSplit: split('eval_split'),
		columns: new Map(columnsOf(own(entry, 'col_mapping'), '', most.depth).slice(0, most.columns)),
		metrics: metricsOf(own(entry, 'metrics')),
	};
	const isEmpty = result.columns.size === 0 && !result.task && !result.taskId && !result.evalSplit && !result.config;
	return isEmpty ? [] : [result];
}

/** Some write hyphens, and the README of the tool spelled this one task differently from its code. */
function taskIdOf(name: string | null): string | null {
	const taskId = name && plainText(name, most.name).replaceAll('-', '_');
	return taskId === 'text_zero_shot_evaluation' ? 'text_zero_shot_classification' : taskId || null;
}

/**
 * `answers: {text: text}` and `answers.text: answers.text` mean the same, a field of a struct: both become the second. Names
 * stay as they are, since they are looked for among the columns.
 */
function columnsOf(mapping: Json, parent: string, depth: number): [string, string][] {
	if (!isObject(mapping) || depth === 0) {
		return [];
	}
	return Object.entries(mapping).flatMap(([column, role]): [string, string][] => {
		if (!isName(column)) {
			return [];
		}
		const name = asName(role);
		return name === null ? columnsOf(role, `${parent}${column}.`, depth - 1) : [[parent + column, parent + name]];
	});
}

/**
 * Types of the metrics, each once. An item may be a text; one with only a `name` belongs to the item before it (imdb's card
 * has each metric as two items), or where that has a name of its own, stands for itself.
 */
function metricsOf(list: Json): string[] {
	const items: readonly Json[] = Array.isArray(list) ? list.slice(0, most.metrics) : [list];
	const types = items.flatMap((item, i) => {
		const before = items[i - 1] ?? null;
		const isRest = isObject(item) && !hasType(item) && lacksName(before);
		const type = isObject(item) ? (nameIn(item, 'type') ?? nameIn(item, 'name')?.toLowerCase()) : asName(item);
		return isRest || !type ? [] : [plainText(type, most.name)];
	});
	return [...new Set(types.filter(type => type !== ''))];
}

function hasType(item: JsonObject): boolean {
	return nameIn(item, 'type') !== null;
}

function lacksName(item: Json): boolean {
	return isObject(item) && hasType(item) && nameIn(item, 'name') === null;
}

function isObject(value: Json): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own members only: a card may have a key named like a method of objects. */
function own(object: JsonObject, name: string): Json {
	return (Object.hasOwn(object, name) ? object[name] : null) ?? null;
}

function nameIn(object: JsonObject, name: string): string | null {
	return asName(own(object, name));
}

/** YAML reads a config `2020` as a number. */
function asName(value: Json): string | null {
	const text = typeof value === 'number' ? String(value) : value;
	return typeof text === 'string' && isName(text) ? text : null;
}

function isName(text: string): boolean {
	return text.trim() !== '' && text.length <= most.name;
}
