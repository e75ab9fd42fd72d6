import { Scalar } from 'yaml';

/** A stretch of a scalar's value, and where in the file it is written. */
interface Written {
	readonly text: string;
	/** One for each UTF-16 unit of `text`. */
	readonly offsets: readonly number[];
}

/**
 * Where each UTF-16 unit of a scalar's value is written: `offsets[i]` for `value[i]`, and one more for its end. Indentation,
 * folding and escapes of YAML stand between; a unit that folding made (a space for a line end) has the place of the line
 * end. Where source and value cannot be brought together, everything is at the beginning.
 * @param text Of the file.
 */
export function scalarOffsets(text: string, scalar: Scalar): readonly number[] {
	const value = typeof scalar.value === 'string' ? scalar.value : '';
	const [start, end] = scalar.range ?? [0, 0];
	const isBlock = scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED;
	const lines = isBlock ? blockLines(text, start, end) : flowLines(text, start, end, scalar.type);
	const offsets: number[] = [];
	for (const line of lines) {
		const from = offsets.length;
		const found = line.text === '' ? from : value.indexOf(line.text, from);
		if (found < 0 || /[^ \n]/.test(value.slice(from, found))) {
			continue;
		}
		// What folding put between two lines.
		const gap = offsets.at(-1);
		offsets.push(...Array.from({ length: found - from }, () => (gap === undefined ? start : gap + 1)));
		offsets.push(...line.offsets);
	}
	const last = offsets.at(-1);
	const rest = last === undefined ? start : last + 1;
	while (offsets.length <= value.length) {
		offsets.push(Math.min(rest, end));
	}
	return offsets;
}

/** The lines of a block scalar without its header and indentation. */
function blockLines(text: string, start: number, end: number): Written[] {
	const header = /^[^\n]*\n/.exec(text.slice(start, end))?.[0].length;
	if (header === undefined) {
		return [];
	}
	const explicit = /^[|>][-+]?([1-9])/.exec(text.slice(start, end))?.[1];
	const lines = linesOf(text, start + header, end);
	const first = lines.find(line => /[^ ]/.test(text.slice(...line)));
	const lead = first ? /^ */.exec(text.slice(...first))?.[0].length : 0;
	const outer = indentationAt(text, start);
	const indent = explicit === undefined ? (lead ?? 0) : outer + Number(explicit);
	return lines.map(([from, to]) => written(text, Math.min(from + indent, to), to));
}

/** Of the line that an offset stands in. */
function indentationAt(text: string, offset: number): number {
	const line = text.lastIndexOf('\n', offset - 1) + 1;
	return /^ *(?:- +)*/.exec(text.slice(line, offset))?.[0].length ?? 0;
}

/** The lines of a quoted or plain scalar, without quotes and the white space that folding drops. */
function flowLines(text: string, start: number, end: number, type: Scalar['type']): Written[] {
	const isDouble = type === Scalar.QUOTE_DOUBLE;
	const isQuoted = isDouble || type === Scalar.QUOTE_SINGLE;
	const quote = isDouble ? '"' : "'";
	const isClosed = isQuoted && end - start > 1 && text[end - 1] === quote;
	const lines = linesOf(text, isQuoted ? start + 1 : start, isClosed ? end - 1 : end);
	return lines.map(([from, to], i) => {
		const left = i === 0 ? from : to - text.slice(from, to).trimStart().length;
		const right = i === lines.length - 1 ? to : Math.max(left, from + text.slice(from, to).trimEnd().length);
		return isDouble
			? unescaped(text, left, right)
			: isQuoted
				? singleQuoted(text, left, right)
				: written(text, left, right);
	});
}

function linesOf(text: string, start: number, end: number): (readonly [start: number, end: number])[] {
	const lines: (readonly [number, number])[] = [];
	let from = start;
	for (const { index, 0: lineEnd } of text.slice(start, end).matchAll(/\r?\n/g)) {
		lines.push([from, start + index]);
		from = start + index + lineEnd.length;
	}
	return [...lines, [from, end]];
}

function written(text: string, from: number, to: number): Written {
	return { text: text.slice(from, to), offsets: Array.from({ length: to - from }, (_, i) => from + i) };
}

function singleQuoted(text: string, from: number, to: number): Written {
	const offsets: number[] = [];
	for (let at = from; at < to; at += text.startsWith("''", at) ? 2 : 1) {
		offsets.push(at);
	}
	return { text: offsets.map(at => text[at]).join(''), offsets };
}

const escapes: Readonly<Record<string, string>> = {
	'0': '\0',
	a: '\x07',
	b: '\b',
	e: '\x1b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	N: '\u0085',
	_: '\u00a0',
	L: '\u2028',
	P: '\u2029',
	'\t': '\t',
};
const digitsOf: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function unescaped(text: string, from: number, to: number): Written {
	let decoded = '';
	const offsets: number[] = [];
	for (let at = from; at < to; ) {
		let units = text[at] ?? '';
		let length = 1;
		if (units === '\\') {
			const letter = text[at + 1] ?? '';
			const digits = digitsOf[letter] ?? 0;
			length = at + 2 + digits > to ? to - at : 2 + digits;
			const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
			// A backslash at the end of a line joins it with the next.
			units =
				digits > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : at + 1 >= to ? '' : (escapes[letter] ?? letter);
		}
		decoded += units;
		while (offsets.length < decoded.length) {
			offsets.push(at);
		}
		at += length;
	}
	return { text: decoded, offsets };
}
