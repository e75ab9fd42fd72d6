import { expect, test } from 'vitest';
import { KeptRepositories } from './keptRepositories';

function memory(values: Record<string, unknown> = {}) {
	return {
		get: (key: string) => values[key],
		async update(key: string, value: unknown) {
			values[key] = value;
		},
	};
}

test('what was looked at stands first, once, and eight of it; what is pinned stands elsewhere', () => {
	const kept = new KeptRepositories(memory(), 'datasets');
	let changes = 0;
	kept.onDidChange(() => changes++);
	for (const id of 'abcdefghij') {
		kept.looked(id);
	}
	kept.looked('f');
	kept.looked('f');
	expect(kept.recent.join('')).toBe('fjihgedc');
	kept.pin('d');
	kept.pin('d');
	kept.pin('a');
	expect(kept.pinned).toEqual(['d', 'a']);
	expect(kept.recent.join('')).toBe('fjihgec');
	kept.unpin('d');
	expect([kept.pinned.join(''), kept.recent.join('')]).toEqual(['a', 'fjihgedc']);
	expect(changes, 'pinned twice, unpinned once').toBe(3);
});

test('what stands in the store may be anything', () => {
	const kept = new KeptRepositories(memory({ 'models.pinned': 7, 'models.recent': ['a', null, 'a', {}] }), 'models');
	expect(kept.pinned).toEqual([]);
	expect(kept.recent).toEqual(['a']);
});
