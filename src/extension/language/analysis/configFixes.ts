import { isAlias, isMap, isScalar, type Pair, visit } from 'yaml';
import { presetNames } from '../../../config/presets';
import type { FieldPath, Problem } from '../../../config/problem';
import { nodeAt } from '../../../config/yamlDocument';
import { message } from '../../../protocol/messages';
import type { Analysis } from './analysis';
import {
	blockScalar,
	type Fix,
	lineEndOf,
	lineStart,
	nextLine,
	pairAt,
	rangeOf,
	removePair,
	type TextEdit,
	toBlock,
} from './edits';
import { exampleValue } from './schemaNodes';

/** What would mend a problem that config found. Not every fix is right for every text: `mending` keeps those that are. */
export function configFixes(analysis: Analysis, problem: Problem): readonly Fix[] {
	const [start, end] = offsetsOf(analysis, problem);
	const { replacement } = problem;
	switch (problem.message.code) {
		case 'config.literal-escape':
		case 'config.unquoted-template':
			return quotingFixes(analysis, problem, start, end);
		case 'config.doubled-key':
			return doubledKeyFixes(analysis, start);
		case 'config.missing-field':
		case 'config.empty-file':
		case 'config.model-source':
		case 'config.assertion-bound':
		case 'config.no-doc-to-text':
			return missingFieldFixes(analysis, problem, start);
		case 'config.yaml-tab':
			return [tabFix(analysis, start)];
		case 'config.unknown-field':
		case 'config.unknown-field-of':
		case 'config.harness-only-field':
		case 'config.field-of-file':
		case 'config.no-effect':
		case 'config.not-run-yet':
			return removalFixes(analysis, start);
		default:
			return replacement === undefined
				? []
				: [
						{
							title: message('language.fix.change', { text: replacement.trim() }),
							edits: [{ start, end, text: replacement }],
							isPreferred: true,
						},
					];
	}
}

function offsetsOf({ source }: Analysis, { range }: Problem): readonly [start: number, end: number] {
	const lines = [0, ...Array.from(source.text.matchAll(/\r\n|\r|\n/g), match => match.index + match[0].length)];
	const offset = ({ line, column }: Problem['range']['start']) => (lines[line] ?? source.text.length) + column;
	return [offset(range.start), offset(range.end)];
}

/** In double quotes, which are always right, or as a block, which is easier to read. */
function quotingFixes(analysis: Analysis, problem: Problem, start: number, end: number): readonly Fix[] {
	const { replacement, message: what } = problem;
	if (replacement === undefined) {
		return [];
	}
	const isTemplate = what.code === 'config.unquoted-template';
	const quoted: Fix = {
		title: isTemplate ? message('language.fix.quote', {}) : message('language.fix.double-quotes', {}),
		edits: [{ start, end, text: replacement }],
		isPreferred: true,
	};
	const value: unknown = JSON.parse(replacement);
	const path = pathAt(analysis, start);
	const block = path && typeof value === 'string' ? toBlock(analysis, path, value, [start, end]) : null;
	return block
		? [quoted, { title: message('language.fix.block', {}), edits: [block], isPreferred: false }]
		: isTemplate && path && typeof value === 'string'
			? [quoted, ...oneLineBlock(analysis, path, value, start, end)]
			: [quoted];
}

/** `|-` with the one line under it. */
function oneLineBlock(analysis: Analysis, path: FieldPath, value: string, start: number, end: number): readonly Fix[] {
	const { text } = analysis.source;
	const key = rangeOf(pairAt(analysis, path)?.key);
	if (!key || /\S/.test(text.slice(end, nextLine(text, end)))) {
		return [];
	}
	const indent = ' '.repeat(key[0] - lineStart(text, key[0]) + 2);
	// Two lines can be a block; the second is taken off again.
	const block = blockScalar(`${value}\n.`, indent, lineEndOf(text))?.split(/\r?\n/).slice(0, 2).join(lineEndOf(text));
	return block === undefined
		? []
		: [{ title: message('language.fix.block', {}), edits: [{ start, end, text: block }], isPreferred: false }];
}

/** The field whose value begins at an offset. */
function pathAt({ document }: Analysis, offset: number): FieldPath | null {
	let found: FieldPath | null = null;
	visit(document, {
		Pair(_, { key, value }, ancestors) {
			if (rangeOf(value)?.[0] === offset && isScalar(key)) {
				const keys = ancestors.flatMap(one => ('key' in one && isScalar(one.key) ? [String(one.key.value)] : []));
				found = [...keys, String(key.value)];
				return visit.BREAK;
			}
			return undefined;
		},
	});
	return found;
}

interface Entry {
	readonly pair: Pair;
	readonly siblings: readonly Pair[];
}

/** The field whose key begins at an offset, or whose value does. */
function entryAt({ document }: Analysis, offset: number): Entry | null {
	let found: Entry | null = null;
	visit(document, {
		Map(_, map) {
			const pair = map.items.find(one => rangeOf(one.key)?.[0] === offset || rangeOf(one.value)?.[0] === offset);
			if (pair) {
				found = { pair, siblings: map.items };
				return visit.BREAK;
			}
			return undefined;
		},
	});
	return found;
}

function removalFixes(analysis: Analysis, start: number): readonly Fix[] {
	const entry = entryAt(analysis, start);
	const edit = entry && entry.siblings.length > 1 ? removePair(analysis.source.text, entry.pair) : null;
	return entry && edit
		? [{ title: message('language.fix.remove', { name: keyText(entry.pair) }), edits: [edit], isPreferred: true }]
		: [];
}

function keyText({ key }: Pair): string {
	return isScalar(key) ? String(key.value) : '';
}

function doubledKeyFixes(analysis: Analysis, start: number): readonly Fix[] {
	const { text } = analysis.source;
	const entry = entryAt(analysis, start);
	if (!entry) {
		return [];
	}
	const name = keyText(entry.pair);
	const other = entry.siblings.find(pair => pair !== entry.pair && keyText(pair) === name);
	const fixes: readonly (readonly [Pair | undefined, Fix['title']])[] = [
		[entry.pair, message('language.fix.remove', { name })],
		[other, message('language.fix.remove-other', { name })],
	];
	return fixes.flatMap(([pair, title], i) => {
		const edit = pair && removePair(text, pair);
		return edit ? [{ title, edits: [edit], isPreferred: i === 0 }] : [];
	});
}

function tabFix({ source: { text } }: Analysis, start: number): Fix {
	const line = lineStart(text, start);
	const lead = /^[ \t]*/.exec(text.slice(line))?.[0] ?? '';
	return {
		title: message('language.fix.spaces', {}),
		edits: [{ start: line, end: line + lead.length, text: lead.replaceAll('\t', '  ') }],
		isPreferred: true,
	};
}

/** Fields that are written together where one of them is missing; other values come from the schema. */
const examples: Readonly<Record<string, string>> = {
	dataset_path: 'owner/name',
	doc_to_text: '"{{question}}\\nAnswer:"',
	min: '0',
};

function missingFieldFixes(analysis: Analysis, problem: Problem, start: number): readonly Fix[] {
	const title = message('language.fix.add-fields', {});
	switch (problem.message.code) {
		case 'config.empty-file': {
			const { text } = analysis.source;
			const lead = text === '' || text.endsWith('\n') ? '' : lineEndOf(text);
			return [
				{
					title,
					edits: [{ start: text.length, end: text.length, text: lead + skeleton(lineEndOf(text)) }],
					isPreferred: true,
				},
			];
		}
		case 'config.missing-field': {
			const missing = analysis.problems.filter(
				other => other.message.code === 'config.missing-field' && other.range.start.line === problem.range.start.line,
			);
			const fields = missing.map(({ message: { params } }) => String(params.field));
			const parent = mappingAt(analysis, start);
			return insertion(analysis, parent, fields, title, true);
		}
		case 'config.model-source':
			return insertion(
				analysis,
				mappingAt(analysis, start),
				['id'],
				message('language.fix.add', { field: 'id' }),
				true,
			);
		case 'config.assertion-bound':
			return insertion(
				analysis,
				mappingAt(analysis, start),
				['min'],
				message('language.fix.add', { field: 'min' }),
				true,
			);
		default: {
			const variant = problem.message.params.variant;
			const path = ['variants', String(variant)];
			const parent = isMap(nodeAt(analysis.document, path)) ? path : [];
			const preset = presetNames[0] ?? '';
			return [
				...insertion(analysis, parent, ['doc_to_text'], title, true),
				...(parent.length > 0
					? insertion(
							analysis,
							parent,
							['extends'],
							message('language.fix.add', { field: `extends: ${preset}` }),
							false,
						)
					: []),
			];
		}
	}
}

function skeleton(lineEnd: string): string {
	return [
		`dataset_path: ${examples.dataset_path}`,
		'num_fewshot: 0',
		'variants:',
		`  original: ${presetNames[0]}`,
		'',
	].join(lineEnd);
}

/** The innermost mapping that begins at an offset, or whose key does. */
function mappingAt(analysis: Analysis, offset: number): FieldPath {
	let found: FieldPath = [];
	const walk = (node: unknown, path: FieldPath): void => {
		const target = isAlias(node) ? undefined : node;
		const children: readonly (readonly [string | number, unknown, unknown])[] = isMap(target)
			? target.items.map(pair => [keyText(pair), pair.key, pair.value] as const)
			: typeof target === 'object' && target !== null && 'items' in target && Array.isArray(target.items)
				? target.items.map((item, i) => [i, item, item] as const)
				: [];
		if (isMap(target) && rangeOf(target)?.[0] === offset) {
			found = path;
		}
		for (const [step, key, value] of children) {
			if (isMap(value) && rangeOf(key)?.[0] === offset) {
				found = [...path, step];
			}
			walk(value, [...path, step]);
		}
	};
	walk(analysis.document.contents, []);
	return found;
}

/** Fields with example values at the beginning of a mapping, or in its braces. */
function insertion(
	analysis: Analysis,
	parent: FieldPath,
	fields: readonly string[],
	title: Fix['title'],
	isPreferred: boolean,
): readonly Fix[] {
	const { document, source } = analysis;
	const node = parent.length === 0 ? document.contents : nodeAt(document, parent);
	const range = rangeOf(node);
	if (!isMap(node) || !range || fields.length === 0) {
		return [];
	}
	const values = fields.map(field => {
		const preset = field === 'extends' ? presetNames[0] : undefined;
		return `${field}: ${preset ?? examples[field] ?? exampleValue([...parent, field])}`;
	});
	const lineEnd = lineEndOf(source.text);
	const edit: TextEdit = node.flow
		? { start: range[0] + 1, end: range[0] + 1, text: `${values.join(', ')}${node.items.length > 0 ? ', ' : ''}` }
		: {
				start: range[0],
				end: range[0],
				text: values.map(value => `${value}${lineEnd}${indentBefore(source.text, range[0])}`).join(''),
			};
	return [{ title, edits: [edit], isPreferred }];
}

/** White space as wide as what stands in front of an offset on its line. */
function indentBefore(text: string, offset: number): string {
	return ' '.repeat(offset - lineStart(text, offset));
}
