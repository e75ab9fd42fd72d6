import type { Position, SourceRange } from './problem';

/** Turns offsets of a text into lines and columns. Line ends are LF, CR LF and lone CR, as in editors; inside CR LF is before it. */
export function positions(text: string): (offset: number) => Position {
	const lineStarts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), m => m.index + m[0].length)];
	return offset => {
		const clamped = Math.min(Math.max(offset, 0), text.length);
		const inside = text[clamped - 1] === '\r' && text[clamped] === '\n' ? clamped - 1 : clamped;
		let low = 0;
		let high = lineStarts.length;
		while (high - low > 1) {
			const middle = (low + high) >> 1;
			if ((lineStarts[middle] ?? 0) <= inside) {
				low = middle;
			} else {
				high = middle;
			}
		}
		return { line: low, column: inside - (lineStarts[low] ?? 0) };
	};
}

export type Offsets = readonly [start: number, end: number];

/** A text whose offsets become ranges. */
export interface SourceText {
	readonly text: string;
	range(offsets: Offsets): SourceRange;
	/** The range cut at the end of its first line. */
	firstLine(offsets: Offsets): SourceRange;
}

export function sourceText(text: string): SourceText {
	const position = positions(text);
	const range = ([start, end]: Offsets): SourceRange => ({ start: position(start), end: position(end) });
	return {
		text,
		range,
		firstLine: ([start, end]) => {
			const lineEnd = text.slice(start, end).search(/[\r\n]/);
			return range([start, lineEnd < 0 ? end : start + lineEnd]);
		},
	};
}

/** A text as a YAML scalar that means just that text: plain where it is safe in every context, else in double quotes. */
export function yamlScalar(text: string): string {
	const plain = /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
	return plain ? text : JSON.stringify(text);
}
