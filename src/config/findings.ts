import type { z } from 'zod';
import { type Message, type MessageCode, message, messages } from '../protocol/messages';
import { closest } from './closest';
import type { Expectation } from './fields';
import type { FieldPath, Finding } from './problem';

/** What an evaluation says once, for all its variants: which data, which models. */
const fileFieldNames: ReadonlySet<string> = new Set([
	'task',
	'dataset_path',
	'dataset_name',
	'revision',
	'test_split',
	'validation_split',
	'fewshot_split',
	'where',
	'sample',
	'limit',
	'id_column',
	'columns',
	'on_bad_row',
	'models',
	'variants',
	'assert',
]);

/** Fields of lm-evaluation-harness that have no meaning here, so that nobody looks for a typing mistake. */
const harnessOnlyFields: ReadonlySet<string> = new Set([
	'task_alias',
	'tag',
	'group',
	'include',
	'custom_dataset',
	'dataset_kwargs',
	'training_split',
	'process_docs',
	'doc_to_image',
	'doc_to_audio',
	'unsafe_code',
	'gen_prefix',
	'process_results',
	'use_prompt',
	'repeats',
	'should_decontaminate',
	'doc_to_decontamination_query',
	'metadata',
]);

/**
 * What the schema has against a value, as findings. `root` is the value that was checked, mappings as Maps; `absent` are
 * findings of fields that are missing for reasons the schema does not know.
 */
export function schemaFindings(
	issues: readonly z.core.$ZodIssue[],
	root: unknown,
	absent: readonly Finding[] = [],
): Finding[] {
	const findings = [...issues.flatMap(issue => issueFindings(issue, [], root)), ...absent];
	// A field that is missing only because its name is mistyped is told of once.
	const mended = new Set(
		findings.flatMap(({ path, part, suggestion }) =>
			part === 'key' && suggestion !== undefined ? [JSON.stringify([...path.slice(0, -1), suggestion])] : [],
		),
	);
	return findings.filter(
		({ message: m, path }) => m.code !== 'config.missing-field' || !mended.has(JSON.stringify(path)),
	);
}

function issueFindings(issue: z.core.$ZodIssue, parent: FieldPath, root: unknown): Finding[] {
	const path = [...parent, ...fieldPath(issue.path)];
	const value = valueAt(root, path);
	switch (issue.code) {
		case 'unrecognized_keys':
			return issue.keys.map(key => unknownField(key, issue.message.split(' '), path));
		case 'invalid_union': {
			// A branch whose own type fits is the one that was meant; the others only say that it is not theirs.
			const meant = issue.errors.find(branch => branch.every(i => i.path.length > 0 || i.code === 'unrecognized_keys'));
			return meant ? meant.flatMap(i => issueFindings(i, path, root)) : [mistyped(path, value, issue.message)];
		}
		case 'invalid_value':
			return [value === undefined ? missing(path, issue.message) : notOneOf(path, value, issue.values.map(String))];
		case 'custom':
			return [{ severity: 'error', message: plainMessage(issue.message), path, part: 'value' }];
		default:
			return [value === undefined ? missing(path, issue.message) : mistyped(path, value, issue.message)];
	}
}

function unknownField(key: string, known: readonly string[], parent: FieldPath): Finding {
	const at = { severity: 'error', path: [...parent, key], part: 'key' } as const;
	if (harnessOnlyFields.has(key)) {
		return { ...at, message: message('config.harness-only-field', { field: key }) };
	}
	const suggestion = closest(key, known);
	if (suggestion !== null) {
		return { ...at, message: message('config.unknown-field-closest', { field: key, suggestion }), suggestion };
	}
	if (parent[0] === 'variants' && fileFieldNames.has(key)) {
		return { ...at, message: message('config.field-of-file', { field: key }) };
	}
	const name = fieldName(parent);
	// A variant has as many fields as the file: too many for a sentence.
	return known.length > 10 || name === ''
		? { ...at, message: message('config.unknown-field', { field: key }) }
		: { ...at, message: message('config.unknown-field-of', { field: key, parent: name, fields: codeList(known) }) };
}

/** A field that has to be there, and what it must be. */
export function missing(path: FieldPath, expectation: string): Finding {
	const params = { field: fieldName(path), expected: plainMessage(expectation) };
	return { severity: 'error', message: message('config.missing-field', params), path, part: 'key' };
}

function mistyped(path: FieldPath, value: unknown, expectation: string): Finding {
	const params = { field: fieldName(path), expected: plainMessage(expectation), found: found(value) };
	return { severity: 'error', message: message('config.mistyped', params), path, part: 'value' };
}

function notOneOf(path: FieldPath, value: unknown, values: readonly string[]): Finding {
	const params = { field: fieldName(path), values: codeList(values), found: found(value) };
	const at = { severity: 'error', path, part: 'value' } as const;
	const suggestion = typeof value === 'string' ? closest(value, values) : null;
	return suggestion === null
		? { ...at, message: message('config.not-one-of', params) }
		: { ...at, message: message('config.not-one-of-closest', { ...params, suggestion }), suggestion };
}

/** What stands in the file, as a part of a sentence. */
export function found(value: unknown): Message {
	if (typeof value === 'string') {
		const points = [...value];
		return message('config.found.text', { value: points.length > 60 ? `${points.slice(0, 60).join('')}…` : value });
	}
	if (Array.isArray(value)) {
		return message('config.found.list', {});
	}
	if (value instanceof Map) {
		return message('config.found.mapping', {});
	}
	return value === null || value === undefined
		? message('config.found.nothing', {})
		: message('config.found.value', { value: String(value) });
}

/** Names in a sentence: `` `a`, `b` ``. */
export function codeList(names: readonly string[]): string {
	return names.map(name => `\`${name}\``).join(', ');
}

/** The last key of a path with the indexes after it: `doc_to_choice[2]`. */
function fieldName(path: FieldPath): string {
	const key = path.findLastIndex(step => typeof step === 'string');
	return path
		.slice(Math.max(key, 0))
		.map(step => (typeof step === 'string' ? step : `[${step}]`))
		.join('');
}

function fieldPath(path: readonly PropertyKey[]): FieldPath {
	return path.map(step => (typeof step === 'number' ? step : String(step)));
}

function valueAt(root: unknown, path: FieldPath): unknown {
	let value = root;
	for (const step of path) {
		if (value instanceof Map) {
			value = new Map([...value].map(([key, v]) => [String(key), v])).get(String(step));
		} else {
			value = Array.isArray(value) && typeof step === 'number' ? value[step] : undefined;
		}
	}
	return value;
}

type PlainCode = Expectation | Extract<MessageCode, 'config.model-source' | `config.assertion-${string}`>;

/** The schema's builders put a code without parameters where zod has a sentence. */
function plainMessage(code: string): Message {
	if (!Object.hasOwn(messages, code)) {
		throw new Error(`the schema has no sentence of its own for: ${code}`);
	}
	// Only codes of PlainCode are given to the builders in fields.ts.
	return message(code as PlainCode, {});
}
