import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { debounced, throttled } from './throttle';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('throttled: the first call at once, then one at the end of each interval that had any', () => {
	let calls = 0;
	const call = throttled(() => calls++, 100);
	call();
	call();
	call();
	expect(calls).toBe(1);
	vi.advanceTimersByTime(100);
	expect(calls).toBe(2);
	vi.advanceTimersByTime(1000);
	expect(calls).toBe(2);
	call();
	expect(calls).toBe(3);
});

test('throttled: nothing comes after disposing', () => {
	let calls = 0;
	const call = throttled(() => calls++, 100);
	call();
	call();
	call.dispose();
	vi.advanceTimersByTime(1000);
	expect(calls).toBe(1);
});

test('debounced: the last value, when it has been quiet', () => {
	const seen: string[] = [];
	const call = debounced<string>(value => seen.push(value), 200);
	call('a');
	vi.advanceTimersByTime(199);
	call('b');
	vi.advanceTimersByTime(199);
	expect(seen).toEqual([]);
	vi.advanceTimersByTime(1);
	expect(seen).toEqual(['b']);
	call('c');
	call.dispose();
	vi.advanceTimersByTime(1000);
	expect(seen).toEqual(['b']);
});
