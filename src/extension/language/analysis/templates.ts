import { type Document, isAlias, isScalar, isSeq, type Scalar } from 'yaml';
import type { FieldPath } from '../../../config/problem';
import type { TaskFields } from '../../../config/schema';
import { nodeAt } from '../../../config/yamlDocument';
import type { Offsets } from '../../../config/yamlText';
import { scalarOffsets } from './scalarOffsets';

/** Fields whose texts are Jinja, or the name of a column. */
export const templateFields = [
	'description',
	'doc_to_text',
	'doc_to_choice',
	'doc_to_target',
] as const satisfies readonly (keyof TaskFields)[];
export type TemplateField = (typeof templateFields)[number];

/** A text of a template field as it stands in the file. */
export interface Template {
	/** Of the field, or of the entry in its list. */
	readonly path: FieldPath;
	readonly field: TemplateField;
	/** Null: at the top of the file. */
	readonly variant: string | null;
	/** Decoded. */
	readonly text: string;
	readonly scalar: Scalar;
	/** Quotes and header counted. */
	readonly range: Offsets;
	/** Of the file, for an offset in `text`. */
	offsetOf(at: number): number;
	/** In `text`, for an offset of the file; null outside of it. */
	placeOf(offset: number): number | null;
}

/** All templates of a file. What an alias stands for is at its anchor. */
export function templatesOf(document: Document, fileText: string, variants: readonly string[]): readonly Template[] {
	const parents = [null, ...variants];
	const seen = new Set<Scalar>();
	return parents.flatMap(variant =>
		templateFields.flatMap(field => {
			const path: FieldPath = variant === null ? [field] : ['variants', variant, field];
			return scalarsAt(document, nodeAt(document, path), path).flatMap(({ scalar, path: place }) => {
				if (seen.has(scalar) || typeof scalar.value !== 'string' || !scalar.range) {
					return [];
				}
				seen.add(scalar);
				return [template(fileText, scalar, scalar.value, { path: place, field, variant })];
			});
		}),
	);
}

function scalarsAt(
	document: Document,
	node: unknown,
	path: FieldPath,
): readonly { readonly scalar: Scalar; readonly path: FieldPath }[] {
	const target = isAlias(node) ? node.resolve(document) : node;
	if (isSeq(target)) {
		return target.items.flatMap((item, i) => (isScalar(item) ? [{ scalar: item, path: [...path, i] }] : []));
	}
	return isScalar(target) ? [{ scalar: target, path }] : [];
}

function template(
	fileText: string,
	scalar: Scalar,
	text: string,
	place: Pick<Template, 'path' | 'field' | 'variant'>,
): Template {
	let known: readonly number[] | undefined;
	const offsets = () => {
		known ??= scalarOffsets(fileText, scalar);
		return known;
	};
	const [start, end] = scalar.range ?? [0, 0];
	return {
		...place,
		text,
		scalar,
		range: [start, end],
		offsetOf: at => offsets()[Math.min(Math.max(at, 0), text.length)] ?? start,
		placeOf(offset) {
			if (offset < start || offset > end) {
				return null;
			}
			const at = offsets().findIndex(written => written >= offset);
			return at < 0 ? text.length : at;
		},
	};
}

/** As in lm-evaluation-harness, a word alone is the name of a column. */
export function isColumnName({ field, text, path }: Template): boolean {
	const isWhole = typeof path.at(-1) === 'string';
	return (field === 'doc_to_text' || field === 'doc_to_choice') && isWhole && /^[A-Za-z_]\w*$/.test(text);
}
