import { isMap, type Pair, Scalar } from 'yaml';
import type { FieldPath, Problem } from '../../../config/problem';
import { nodeAt } from '../../../config/yamlDocument';
import type { Offsets } from '../../../config/yamlText';
import type { Message } from '../../../protocol/messages';
import type { Analysis } from './analysis';

/** Offsets of the text before any edit. */
export interface TextEdit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

export interface Fix {
	readonly title: Message;
	readonly edits: readonly TextEdit[];
	/** The obvious one. */
	readonly isPreferred: boolean;
}

/** A problem with what would mend it. */
export interface Found {
	readonly problem: Problem;
	readonly fixes: readonly Fix[];
}

/** Edits that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
	return edits
		.toSorted((a, b) => b.start - a.start)
		.reduce((edited, { start, end, text: put }) => edited.slice(0, start) + put + edited.slice(end), text);
}

/** The pair with a key at a path; undefined where there is none, or an alias or a merge leads there. */
export function pairAt({ document }: Pick<Analysis, 'document'>, path: FieldPath): Pair | undefined {
	const parent = path.length === 1 ? document.contents : nodeAt(document, path.slice(0, -1));
	return isMap(parent)
		? parent.items.find(({ key }) => key instanceof Scalar && String(key.value) === String(path.at(-1)))
		: undefined;
}

export function rangeOf(node: unknown): Offsets | undefined {
	if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) {
		return undefined;
	}
	const [start, end] = node.range as unknown[]; // a node's range is start, end of value, end with what follows
	return typeof start === 'number' && typeof end === 'number' ? [start, end] : undefined;
}

export function lineStart(text: string, offset: number): number {
	return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** Behind the line's end. */
export function nextLine(text: string, offset: number): number {
	const end = text.slice(offset).search(/\n/);
	return end < 0 ? text.length : offset + end + 1;
}

export function lineEndOf(text: string): string {
	return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** Takes a field away with its lines; comments on lines of their own stay. Null where it stands in one line with others. */
export function removePair(text: string, pair: Pair): TextEdit | null {
	const key = rangeOf(pair.key);
	const value = rangeOf(pair.value) ?? key;
	if (!key || !value) {
		return null;
	}
	const start = lineStart(text, key[0]);
	if (/\S/.test(text.slice(start, key[0]))) {
		return null;
	}
	const last = Math.max(key[1], value[1]);
	// A block's range ends behind its line end.
	const end = lineStart(text, last) === last && last > key[1] ? last : nextLine(text, last);
	return { start, end, text: '' };
}

/** A text as a block scalar under a key; null where a block cannot hold just that text. */
export function blockScalar(value: string, indent: string, lineEnd: string): string | null {
	const body = value.replace(/\n+$/, '');
	if (body === '' || !body.includes('\n') || /^[ \n]|[^\S\n]\n|[^\n\x20-\ud7ff\ue000-\ufffd]|[^\S\n]$/.test(body)) {
		return null;
	}
	const trailing = value.length - body.length;
	const header = trailing === 0 ? '|-' : trailing === 1 ? '|' : '|+';
	const lines = [...body.split('\n'), ...Array.from({ length: Math.max(0, trailing - 1) }, () => '')];
	return [header, ...lines.map(line => (line === '' ? '' : indent + line))].join(lineEnd);
}

/** The edit that writes a scalar which is the value of a field as a block; null where it stands in a flow, or cannot be one. */
export function toBlock(
	{ source: { text }, document }: Analysis,
	path: FieldPath,
	value: string,
	range: Offsets,
): TextEdit | null {
	const pair = pairAt({ document }, path);
	const key = pair && rangeOf(pair.key);
	if (!key) {
		return null;
	}
	const from = lineStart(text, key[0]);
	const lead = /^[ ]*(?:- +)*/.exec(text.slice(from, key[0]))?.[0] ?? '';
	const isAlone = lead.length === key[0] - from && /^[ \t]*(#.*)?(\r?\n|$)/.test(text.slice(range[1]));
	const block = isAlone ? blockScalar(value, `${' '.repeat(lead.length)}  `, lineEndOf(text)) : null;
	if (block === null) {
		return null;
	}
	// What follows on the line, a comment, belongs behind the header.
	const comment = /^[ \t]+#[^\r\n]*/.exec(text.slice(range[1]))?.[0] ?? '';
	const [header, ...rest] = block.split(/(?=\r?\n)/);
	return { start: range[0], end: range[1] + comment.length, text: [header, comment, ...rest].join('') };
}
