import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FirstRows } from '../../hub/repository';
import type { Json } from '../../protocol/json';
import { rowsText } from './rowsText';

const firstRows = (rows: readonly (readonly [string, Json])[][], cut: readonly string[][] = []): FirstRows => ({
	columns: [],
	rows: rows.map(row => new Map(row)),
	cut,
});

test('a row is a line, and what the viewer cut is marked', () => {
	const rows = firstRows(
		[
			[
				['text', 'a\nb'],
				['n', 1],
			],
			[
				['text', '\u202eabc\u2028\u001b[31m'],
				['n', null],
			],
		],
		[[], ['text']],
	);
	expect(rowsText(rows)).toBe(
		'{ "text": "a\\nb", "n": 1 }\n{ "text": "\\u202eabc\\u2028\\u001b[31m" /* … */, "n": null }\n',
	);
});

test('long cells are cut between characters', () => {
	const text = rowsText(firstRows([[['text', '😀'.repeat(5_000_000)]]]));
	expect(text).toBe(`{ "text": "${'😀'.repeat(2000)}…" }\n`);
});

test('every line is JSON that says what the row says, and shows every character', () => {
	const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>);
	fc.assert(
		fc.property(fc.array(fc.array(fc.tuple(fc.string({ unit: 'binary' }), cell), { minLength: 1 })), rows => {
			const first = firstRows(rows);
			const lines = rowsText(first).split('\n');
			expect(lines.pop()).toBe('');
			expect(lines).toHaveLength(rows.length);
			for (const [i, line] of lines.entries()) {
				expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
				const said: unknown = JSON.parse(line);
				expect(said).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(first.rows[i] ?? []))));
			}
		}),
	);
});
