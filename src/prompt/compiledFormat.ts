import type { ChoiceSource, Format, ItemPart } from '../config/format';
import type { Question } from '../data/row';
import { inputFailure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { toText, toValue } from './jinjaValues';
import { parseListLiteral } from './pythonLiteral';
import { compileTemplate, rowWith, type Template, type TemplateRow } from './template';

/** A format with its templates parsed. */
export interface CompiledFormat {
	readonly description: Template;
	readonly item: readonly { readonly kind: ItemPart['kind']; readonly template: Template }[];
	/** The texts that are scored, without the delimiter; at least one. */
	labels(question: Question, row: TemplateRow): readonly string[];
	/** Index of the right label. */
	target(question: Question, row: TemplateRow): number;
	/** Texts any of which is a right answer where it is written freely; a shot shows the first. */
	targetTexts(question: Question, row: TemplateRow): readonly string[];
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
		targetTexts: targetTextsOf(format, labels, variant),
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
		case 'each': {
			const template = compileTemplate(source.template, { variant, field: 'doc_to_choice' });
			return ({ choices }, row) =>
				choices.map((choice, i) => {
					const letter = alphabet[i];
					return template(
						rowWith(
							row,
							letter === undefined
								? [['choice', choice]]
								: [
										['choice', choice],
										['letter', letter],
									],
						),
					);
				});
		}
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
	const read = targetReader(target, variant);
	return (question, row) => {
		// Loading has made an index of whatever stands in the answer column, where the data has choices.
		if ((target === null || target === 'answer') && question.answer !== null) {
			return question.answer;
		}
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

/** As lm-evaluation-harness reads it of a task whose answer is generated: an index is a label only where there are own labels. */
function targetTextsOf(
	{ doc_to_target, choices }: Format,
	labels: CompiledFormat['labels'],
	variant: string,
): CompiledFormat['targetTexts'] {
	const read = targetReader(doc_to_target, variant);
	return (question, row) => {
		const { value, rendered } = read(row);
		const texts = choices.from === 'choices' ? [] : labels(question, row);
		const text = (one: Json): string => {
			const index = targetIndex(one, rendered, []);
			return (index === null ? undefined : texts[index]) ?? toText(toValue(one));
		};
		const list = rendered && typeof value === 'string' ? parseListLiteral(value) : value;
		return Array.isArray(list) && list.length > 0 ? list.map(text) : [text(value)];
	};
}

function targetReader(target: Format['doc_to_target'], variant: string): FieldReader {
	return typeof target === 'number'
		? () => ({ value: target, rendered: false })
		: columnOrTemplate(target ?? 'answer', variant, 'doc_to_target');
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

type FieldReader = (row: TemplateRow) => { readonly value: Json; readonly rendered: boolean };

function columnOrTemplate(field: string, variant: string, name: 'doc_to_choice' | 'doc_to_target'): FieldReader {
	let template: Template | undefined;
	return row => {
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
