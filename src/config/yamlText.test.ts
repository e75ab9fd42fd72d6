import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { positions, yamlScalar } from './yamlText';

test('positions count lines as an editor does', () => {
	const text = fc.array(fc.constantFrom('\r\n', '\n', '\r', 'a', '\u{1f642}', 'é')).map(parts => parts.join(''));
	fc.assert(
		fc.property(text, fc.nat(), (t, n) => {
			const offset = t.length === 0 ? 0 : n % (t.length + 1);
			const isInside = t[offset - 1] === '\r' && t[offset] === '\n';
			const lines = t.slice(0, isInside ? offset - 1 : offset).split(/\r\n|\r|\n/);
			expect(positions(t)(offset)).toEqual({ line: lines.length - 1, column: lines.at(-1)?.length });
		}),
	);
});

test('offsets outside the text are at its ends', () => {
	expect(positions('a\nb')(99)).toEqual({ line: 1, column: 1 });
	expect(positions('a\nb')(-1)).toEqual({ line: 0, column: 0 });
});

test('a scalar means its text, alone and in a flow mapping', () => {
	const tricky = fc.constantFrom('null', 'Yes', '1', '-', 'a: b', 'a, b', '"', '#', '', '~', 'mmlu/helm');
	fc.assert(
		fc.property(fc.oneof(tricky, fc.string({ unit: 'grapheme' })), text => {
			expect(parse(yamlScalar(text))).toBe(text);
			expect(parse(`{a: ${yamlScalar(text)}, b: 1}`)).toEqual({ a: text, b: 1 });
		}),
	);
});
