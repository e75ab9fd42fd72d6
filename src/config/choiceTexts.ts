import { type Document, isAlias, isScalar, type Scalar } from 'yaml';
import type { FieldPath } from './problem';
import { nodeAt } from './yamlDocument';

/** The text that a number of the file stands for as a choice. */
export type NumberText = (number: Scalar) => string;

/**
 * A mapping with the numbers of its `doc_to_choice` as texts where a number would lose what was written, as of `1.0` and of
 * integers beyond 2^53.
 * @param path Of the mapping.
 */
export function withChoiceTexts(
	fields: ReadonlyMap<unknown, unknown>,
	document: Document,
	path: FieldPath,
	textOf: NumberText,
): ReadonlyMap<unknown, unknown> {
	const textAt = (entry: unknown, step: string | number): unknown => {
		const node = typeof entry === 'number' ? nodeAt(document, [...path, 'doc_to_choice', step]) : null;
		const number = isAlias(node) ? node.resolve(document) : node;
		const text = isScalar(number) ? textOf(number) : String(entry);
		return text === String(entry) ? entry : text;
	};
	const choices = fields.get('doc_to_choice');
	if (Array.isArray(choices)) {
		return new Map(fields).set('doc_to_choice', choices.map(textAt));
	}
	if (choices instanceof Map) {
		const texts = [...choices].map(([key, entry]) => [key, textAt(entry, String(key))] as const);
		return new Map(fields).set('doc_to_choice', new Map(texts));
	}
	return fields;
}

/** The same for all of an evaluation: a number is the label that was written. */
export function evaluationChoiceTexts(
	fields: ReadonlyMap<unknown, unknown>,
	document: Document,
): ReadonlyMap<unknown, unknown> {
	const asWritten: NumberText = ({ value, source }) => source ?? String(value);
	const own = withChoiceTexts(fields, document, [], asWritten);
	const variants = own.get('variants');
	if (!(variants instanceof Map)) {
		return own;
	}
	const written = [...variants].map(([name, variant]: [unknown, unknown]) => {
		const path = ['variants', String(name)];
		return [name, variant instanceof Map ? withChoiceTexts(variant, document, path, asWritten) : variant] as const;
	});
	return new Map(own).set('variants', new Map(written));
}
