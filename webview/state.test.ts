import { expect, test } from 'vitest';
import { Cancelled } from '../src/protocol/cancellation';
import { isString, latest, resource, storedMember } from './state';

test('an answer to an earlier question is dropped', async () => {
	const one = resource<number>();
	let answerFirst: (value: number) => void = () => {};
	const first = one.load(() => new Promise(resolve => (answerFirst = resolve)));
	await one.load(async () => 2);
	answerFirst(1);
	await first;
	expect(one.current.value).toEqual({ state: 'loaded', value: 2 });
});

test('what was known stays in view while it is asked for again, if wanted', async () => {
	const one = resource<number>();
	await one.load(async () => 1);
	const again = one.reload();
	expect(latest(one.current.value)).toBe(1);
	await again;
	void one.load(() => new Promise(() => {}));
	expect(latest(one.current.value)).toBeNull();
});

test('a failure is kept, a cancellation is not one', async () => {
	const one = resource<number>();
	await one.load(() => Promise.reject(new Error('no')));
	expect(one.current.value?.state).toBe('failed');
	await one.load(() => Promise.reject(new Cancelled()));
	expect(one.current.value?.state).toBe('loading');
});

test.each([[null], ['text'], [{}], [{ query: 7 }], [Object.create({ query: 'inherited' })]])(
	'stored %j gives the default',
	stored => {
		expect(storedMember(stored, 'query', isString, 'default')).toBe('default');
	},
);
