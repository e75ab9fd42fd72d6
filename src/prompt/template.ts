import { closest } from '../config/closest';
import type { Question } from '../data/row';
import { type Failure, inputFailure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { compileJinja, innerScope, type JinjaScope, jinjaScope, UndefinedUse } from './jinja';

/** Where a template stands, for errors. */
export interface TemplatePlace {
	readonly variant: string;
	readonly field: 'description' | 'doc_to_text' | 'doc_to_choice' | 'doc_to_target';
}

/** A row as templates see it. */
export interface TemplateRow {
	readonly key: string;
	/** By name, the later of equal ones overriding. */
	readonly values: ReadonlyMap<string, Json>;
	readonly scope: JinjaScope;
}

export type Template = (row: TemplateRow) => string;

/**
 * What templates can name: every column of the row, and above them `question`, `choices`, `subject` (empty where there is
 * none) and `answer`, as the data has them. `doc` is the row as it stands.
 */
export function templateRow(question: Question): TemplateRow {
	const { row } = question;
	const values = new Map<string, Json>([
		['doc', Object.fromEntries(row.values)],
		...row.values,
		...understood(question).filter(([name, value]) => !(isEmpty(value) && (value === null || row.values.has(name)))),
		['subject', question.subject ?? ''],
	]);
	return { key: question.key, values, scope: jinjaScope(values) };
}

function understood(question: Question): readonly (readonly [string, Json])[] {
	return [
		['question', question.question],
		['choices', question.choices],
		['answer', question.given ?? question.answer],
	];
}

/** Nothing was understood under this name, as no format needs it: a column of the name stays as the data has it. */
function isEmpty(value: Json): boolean {
	return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** A row with more names, above its own. */
export function rowWith(row: TemplateRow, more: readonly (readonly [string, Json])[]): TemplateRow {
	return { key: row.key, values: new Map([...row.values, ...more]), scope: innerScope(row.scope, more) };
}

/**
 * Parses a template once for many rows.
 * @throws Failure naming the field; so does rendering, with the row's key and what may have been meant.
 */
export function compileTemplate(source: string, place: TemplatePlace): Template {
	const { variant, field } = place;
	const program = attempt(
		() => compileJinja(source),
		error => inputFailure('prompt.bad-template', { variant, field, reason: sentenceOf(error) }, error),
	);
	return row =>
		attempt(
			() => program.run(row.scope),
			error => renderFailure(error, row, place),
		);
}

function attempt<T>(action: () => T, failure: (error: unknown) => Failure): T {
	try {
		return action();
	} catch (error) {
		throw failure(error);
	}
}

function renderFailure(error: unknown, { key, values }: TemplateRow, { variant, field }: TemplatePlace): Failure {
	if (!(error instanceof UndefinedUse)) {
		return inputFailure('prompt.template-failed', { variant, field, key, reason: sentenceOf(error) }, error);
	}
	const { expression, isName } = error;
	if (!isName) {
		return inputFailure('prompt.undefined-value', { variant, field, key, expression }, error);
	}
	const suggestion = closest(expression, values.keys());
	const params = { variant, field, key, name: expression, names: [...values.keys()].join(', ') };
	return suggestion === null
		? inputFailure('prompt.unknown-variable', params, error)
		: inputFailure('prompt.unknown-variable-meant', { ...params, suggestion }, error);
}

/** The reason alone: a Failure's sentence ends by itself. */
function sentenceOf(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return text.replace(/[.\s]+$/, '');
}
