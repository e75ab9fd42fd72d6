import { expect, test } from 'vitest';
import { anyDataset, anyModel, QueryState } from './queryState';

function memory(values: Record<string, unknown> = {}) {
	return {
		get: (key: string) => values[key],
		async update(key: string, value: unknown) {
			values[key] = value;
		},
	};
}

test('a search is remembered, changed in parts and forgotten', () => {
	const state = new QueryState(memory(), 'q', anyDataset);
	expect(state.active).toBeNull();
	state.change({ text: 'sentiment' });
	state.change({ language: 'en' });
	expect(state.active).toEqual({ ...anyDataset, text: 'sentiment', language: 'en' });
	state.clear();
	expect(state.active).toBeNull();
});

test('what another version stored is taken as far as it makes sense', () => {
	const stored = {
		text: 7,
		task: 'text-generation',
		onnx: true,
		sort: 'beauty',
		parameters: {},
		dataset: null,
		more: 1,
	};
	expect(new QueryState(memory({ q: stored }), 'q', anyModel).active).toEqual({
		...anyModel,
		task: 'text-generation',
		onnx: true,
	});
	expect(new QueryState(memory({ q: 'x' }), 'q', anyModel).active).toBeNull();
});
