import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exported } from './jobScripts';
import { shellQuote } from './shellQuote';

describe.skipIf(process.platform === 'win32')('a word of the shell', () => {
	const text = fc.string({ unit: fc.constantFrom(...'a\'"\\$`\n !*?~#;&|(){}[]<>\té-=') });

	test('is the text again, whatever is in it', () => {
		fc.assert(
			fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), texts => {
				const script = `for word in ${texts.map(shellQuote).join(' ')}; do printf '%s\\0' "$word"; done`;
				expect(execFileSync('sh', ['-s'], { input: script, encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(texts);
			}),
			{ numRuns: 30 },
		);
	});

	test('stays one within another', () => {
		fc.assert(
			fc.property(text, value => {
				const inner = `${exported({ VALUE: value })}\nprintf %s "$VALUE"`;
				const outer = `sh -c ${shellQuote(`sh -c ${shellQuote(inner)}`)}`;
				expect(execFileSync('sh', ['-s'], { input: outer, encoding: 'utf8' })).toBe(value);
			}),
			{ numRuns: 30 },
		);
	});

	test('cannot hold a NUL', () => {
		expect(() => shellQuote('a\0b')).toThrow();
	});
});
