import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainLine, plainText, withoutTokens } from './plainText';

it('is one line of what can be seen', () => {
	expect(plainText(' a\n\n\tb\u0000c\u202ed \u200b e\ufeff', 100)).toBe('a bcd e');
	expect(plainText('Ünïcode 日本語 🦉', 100)).toBe('Ünïcode 日本語 🦉');
});

it('is cut between characters', () => {
	expect(plainText('abcdef', 4)).toBe('abc…');
	expect(plainText('ab🦉🦉', 4)).toBe('ab…');
	expect(plainText('x'.repeat(10_000_000), 5)).toBe('xxxx…');
});

it('holds for any text', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
			const plain = plainText(text, limit);
			expect(plain.length).toBeLessThanOrEqual(limit);
			expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|^\s|\s$|\s\s/u);
		}),
	);
});

it('has no tokens where they are taken out', () => {
	expect(withoutTokens('bad hf_abc123, and "hf_oauth_x.y-z_0.w"!')).toBe('bad hf_…, and "hf_…"!');
});

it('keeps the blanks of a line of output, and no codes of terminals', () => {
	expect(plainLine('\t  at \u001b[1;31mmain\u001b[0m [x]\u001b]0;title\u0007 end\r\n', 100)).toBe('   at main [x] end');
	expect(plainLine('hf_\u200bsecret of hf_PlantedToken', 100)).toBe('hf_… of hf_…');
	expect(plainLine('x'.repeat(10_000_000), 5)).toBe('xxxxx');
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), text => {
			expect(plainLine(text, 50)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|.{51}/u);
		}),
	);
});
