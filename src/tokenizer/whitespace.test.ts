import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonLstrip, pythonRstrip, pythonStrip } from './whitespace';

// [c for c in range(0x110000) if chr(c).isspace()] in Python 3.11
const spaces = [
	9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201,
	8202, 8232, 8233, 8239, 8287, 12288,
];

it('white space is what Python takes for it, and nothing else', () => {
	const stripped: number[] = [];
	for (let code = 0; code <= 0xffff; code++) {
		const text = String.fromCharCode(code);
		if (pythonStrip(text) === '') {
			stripped.push(code);
		}
		expect(pythonLstrip(`${text}x`).length + pythonRstrip(`x${text}`).length).toBe(pythonStrip(text) === '' ? 2 : 4);
	}
	expect(stripped).toEqual(spaces);
});

describe('strip', () => {
	const anyText = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\u0085', '\ufeff', '\u{1f989}') });

	it('takes only ends, and all of them', () => {
		fc.assert(
			fc.property(anyText, text => {
				const left = pythonLstrip(text);
				const right = pythonRstrip(text);
				expect(text.endsWith(left) && text.startsWith(right)).toBe(true);
				expect(pythonStrip(text)).toBe(pythonRstrip(left));
				expect(pythonStrip(text)).toMatch(/^$|^[^ \n\u0085](.*[^ \n\u0085])?$/su);
			}),
		);
	});

	it.each([
		['xxaxbx', 'x', 'axb'],
		['🦉a🦉', '🦉', 'a'],
		['xyx', 'yx', ''],
		['', 'x', ''],
		['a', '', 'a'],
	])('of %j by %j is %j', (text, characters, rest) => {
		expect(pythonStrip(text, characters)).toBe(rest);
	});

	it('does not slow down over long inner white space', () => {
		const text = `${' '.repeat(100_000)}x`.repeat(5);
		expect(pythonStrip(text)).toHaveLength(4 * 100_001 + 1);
	});
});
