import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostOf, isKey, isUnencrypted, KeyBook } from './keyBook';

function stores() {
	const secrets = new Map<string, string>();
	const memory = new Map<string, unknown>();
	const book = (env: Readonly<Record<string, string>> = {}) =>
		new KeyBook(
			{
				get: async name => secrets.get(name),
				store: async (name, value) => void secrets.set(name, value),
				delete: async name => void secrets.delete(name),
			},
			{
				get: (name, otherwise) => (memory.get(name) as typeof otherwise | undefined) ?? otherwise,
				update: async (name, value) => void memory.set(name, structuredClone(value)),
			},
			env,
		);
	return { secrets, memory, book };
}

test('a stored key is there under its name, and is allowed nowhere by itself', async () => {
	const { book } = stores();
	expect(await book().value('secret:LAB')).toBeNull();
	await book().store('secret:LAB', ' sk-1\n');
	expect(await book().value('secret:LAB')).toBe('sk-1');
	expect(book().all()).toEqual([{ name: 'secret:LAB', hosts: [] }]);
	expect(book().isAllowed('secret:LAB', 'lab.example')).toBe(false);
	await book().allow('secret:LAB', 'lab.example');
	expect(book().isAllowed('secret:LAB', 'lab.example')).toBe(true);
	expect(book().isAllowed('secret:LAB', 'lab.example:8000')).toBe(false);
	await book().store('secret:LAB', 'sk-2');
	expect(book().isAllowed('secret:LAB', 'lab.example')).toBe(true);
});

test('who agreed to a host by https did not agree to send the key there without encryption, nor the other way round', async () => {
	const { book } = stores();
	await book().allow('env:LAB', 'lab.example');
	expect(book().isAllowed('env:LAB', 'http://lab.example')).toBe(false);
	await book().allow('env:LAB', 'http://other.example:8000');
	expect(book().isAllowed('env:LAB', 'other.example:8000')).toBe(false);
	expect(book().isAllowed('env:LAB', 'http://other.example:8000')).toBe(true);
	expect(['lab.example', 'http://lab.example'].map(isUnencrypted)).toEqual([false, true]);
	expect(['localhost:8000', 'http://other.example:8000'].map(hostOf)).toEqual(['localhost:8000', 'other.example:8000']);
});

test('a key of the environment is another than a stored one of the same name', async () => {
	const { book, secrets } = stores();
	const withEnv = book({ LAB: 'from-env', EMPTY: ' ' });
	await withEnv.store('secret:LAB', 'stored');
	expect(await withEnv.value('env:LAB')).toBe('from-env');
	expect(await withEnv.value('secret:LAB')).toBe('stored');
	expect(await withEnv.value('env:EMPTY')).toBeNull();
	await withEnv.allow('env:LAB', 'a');
	expect(withEnv.isAllowed('secret:LAB', 'a')).toBe(false);
	await withEnv.forget('env:LAB');
	expect(withEnv.isAllowed('env:LAB', 'a')).toBe(false);
	expect(secrets.size).toBe(1);
});

test('a forgotten key leaves nothing behind, and no value is ever among what is remembered', async () => {
	const word = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}$/);
	await fc.assert(
		fc.asyncProperty(fc.uniqueArray(word, { minLength: 1, maxLength: 5 }), async names => {
			const { book, secrets, memory } = stores();
			for (const [i, name] of names.entries()) {
				await book().store(`secret:${name}`, `value-${i}-of-it`);
				await book().allow(`secret:${name}`, 'host');
			}
			expect(JSON.stringify([...memory])).not.toContain('-of-it');
			expect(book().all()).toHaveLength(names.length);
			for (const name of names) {
				await book().forget(`secret:${name}`);
			}
			expect(secrets.size).toBe(0);
			expect(book().all()).toEqual([]);
		}),
	);
});

test('a key is one word that a header can carry', () => {
	expect(['sk-abc', ' sk-abc\n', 'a:b/c='].map(isKey)).toEqual([true, true, true]);
	expect(['', ' ', 'two words', 'line\nline', 'schlüssel'].map(isKey)).toEqual([false, false, false, false, false]);
});
