import { describe, expect, it } from 'vitest';
import { idMemory } from './idMemory';

describe('remembered ids', () => {
	it('are those of the text', () => {
		const memory = idMemory(10_000);
		memory.set('a', [1]);
		memory.set('', []);
		expect([memory.get('a'), memory.get(''), memory.get('b')]).toEqual([[1], [], undefined]);
	});

	it('stay while they are asked for, and go when others take their room', () => {
		const memory = idMemory(10_000);
		memory.set('kept', [1]);
		memory.set('forgotten', [2]);
		for (let i = 0; i < 1000; i++) {
			memory.set(`text ${i}`, [i]);
			expect(memory.get('kept')).toEqual([1]);
		}
		expect(memory.get('forgotten')).toBeUndefined();
		const left = Array.from({ length: 1000 }, (_, i) => memory.get(`text ${i}`)).filter(ids => ids !== undefined);
		expect(left.length).toBeGreaterThan(10);
		expect(left.length).toBeLessThan(100);
	});

	it('are not kept of a text that would take the room of many', () => {
		const memory = idMemory(10_000);
		memory.set('x'.repeat(10_000), [1]);
		expect(memory.get('x'.repeat(10_000))).toBeUndefined();
	});
});
