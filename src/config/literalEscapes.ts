import { type Document, isScalar, isSeq, Scalar } from 'yaml';
import { message } from '../protocol/messages';
import type { FieldPath, Problem } from './problem';
import { nodeAt } from './yamlDocument';
import type { SourceText } from './yamlText';

const templateFields = [
	'description',
	'doc_to_text',
	'doc_to_choice',
	'doc_to_target',
	'target_delimiter',
	'fewshot_delimiter',
	'system_instruction',
] as const;

const characters: Readonly<Record<string, string>> = { '\\n': '\n', '\\t': '\t', '\\r': '\r' };

/**
 * Warns of `'\n'` in single quotes, or in none, where a line end was meant: lm-evaluation-harness lists it first among its
 * footguns. Inside `{{ … }}` and `{% … %}` the backslash belongs to Jinja, and is right.
 */
export function literalEscapes(document: Document, source: SourceText, variants: readonly string[]): Problem[] {
	const parents: FieldPath[] = [[], ...variants.map(name => ['variants', name])];
	const scalars = new Set(
		parents.flatMap(parent => templateFields.flatMap(field => scalarsOf(nodeAt(document, [...parent, field])))),
	);
	return [...scalars].flatMap(scalar => {
		const problem = literalEscape(scalar, source);
		return problem ? [problem] : [];
	});
}

function scalarsOf(node: unknown): Scalar[] {
	if (isSeq(node)) {
		return node.items.flatMap(scalarsOf);
	}
	return isScalar(node) ? [node] : [];
}

function literalEscape({ value, type, range }: Scalar, source: SourceText): Problem | null {
	if (typeof value !== 'string' || !range || (type !== Scalar.QUOTE_SINGLE && type !== Scalar.PLAIN)) {
		return null;
	}
	const parts = value.split(/(\{\{.*?\}\}|\{%.*?%\})/s);
	const literal = parts
		.filter((_, i) => i % 2 === 0)
		.join('')
		.match(/\\[ntr]/)?.[0];
	if (literal === undefined) {
		return null;
	}
	const meant = parts.map((part, i) => (i % 2 === 0 ? part.replace(/\\[ntr]/g, e => characters[e] ?? e) : part));
	return {
		severity: 'warning',
		message: message('config.literal-escape', { escape: literal }),
		range: source.range([range[0], range[1]]),
		replacement: JSON.stringify(meant.join('')),
	};
}
