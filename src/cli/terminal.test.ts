import { expect, it } from 'vitest';
import { printable, writeAll } from './terminal';

it('shows what would steer the terminal, or turn the writing direction', () => {
	expect(printable('a\u001b[31m\tb\u202ec\u2028d')).toBe('a\\x1b[31m\tb\\u202ec\\u2028d');
});

it('waits for a reader that is slower', async () => {
	const written: string[] = [];
	let drain: (() => void) | undefined;
	const output = {
		write: (text: string) => written.push(text) < 2,
		once: (_: 'drain', listener: () => void) => {
			drain = listener;
		},
	};
	await writeAll(output, 'first');
	let isThrough = false;
	const second = writeAll(output, 'second').then(() => {
		isThrough = true;
	});
	await new Promise(resolve => setImmediate(resolve));
	expect([written, isThrough]).toEqual([['first', 'second'], false]);
	drain?.();
	await second;
	expect(isThrough).toBe(true);
});
