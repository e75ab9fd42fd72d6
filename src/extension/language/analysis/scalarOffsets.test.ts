import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isScalar, parseDocument, type Scalar, stringify, visit } from 'yaml';
import { scalarOffsets } from './scalarOffsets';

function scalarIn(text: string): Scalar {
	let found: Scalar | undefined;
	visit(parseDocument(text), {
		Pair: (_, { key, value }) => {
			if (isScalar(key) && key.value === 't' && isScalar(value)) {
				found = value;
			}
		},
	});
	if (!found) {
		throw new Error(`no scalar in ${JSON.stringify(text)}`);
	}
	return found;
}

/** What stands in the file at each unit of the value. */
function writtenAt(text: string): string[] {
	return scalarOffsets(text, scalarIn(text)).map(offset => text.slice(offset, offset + 1));
}

test.each([
	['plain', 't: ab cd\n', 'ab cd'],
	['plain on lines', 'a:\n  t: ab\n    cd\n', 'ab\ncd'],
	['single quotes', "t: 'it''s'\n", "it's"],
	['a literal block', 't: |-\n  ab\n   cd\n', 'ab\n cd'],
	['a literal block, deeper', 'v:\n  x:\n    t: |\n      ab\n\n      cd\n', 'ab\n\ncd\n'],
	['a literal block with CR LF', 't: |-\r\n  ab\r\n  cd\r\n', 'ab\rcd'],
	['a block whose indentation is given', 't: |1-\n   ab\n', '  ab'],
	['a folded block', 't: >-\n  ab\n  cd\n\n  ef\n', 'ab\ncd\nef'],
	['a list', '- t: |-\n    ab\n', 'ab'],
])('%s', (_, text, expected) => {
	expect(writtenAt(text).slice(0, expected.length).join('')).toBe(expected);
});

test('an escape in double quotes is one unit at its backslash', () => {
	const text = 't: "a\\n\\u0041\\"b\\U0001F600c"\n';
	const scalar = scalarIn(text);
	expect(scalar.value).toBe('a\nA"b😀c');
	expect(scalarOffsets(text, scalar)).toEqual([4, 5, 7, 13, 15, 16, 16, 26, 27]);
});

test('letters and digits of any value are found where they are written, in every style', () => {
	const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
	const piece = fc.constantFrom('a', 'Q7', ' ', '\n', "'", '"', '\\', '{{x}}', 'é', '😀', ': ', '#', '\t', '- ');
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 30 }), style, fc.boolean(), (pieces, defaultStringType, deep) => {
			const value = pieces.join('');
			const plain = stringify(deep ? { v: { x: { t: value } } } : { t: value }, { defaultStringType, lineWidth: 20 });
			for (const text of [plain, plain.replaceAll('\n', '\r\n')]) {
				const scalar = scalarIn(text);
				const read = String(scalar.value ?? '');
				const offsets = scalarOffsets(text, scalar);
				expect(offsets).toHaveLength(typeof scalar.value === 'string' ? read.length + 1 : 1);
				for (const { index } of typeof scalar.value === 'string' ? read.matchAll(/[A-Za-z0-9{}]/g) : []) {
					expect(text[offsets[index] ?? -1], `${JSON.stringify(text)} at ${index}`).toBe(read[index]);
				}
			}
		}),
		{ numRuns: 500 },
	);
});
