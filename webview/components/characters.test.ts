import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characterName, oneLine, parts } from './characters';

const whole = { atStart: true, atEnd: true } as const;
const doubtful = (text: string) => parts(text, { spaces: 'doubtful', ...whole });
const all = (text: string) => parts(text, { spaces: 'all', ...whole });

describe('parts', () => {
	test('join to the text', () => {
		const unit = fc.constantFrom(
			'a',
			' ',
			'  ',
			'\n',
			'\r',
			'\t',
			'\u00a0',
			'\0',
			'\ud83d',
			'\ude00',
			'😀',
			'\u0301',
			'\u200d',
		);
		fc.assert(
			fc.property(fc.string({ unit }), fc.constantFrom('doubtful' as const, 'all' as const), (text, spaces) => {
				expect(
					parts(text, { spaces, ...whole })
						.map(part => part.text)
						.join(''),
				).toBe(text);
			}),
		);
	});

	test('single spaces between words are in no doubt', () => {
		expect(doubtful('to be or')).toEqual([{ kind: 'text', text: 'to be or' }]);
	});

	test('spaces at either end, before a line end, and more than one are shown', () => {
		expect(doubtful(' a  b \nc ').filter(part => part.kind === 'spaces')).toHaveLength(4);
	});

	test('an end that is no end of the text is in no doubt', () => {
		expect(parts(' a ', { spaces: 'doubtful', atStart: false, atEnd: false })).toEqual([{ kind: 'text', text: ' a ' }]);
	});

	test('every space is shown on request', () => {
		expect(all('a b')).toEqual([
			{ kind: 'text', text: 'a' },
			{ kind: 'spaces', text: ' ' },
			{ kind: 'text', text: 'b' },
		]);
	});

	test.each([
		['\u00a0', 'NBSP'],
		['\0', 'NUL'],
		['\r', 'CR'],
		['\ud83d', 'U+D83D'],
		['\u202e', 'RLO'],
		['\ufeff', 'BOM'],
		['\u3000', 'U+3000'],
	])('%j is named %s', (character, name) => {
		expect(doubtful(`a${character}b`)[1]).toEqual({ kind: 'named', text: character, name });
	});

	test('joiners shape a text and are named only where they are the difference', () => {
		expect(doubtful('👩\u200d💻')).toEqual([{ kind: 'text', text: '👩\u200d💻' }]);
		expect(all('\u200d')).toEqual([{ kind: 'named', text: '\u200d', name: 'ZWJ' }]);
	});

	test('a combining mark that is a difference of its own is named', () => {
		expect(all('\u0301')).toEqual([{ kind: 'named', text: '\u0301', name: 'U+0301' }]);
	});

	test('a megabyte of spaces is cut into runs that can wrap', () => {
		expect(doubtful(' '.repeat(1_000_000))).toHaveLength(31_250);
	});
});

test('characterName pads to four digits and knows the usual abbreviations', () => {
	expect(characterName('\u0001')).toBe('SOH');
	expect(characterName('\u{e0001}')).toBe('U+E0001');
});

test('oneLine keeps a list to one line and nothing invisible in it', () => {
	expect(oneLine('a\r\nb\tc\0\ud83d\u202e')).toBe('a ⏎ b␉c␀\ufffd\ufffd');
});
