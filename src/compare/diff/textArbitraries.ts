import fc from 'fast-check';
import type { Span } from './sequence';

/** What a text of a prompt may be made of, and what breaks careless code: each is one or more UTF-16 units. */
const units = [
	...['a', 'b', 'B', 'é', 'e\u0301', 'the ', 'Question: ', 'Answer:', '1', '.', ' ', '  ', '\t'],
	...[
		'\n',
		'\r\n',
		'\r',
		'\0',
		'\u00a0',
		'\u200b',
		'\u2028',
		'\ufeff',
		'美',
		'😀',
		'👍🏽',
		'👩‍👩‍👧',
		'\ud83d',
		'\ude00',
	],
];

/** Short texts that repeat much, so that they share much. */
export const promptText = fc.string({ unit: fc.constantFrom(...units), maxLength: 30 });

/** Two texts of which one came from the other by a few replacements. */
const editedTexts = fc
	.tuple(
		fc.string({ unit: fc.constantFrom(...units), maxLength: 60 }),
		fc.array(fc.tuple(fc.nat(), fc.nat(4), promptText), { maxLength: 4 }),
	)
	.map(([a, edits]): [string, string] => {
		let b = a;
		for (const [place, length, inserted] of edits) {
			const start = place % (b.length + 1);
			b = b.slice(0, start) + inserted + b.slice(start + length);
		}
		return [a, b];
	});

export const textPair = fc.oneof(fc.tuple(promptText, promptText), editedTexts);

/** Elements that changes delete and insert. */
export function totalCost(changes: readonly Span[]): number {
	return changes.reduce((sum, { aStart, aEnd, bStart, bEnd }) => sum + aEnd - aStart + bEnd - bStart, 0);
}
