import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, diffText, invertEdits } from './diffText';
import { StepBudget } from './stepBudget';
import { textPair } from './textArbitraries';

/** Each edit as its deleted and inserted text. */
function edits(a: string, b: string): [string, string][] {
	return diffText(a, b).edits.map(({ deleted, inserted }) => [deleted, inserted]);
}

describe('text difference', () => {
	it.each([
		[
			'a second space, a trailing space',
			'A. 1\nAnswer:',
			'A.  1\nAnswer: ',
			[
				['', ' '],
				['', ' '],
			],
		],
		['a line end for a space', 'Answer:\nA', 'Answer: A', [['\n', ' ']]],
		['a no-break space', 'Answer: A', 'Answer:\u00a0A', [[' ', '\u00a0']]],
		['a zero-width space', 'Answer:A', 'Answer:\u200bA', [['', '\u200b']]],
		[
			'line ends of Windows',
			'a\r\nb\r\n',
			'a\nb\n',
			[
				['\r', ''],
				['\r', ''],
			],
		],
		['é in one and in two code points', 'caf\u00e9', 'cafe\u0301', [['\u00e9', 'e\u0301']]],
		['a modifier of an emoji', 'ok 👍!', 'ok 👍🏽!', [['', '🏽']]],
		['two emoji that share a surrogate', '😀', '😁', [['😀', '😁']]],
		['a byte order mark', 'x', '\ufeffx', [['', '\ufeff']]],
		['half a surrogate pair', '\ud83d!', '\ud83d\ude00!', [['\ud83d', '😀']]],
	])('sees %s', (_name, a, b, expected) => {
		expect(edits(a, b)).toEqual(expected);
	});

	it.each([
		['terrorism policy.', 'economic system.', [['terrorism policy', 'economic system']]],
		[
			'Answer: It damaged support for the US model',
			'Answer: Globalization had made men like him too rich',
			[['It damaged support for the US model', 'Globalization had made men like him too rich']],
		],
		['Defensive realists', 'Offensive realists', [['De', 'Of']]],
		[
			'the structure of the Council',
			'the purpose of the Court',
			[
				['structur', 'purpos'],
				['ncil', 'rt'],
			],
		],
		[
			'the cat sat',
			'the supercategory sat',
			[
				['', 'super'],
				['', 'egory'],
			],
		],
		[
			'capital.\nB. foo',
			'wealth.\n B. bar',
			[
				['capital', 'wealth'],
				['', ' '],
				['foo', 'bar'],
			],
		],
		[
			'What is a test',
			'Describe what makes a test',
			[
				['W', 'Describe w'],
				['i', 'make'],
			],
		],
	])('marks a replaced phrase as one, and what stayed as the same: %j → %j', (a, b, expected) => {
		expect(edits(a, b)).toEqual(expected);
	});

	it('counts places in code points', () => {
		expect(diffText('😀😀 a', '😀😀 b').edits).toEqual([
			{ aStart: 3, aEnd: 4, bStart: 3, bEnd: 4, deleted: 'a', inserted: 'b' },
		]);
	});

	it('applied to the one gives the other, and back', () => {
		fc.assert(
			fc.property(textPair, ([a, b]) => {
				const { edits } = diffText(a, b);
				expect(applyEdits(a, edits)).toBe(b);
				expect(applyEdits(b, invertEdits(edits))).toBe(a);
			}),
			{ numRuns: 500 },
		);
	});

	it('is exact for any strings at all, on any budget', () => {
		const text = fc.string({
			unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), fc.constantFrom('\ud800', '\udc00')),
			maxLength: 20,
		});
		fc.assert(
			fc.property(text, text, fc.nat(100), (a, b, steps) => {
				expect(applyEdits(a, diffText(a, b, new StepBudget(steps)).edits)).toBe(b);
			}),
		);
	});

	it('has edits that stand apart and whose sides differ at both ends', () => {
		fc.assert(
			fc.property(textPair, ([a, b]) => {
				let aEnd = -1;
				for (const edit of diffText(a, b).edits) {
					const deleted = [...edit.deleted];
					const inserted = [...edit.inserted];
					expect(edit.aStart).toBeGreaterThan(aEnd);
					expect(deleted.length + inserted.length).toBeGreaterThan(0);
					expect(deleted[0]).not.toBe(inserted[0]);
					expect(deleted.at(-1)).not.toBe(inserted.at(-1));
					expect([edit.aEnd - edit.aStart, edit.bEnd - edit.bStart]).toEqual([deleted.length, inserted.length]);
					aEnd = edit.aEnd;
				}
			}),
		);
	});

	it('shows one changed white space as exactly that, anywhere', () => {
		const space = fc.constantFrom(' ', '\n', '\t', '\u00a0', '\u200b', '\r');
		fc.assert(
			fc.property(textPair, fc.nat(), space, ([text], place, inserted) => {
				const points = [...text];
				const at = place % (points.length + 1);
				const b = [...points.slice(0, at), inserted, ...points.slice(at)].join('');
				// Between the halves of a pair the space splits one code point in two: no single edit.
				fc.pre([...b].length === points.length + 1);
				expect(edits(text, b)).toEqual([['', inserted]]);
				expect(edits(b, text)).toEqual([[inserted, '']]);
			}),
		);
	});

	it('refuses edits of another text', () => {
		const { edits } = diffText('one', 'two');
		expect(() => applyEdits('one more thing', edits)).not.toThrow();
		expect(() => applyEdits('none', edits)).toThrow('does not belong to this text');
	});

	describe('of long texts', () => {
		/** Letters from a fixed stream. */
		const letters = (length: number, seed: number) => {
			let state = seed;
			return Array.from({ length }, () => {
				state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
				return String.fromCharCode(97 + ((state >>> 16) % 26));
			}).join('');
		};

		it('gives up on two unrelated megabytes, says so, and is exact', () => {
			const a = `same ${letters(1_000_000, 1)} same`;
			const b = `same ${letters(1_000_000, 2)} same`;
			const { edits, coarse } = diffText(a, b);
			expect(coarse).toBe(true);
			expect(edits.length).toBe(1);
			expect(applyEdits(a, edits)).toBe(b);
		});

		it('finds a hundred changed characters in a megabyte', () => {
			const a = letters(1_000_000, 3);
			const b = a.replace(/[a-z]/g, (letter, place: number) => (place % 10_000 === 0 ? '#' : letter));
			const { edits, coarse } = diffText(a, b);
			expect(coarse).toBe(false);
			expect(edits.map(edit => edit.inserted)).toEqual(new Array(100).fill('#'));
		});
	});
});
