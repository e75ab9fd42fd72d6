import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../protocol/sample';
import { transitionAt } from './pairing';
import { arbitrarySamples, columnsOf, keysOf, sample } from './sampleBuilder';

function transitionsOf(base: readonly Sample[], variant: readonly Sample[]) {
	const keys = keysOf(base, variant);
	const [a, b] = [columnsOf(base, keys), columnsOf(variant, keys)];
	return new Map(keys.map((key, place) => [key, transitionAt(a, b, place)]));
}

describe('pairing', () => {
	it('pairs by key and not by the order of the samples', () => {
		const base = [sample({ key: 'test/1' }), sample({ key: 'test/2', prediction: 1 })];
		const variant = [sample({ key: 'test/2', prediction: 1 }), sample({ key: 'test/1' })];
		expect([...transitionsOf(base, variant).values()]).toEqual(['both_right', 'both_wrong']);
	});

	it('never pairs two rows that only share their key', () => {
		const found = transitionsOf([sample({ content_hash: 'old' })], [sample({ content_hash: 'new' })]);
		expect([...found.values()]).toEqual(['missing']);
	});

	it('says nothing of an example that neither has', () => {
		const columns = columnsOf([sample()], ['test/0', 'test/1']);
		expect(transitionAt(columns, columns, 1)).toBeNull();
		expect(transitionAt(columns, columns, 7)).toBeNull();
	});

	it('says of every example what its two samples say, in whatever order they come', () => {
		const lists = fc.tuple(arbitrarySamples(), arbitrarySamples());
		fc.assert(
			fc.property(lists, ([base, variant]) => {
				const found = transitionsOf(base, variant);
				expect(new Map([...transitionsOf([...base].reverse(), variant)].sort())).toEqual(new Map([...found].sort()));
				for (const [key, transition] of found) {
					const [a, b] = [base, variant].map(list => list.find(one => one.key === key));
					const paired = a !== undefined && b !== undefined && a.content_hash === b.content_hash;
					expect(transition !== 'missing').toBe(paired);
					expect(transition === 'both_right').toBe(paired && a.correct && b.correct);
				}
			}),
		);
	});
});
