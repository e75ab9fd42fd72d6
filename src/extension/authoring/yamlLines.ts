import { yamlScalar } from '../../config/yamlText';

/** Characters that an editor does not show, or that turn the direction of a line: they are written as escapes. */
const unseen = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A text as a YAML scalar on one line that means just that text. */
export function scalarText(text: string): string {
	return yamlScalar(text).replace(unseen, character => {
		return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
	});
}

/** `name: value` at an indentation; a text of several lines as a block without a line end behind it where that is exact. */
export function fieldLines(name: string, value: string | number | boolean, indent = ''): readonly string[] {
	const key = `${indent}${scalarText(name)}:`;
	if (typeof value !== 'string') {
		return [`${key} ${value}`];
	}
	return isBlock(value)
		? [`${key} |-`, ...value.split('\n').map(line => (line === '' ? '' : `${indent}  ${line}`))]
		: [`${key} ${scalarText(value)}`];
}

/** `name: [a, b]`, or one entry a line where that would be a long one. */
export function listLines(name: string, values: readonly string[], indent = ''): readonly string[] {
	const entries = values.map(scalarText);
	const line = `${indent}${scalarText(name)}: [${entries.join(', ')}]`;
	return line.length <= 100
		? [line]
		: [`${indent}${scalarText(name)}:`, ...entries.map(entry => `${indent}  - ${entry}`)];
}

/** Comment lines of at most 100 columns; what the Hub says stays a comment, whatever is in it. */
export function commentLines(text: string): readonly string[] {
	const lines: string[] = [];
	for (const word of text.replace(unseen, ' ').split(/[\p{Cc}\s]+/u)) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + word.length < 98) {
			lines[lines.length - 1] = `${last} ${word}`;
		} else if (word !== '') {
			lines.push(`# ${word.slice(0, 200)}`);
		}
	}
	return lines;
}

/** Block scalars keep what stands in them only if no line begins or ends with white space and the last is not empty. */
function isBlock(text: string): boolean {
	const lines = text.split('\n');
	return (
		lines.length > 1 &&
		lines.at(-1) !== '' &&
		lines[0] !== '' &&
		lines.every(line => !/^\s|\s$|[\p{Cc}\p{Cs}]/u.test(line) && !new RegExp(unseen, 'u').test(line))
	);
}
