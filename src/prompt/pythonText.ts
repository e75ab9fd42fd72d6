import { pythonSpaces } from '../config/pythonSpaces';
import { pythonLstrip, pythonStrip } from '../tokenizer/whitespace';

const lineEnds = '\n\r\v\f\x1c-\x1e\x85\u2028\u2029';
const lineEnd = new RegExp(`\r\n|[${lineEnds}]`);
const words = new RegExp(`[^${pythonSpaces}]+`, 'g');

/** Python's `str.split`: at runs of white space, or at each separator. @param most Splits at most; negative: all. */
export function pythonSplit(text: string, separator: string | null, most: number): string[] {
	if (separator === null) {
		const body = pythonLstrip(text);
		const parts: string[] = [];
		for (const { 0: word, index } of body.matchAll(words)) {
			if (most >= 0 && parts.length === most) {
				return [...parts, body.slice(index)];
			}
			parts.push(word);
		}
		return parts;
	}
	requireSeparator(separator);
	const parts = text.split(separator);
	return most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(separator)];
}

/** Python's `str.rsplit`. */
export function pythonRsplit(text: string, separator: string | null, most: number): string[] {
	if (most < 0) {
		return pythonSplit(text, separator, most);
	}
	const reversed = (one: string) => [...one].reverse().join('');
	const parts = pythonSplit(reversed(text), separator === null ? null : reversed(separator), most);
	return parts.map(reversed).reverse();
}

/** Python's `str.splitlines()`. */
export function pythonSplitLines(text: string): string[] {
	const lines = text.split(lineEnd);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Python's `str.partition`, or `rpartition`, where the last separator counts. */
export function pythonPartition(text: string, separator: string, last: boolean): [string, string, string] {
	requireSeparator(separator);
	const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
	if (at === -1) {
		return last ? ['', '', text] : [text, '', ''];
	}
	return [text.slice(0, at), separator, text.slice(at + separator.length)];
}

/** Place of a part in code points, or −1. */
export function pythonFind(text: string, part: string, last: boolean): number {
	const at = last ? text.lastIndexOf(part) : text.indexOf(part);
	return at === -1 ? -1 : [...text.slice(0, at)].length;
}

/** How often a part stands in a text, not overlapping. */
export function pythonCount(text: string, part: string): number {
	return part === '' ? [...text].length + 1 : text.split(part).length - 1;
}

/** Python's `str.zfill`. */
export function pythonZfill(text: string, width: number): string {
	const sign = /^[-+]?/.exec(text)?.[0] ?? '';
	return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** Whether a text has letters of one case and none of the other. */
export function pythonIsCase(text: string, which: 'upper' | 'lower'): boolean {
	const [same, other] =
		which === 'upper' ? [text.toUpperCase(), text.toLowerCase()] : [text.toLowerCase(), text.toUpperCase()];
	return text === same && text !== other;
}

/** Whether a text is not empty and only white space. */
export function pythonIsSpace(text: string): boolean {
	return text !== '' && pythonStrip(text) === '';
}

function requireSeparator(separator: string): void {
	if (separator === '') {
		throw new Error('the separator is empty');
	}
}
