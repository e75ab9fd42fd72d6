import {
	type Document,
	type DocumentOptions,
	isAlias,
	isMap,
	isPair,
	isScalar,
	isSeq,
	type Node,
	parseDocument,
	type SchemaOptions,
	visit,
	type YAMLError,
} from 'yaml';
import { message } from '../protocol/messages';
import { byPlace, type FieldPath, type Locate, type Problem } from './problem';
import type { Offsets, SourceText } from './yamlText';

/**
 * YAML 1.2 with merge keys; a key counts as doubled when its text is, whatever its type: `1` and `"1"`.
 * @param options For files that are written for another reader.
 */
export function parseYaml(
	text: string,
	options: Pick<DocumentOptions & SchemaOptions, 'customTags' | 'version'> = {},
): Document {
	return parseDocument(text, {
		...options,
		prettyErrors: false,
		merge: true,
		logLevel: 'error',
		uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && keyText(a) === keyText(b),
	});
}

/** The value of the document, mappings as Maps; or, where it cannot be made, why. */
export function yamlValue(document: Document): { readonly value: unknown } | { readonly error: string } {
	try {
		return { value: document.toJS({ mapAsMap: true }) };
	} catch (error) {
		// Aliases that expand without end, and merges of what is no mapping.
		return { error: error instanceof Error ? error.message : String(error) };
	}
}

/** Every fault of the syntax, in the order of the text. */
export function yamlProblems(document: Document, source: SourceText): Problem[] {
	const problems = [...document.errors, ...document.warnings].map(error => syntaxProblem(document, source, error));
	visit(document, {
		Alias(_, alias) {
			if (!alias.resolve(document)) {
				const range = source.range(offsetsOf(alias) ?? [0, 0]);
				problems.push({ severity: 'error', message: message('config.yaml-alias', { alias: alias.source }), range });
			}
		},
	});
	return problems.sort(byPlace);
}

function syntaxProblem(document: Document, source: SourceText, error: YAMLError): Problem {
	const range = source.range(error.pos);
	const [start] = error.pos;
	switch (error.code) {
		case 'TAB_AS_INDENT':
			return { severity: 'error', message: message('config.yaml-tab', {}), range };
		case 'MULTIPLE_DOCS':
			return { severity: 'error', message: message('config.yaml-documents', {}), range: source.firstLine(error.pos) };
		case 'TAG_RESOLVE_FAILED': {
			const tag = source.text.slice(...error.pos);
			return { severity: 'error', message: message('config.yaml-tag', { tag }), range };
		}
		case 'DUPLICATE_KEY': {
			const key = keyAt(document, start);
			return {
				severity: 'error',
				message: message('config.doubled-key', { key: key ? keyText(key) : source.text.slice(...error.pos) }),
				range: key ? source.range(offsetsOf(key) ?? error.pos) : range,
			};
		}
		default:
			return { severity: 'error', message: message('config.yaml', { reason: error.message }), range };
	}
}

function keyAt(document: Document, offset: number): Node | undefined {
	let found: Node | undefined;
	visit(document, {
		Pair(_, pair) {
			if (isScalar(pair.key) && pair.key.range?.[0] === offset) {
				found = pair.key;
				return visit.BREAK;
			}
			return undefined;
		},
	});
	return found;
}

export function locator(document: Document, source: SourceText): Locate {
	return (path, part = 'value') => {
		let node: unknown = document.contents;
		let key: Node | null = null;
		for (const step of path) {
			const next = child(document, node, step);
			if (!next) {
				return place(source, key, node, 'key');
			}
			({ key, node } = next);
		}
		return place(source, key, node, part);
	};
}

/** The node at a path, aliases and merges followed; undefined where there is none. */
export function nodeAt(document: Document, path: FieldPath): unknown {
	let node: unknown = document.contents;
	for (const step of path) {
		node = child(document, node, step)?.node;
	}
	return node;
}

function place(source: SourceText, key: Node | null, node: unknown, part: 'value' | 'key') {
	const offsets = offsetsOf(node);
	const isEmpty = !offsets || offsets[0] === offsets[1];
	if (key && (part === 'key' || isEmpty)) {
		return source.range(offsetsOf(key) ?? [0, 0]);
	}
	if (offsets && isEmpty && source.text[offsets[0] - 1] === '-') {
		// A list item that is nothing but its dash.
		return source.range([offsets[0] - 1, offsets[0]]);
	}
	const isLong = isMap(node) || isSeq(node) || !offsets;
	return isLong ? source.firstLine(offsets ?? [0, source.text.length]) : source.range(offsets);
}

interface Child {
	readonly key: Node | null;
	readonly node: unknown;
}

/** `within`: mappings whose merges led here, as a merge may name its own mapping. */
function child(
	document: Document,
	node: unknown,
	step: string | number,
	within: readonly unknown[] = [],
): Child | undefined {
	const target = isAlias(node) ? node.resolve(document) : node;
	if (isSeq(target)) {
		const item = typeof step === 'number' ? target.items[step] : undefined;
		return item === undefined ? undefined : { key: null, node: item };
	}
	if (!isMap(target) || within.includes(target)) {
		return undefined;
	}
	const pair = target.items.find(p => isScalar(p.key) && keyText(p.key) === String(step));
	if (pair) {
		// In a parsed document keys are nodes.
		return { key: pair.key as Node, node: pair.value };
	}
	return target.items
		.filter(isMerge)
		.flatMap(merge => mergedMappings(document, merge.value))
		.map(mapping => child(document, mapping, step, [...within, target]))
		.find(found => found !== undefined);
}

/** The source of a merge, or its sources. */
function mergedMappings(document: Document, sources: unknown): readonly unknown[] {
	const target = isAlias(sources) ? sources.resolve(document) : sources;
	return isSeq(target) ? target.items : [target];
}

function isMerge(pair: unknown): boolean {
	return isPair(pair) && isScalar(pair.key) && pair.key.source === '<<' && typeof pair.key.value === 'symbol';
}

/** A key as `dictionary` and `mapping` of the schema see it. */
function keyText(key: Node): string {
	return isScalar(key) ? (typeof key.value === 'symbol' ? '<<' : String(key.value)) : '';
}

function offsetsOf(node: unknown): Offsets | undefined {
	const range = isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
	return range ? [range[0], range[1]] : undefined;
}
