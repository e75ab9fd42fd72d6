import type { ChoiceSource, Format, ItemPart } from '../config/format';
import type { Question } from '../data/row';
import { inputFailure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { toText, toValue } from './jinjaValues';
import { parseListLiteral } from './pythonLiteral';
import { compileTemplate, type Template, type TemplateRow } from './template';

/** A format with its templates parsed. */
export interface CompiledFormat {
	readonly description: Template;
	readonly item: readonly { readonly kind: ItemPart['kind']; readonly template: Template }[];
	/** The texts that are scored, without the delimiter; at least one. */
	labels(question: Question, row: TemplateRow): readonly string[];
	/** Index of the right label. */
	target(question: Question, row: TemplateRow): number;
}

/** @throws Failure naming the variant and the field of a template that cannot be parsed. */
export function compileFormat(format: Format, variant: string): CompiledFormat {
	const template = (source: string, field: 'description' | 'doc_to_text') =>
		compileTemplate(source, { variant, field });
	const labels = labelsOf(format.choices, variant);
	return {
		description: template(format.description, 'description'),
		item: format.item.map(part => ({ kind: part.kind, template: template(part.template, 'doc_to_text') })),
		labels,
		target: targetOf(format.doc_to_target, labels, variant),
	};
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function labelsOf(source: ChoiceSource, variant: string): CompiledFormat['labels'] {
	switch (source.from) {
		case 'choices':
			return question => question.choices;
		case 'letters':
			return ({ key, choices }) => {
				if (choices.length > alphabet.length) {
					throw inputFailure('prompt.too-many-letters', { variant, key, count: choices.length });
				}
				return [...alphabet.slice(0, choices.length)];
			};
		case 'list': {
			const templates = source.templates.map(text => compileTemplate(text, { variant, field: 'doc_to_choice' }));
			return (_, row) => templates.map(template => template(row));
		}
		case 'field': {
			const read = columnOrTemplate(source.field, variant, 'doc_to_choice');
			return ({ key }, row) => {
				const value = read(row).value;
				const labels = listOf(value);
				if (!labels) {
					throw inputFailure('prompt.choices-no-list', { variant, key, value: toText(toValue(value)) });
				}
				if (labels.length === 0) {
					throw inputFailure('prompt.no-choices', { variant, key });
				}
				return labels;
			};
		}
	}
}

/** Entries of a list, values of a mapping, or a list that is written as text. */
function listOf(value: Json): readonly string[] | null {
	if (typeof value === 'string') {
		return parseListLiteral(value);
	}
	return typeof value === 'object' && value !== null ? Object.values(value).map(entry => toText(toValue(entry))) : null;
}

/** As lm-evaluation-harness reads `doc_to_target` of a multiple-choice task: a number is an index, a text one of the labels. */
function targetOf(
	target: Format['doc_to_target'],
	labels: CompiledFormat['labels'],
	variant: string,
): CompiledFormat['target'] {
	// Loading has already made an index of whatever stands in the answer column.
	if (target === null || target === 'answer') {
		return ({ answer }) => answer;
	}
	const read =
		typeof target === 'number'
			? () => ({ value: target, rendered: false })
			: columnOrTemplate(target, variant, 'doc_to_target');
	return (question, row) => {
		const { value, rendered } = read(row);
		const texts = labels(question, row);
		const index = targetIndex(value, rendered, texts);
		const where = { variant, key: question.key };
		if (index === null) {
			throw inputFailure('prompt.target-no-choice', { ...where, value: quoted(value), choices: quoted(texts) });
		}
		if (index >= texts.length) {
			throw inputFailure('prompt.target-out-of-range', { ...where, index, count: texts.length });
		}
		return index;
	};
}

/** Digits of a column are a label first, digits of a template an index: so the harness has it. */
function targetIndex(value: Json, rendered: boolean, labels: readonly string[]): number | null {
	if (typeof value === 'number' || typeof value === 'boolean') {
		const index = Number(value);
		return Number.isInteger(index) && index >= 0 ? index : null;
	}
	if (typeof value !== 'string') {
		return null;
	}
	const label = labels.indexOf(value);
	const digits = /^\d+$/.test(value) ? Number(value) : null;
	return (rendered || label === -1) && digits !== null ? digits : label === -1 ? null : label;
}

function columnOrTemplate(field: string, variant: string, name: 'doc_to_choice' | 'doc_to_target') {
	let template: Template | undefined;
	return (row: TemplateRow): { readonly value: Json; readonly rendered: boolean } => {
		const value = row.values.get(field);
		if (value !== undefined) {
			return { value, rendered: false };
		}
		template ??= compileTemplate(field, { variant, field: name });
		return { value: template(row), rendered: true };
	};
}

function quoted(value: unknown): string {
	return JSON.stringify(value);
}
