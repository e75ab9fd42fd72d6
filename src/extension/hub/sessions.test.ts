import { expect, test } from 'vitest';
import { parseSessions, sessionFor } from './sessions';

const session = { id: '1', account: 'me', endpoint: 'https://hub', token: 'hf_x', expires: null };

test('only what is a session counts', () => {
	const stored = [session, null, 7, [], { ...session, token: '' }, { ...session, expires: 'never' }, { id: '2' }];
	expect(parseSessions(JSON.stringify(stored))).toEqual([session]);
	for (const text of [undefined, '', 'x', '{}', 'null', '7']) {
		expect(parseSessions(text)).toEqual([]);
	}
});

test('a token goes only where the sign-in was made, and not when it has run out', () => {
	expect(sessionFor([session], 'https://hub', 5)).toBe(session);
	expect(sessionFor([session], 'https://elsewhere', 5)).toBeUndefined();
	expect(sessionFor([{ ...session, expires: 5 }], 'https://hub', 5)).toBeUndefined();
	expect(sessionFor([{ ...session, expires: 6 }], 'https://hub', 5)).toMatchObject({ id: '1' });
});
