import { isCollection, isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import { scalarText } from './yamlLines';

/** A model as it is written into an evaluation. */
export interface ModelEntry {
	readonly source: 'id' | 'path';
	/** Id of the Hub, or a path from the evaluation with `./` before it. */
	readonly name: string;
	/** Which of several files; null: the widest. */
	readonly dtype: string | null;
}

/** Text to put at an offset of the file, in place of what stands until `end`. */
export interface TextEdit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

export type AddedModel =
	| { readonly edit: TextEdit }
	/** The evaluation names it already, there. */
	| { readonly offset: number }
	/** The YAML cannot be read, or `models` is no list. */
	| { readonly unreadable: true };

/** The smallest edit that adds a model to the text of an evaluation: comments, order and quotes stay as they are. */
export function addModel(text: string, model: ModelEntry): AddedModel {
	const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
	const { contents } = document;
	const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
	if (document.errors.length > 0 || (contents !== null && !isMap(contents)) || (isMap(contents) && contents.flow)) {
		return { unreadable: true };
	}
	// A parsed key is a node; the type of the document allows others.
	const pair = isMap(contents)
		? contents.items.find((item: Pair): boolean => isScalar(item.key) && item.key.value === 'models')
		: undefined;
	if (!pair) {
		return { edit: atEnd(text, ['models:', ...blockEntry(model, '  ')].join(lineEnd), lineEnd) };
	}
	const { key, value } = pair;
	if (value === null || (isScalar(value) && value.value === null)) {
		const end = isScalar(value) && value.range && value.source ? value.range[1] : afterColon(text, key);
		return { edit: { start: end, end, text: `${lineEnd}${blockEntry(model, '  ').join(lineEnd)}` } };
	}
	if (!isSeq(value) || !value.range) {
		return { unreadable: true };
	}
	const there = value.items.find(item => isSameModel(item, model));
	if (isCollection(there) || isScalar(there)) {
		return { offset: there.range?.[0] ?? value.range[0] };
	}
	const [start, end] = value.range;
	if (value.flow && value.items.length === 0) {
		// `models: []`, as a draft leaves it, becomes a list that grows downwards.
		const from = text.slice(0, start).search(/[ \t]*$/);
		return { edit: { start: from, end, text: `${lineEnd}${blockEntry(model, '  ').join(lineEnd)}` } };
	}
	if (value.flow) {
		const last = value.items.at(-1);
		const after = (isScalar(last) || isCollection(last) ? last.range?.[1] : undefined) ?? end - 1;
		return { edit: { start: after, end: after, text: `, ${flowEntry(model)}` } };
	}
	return { edit: behindLastItem(text, start, value.items.at(-1), model, lineEnd) };
}

function isSameModel(item: unknown, { source, name, dtype }: ModelEntry): boolean {
	if (isScalar(item)) {
		return item.value === name && dtype === null;
	}
	return isMap(item) && item.get(source) === name && (item.get('dtype') ?? null) === dtype;
}

function blockEntry({ source, name, dtype }: ModelEntry, indent: string): readonly string[] {
	const value = scalarText(name);
	return source === 'id' && dtype === null
		? [`${indent}- ${value}`]
		: [`${indent}- ${source}: ${value}`, ...(dtype === null ? [] : [`${indent}  dtype: ${scalarText(dtype)}`])];
}

function flowEntry({ source, name, dtype }: ModelEntry): string {
	const value = scalarText(name);
	return source === 'id' && dtype === null
		? value
		: `{${source}: ${value}${dtype === null ? '' : `, dtype: ${scalarText(dtype)}`}}`;
}

function behindLastItem(text: string, start: number, last: unknown, model: ModelEntry, lineEnd: string): TextEdit {
	const lineStart = text.lastIndexOf('\n', start - 1) + 1;
	const indent = /^[ \t]*/.exec(text.slice(lineStart, start))?.[0] ?? '';
	const valueEnd = (isScalar(last) || isCollection(last) ? last.range?.[1] : undefined) ?? start;
	// Behind a comment that stands on the last line of the item.
	const content = text.slice(0, valueEnd).replace(/\s+$/, '').length;
	const rest = /^[^\r\n]*/.exec(text.slice(content))?.[0] ?? '';
	const at = content + rest.length;
	return { start: at, end: at, text: `${lineEnd}${blockEntry(model, indent).join(lineEnd)}` };
}

function atEnd(text: string, added: string, lineEnd: string): TextEdit {
	const gap = text === '' || /\n$/.test(text) ? '' : lineEnd;
	return { start: text.length, end: text.length, text: `${gap}${added}${lineEnd}` };
}

function afterColon(text: string, key: unknown): number {
	const end = isScalar(key) ? (key.range?.[1] ?? 0) : 0;
	return text.indexOf(':', end) + 1;
}
