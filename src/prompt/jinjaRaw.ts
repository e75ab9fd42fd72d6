import { pythonLstrip, pythonRstrip } from '../tokenizer/whitespace';

const opening = /\{#|\{\{|\{%(?:([-+]?)\s*raw\s*(-?)%\})?/g;
const closing = /\{%([-+]?)\s*endraw\s*(-?)%\}/g;
/** From inside a tag to behind its end, past the texts in it. */
const tagEnd = /(?:'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|[^'"])*?[%}]\}/y;

/**
 * A template whose `{% raw %}` blocks, which @huggingface/jinja does not know, are expressions of their text.
 * @throws Error where a block has no end.
 */
export function withoutRaw(source: string): string {
	let result = '';
	let done = 0;
	opening.lastIndex = 0;
	for (let tag = opening.exec(source); tag; tag = opening.exec(source)) {
		const [whole, before, inside] = tag;
		if (inside === undefined) {
			opening.lastIndex = endOfTag(source, opening.lastIndex, whole);
			continue;
		}
		const start = opening.lastIndex;
		closing.lastIndex = start;
		const end = closing.exec(source);
		if (!end) {
			throw new Error('Missing end of raw block');
		}
		const text = source.slice(start, end.index);
		const front = inside === '-' ? pythonLstrip(text) : text;
		const body = end[1] === '-' ? pythonRstrip(front) : front;
		result += `${source.slice(done, tag.index)}{{${before === '-' ? '-' : ''} ${literal(body)} ${end[2] ?? ''}}}`;
		done = closing.lastIndex;
		opening.lastIndex = done;
	}
	return result + source.slice(done);
}

/** A tag without an end is the parser's to complain of. */
function endOfTag(source: string, from: number, whole: string): number {
	if (whole === '{#') {
		const end = source.indexOf('#}', from);
		return end === -1 ? source.length : end + 2;
	}
	tagEnd.lastIndex = from;
	return tagEnd.test(source) ? tagEnd.lastIndex : source.length;
}

/** Braces are escaped too, lest the package find its own tags in the text. */
function literal(text: string): string {
	return `'${text.replace(/[\\']/g, '\\$&').replaceAll('{', '\\x7b')}'`;
}
