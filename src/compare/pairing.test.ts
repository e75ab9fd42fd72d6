import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../protocol/failure';
import { missingCount, pairSamples } from './pairing';
import { arbitrarySamples, sample } from './sampleBuilder';

describe('pairing', () => {
	it('pairs by key and not by place', () => {
		const base = [sample({ key: 'test/1' }), sample({ key: 'test/2' })];
		const variant = [sample({ key: 'test/2' }), sample({ key: 'test/1' })];
		expect(pairSamples(base, variant).pairs.map(pair => [pair.base.key, pair.variant.key])).toEqual([
			['test/1', 'test/1'],
			['test/2', 'test/2'],
		]);
	});

	it('never pairs two rows that only share their key', () => {
		const pairing = pairSamples([sample({ content_hash: 'old' })], [sample({ content_hash: 'new' })]);
		expect(pairing.pairs).toEqual([]);
		expect(pairing.mismatched).toHaveLength(1);
		expect(missingCount(pairing)).toBe(1);
	});

	it('refuses an example that stands twice in one list, and names it', () => {
		const twice = [sample({ key: 'test/7' }), sample({ key: 'test/7' })];
		expect(() => pairSamples(twice, [])).toThrow(Failure);
		expect(() => pairSamples([], twice)).toThrow('test/7 stands twice among the samples of model under base');
	});

	it('keeps a key that is a name of Object.prototype', () => {
		const keys = ['__proto__', 'constructor', 'toString'];
		const samples = keys.map(key => sample({ key }));
		expect(pairSamples(samples, samples).pairs.map(pair => pair.base.key)).toEqual(keys);
	});

	it('places every sample exactly once', () => {
		fc.assert(
			fc.property(arbitrarySamples(), arbitrarySamples(), (base, variant) => {
				const { pairs, mismatched, onlyBase, onlyVariant } = pairSamples(base, variant);
				const both = [...pairs, ...mismatched];
				const keys = (samples: readonly { key: string }[]) => samples.map(({ key }) => key).sort();
				expect(keys([...both.map(pair => pair.base), ...onlyBase])).toEqual(keys(base));
				expect(keys([...both.map(pair => pair.variant), ...onlyVariant])).toEqual(keys(variant));
				expect(pairs.every(pair => pair.base.content_hash === pair.variant.content_hash)).toBe(true);
				expect(mismatched.some(pair => pair.base.content_hash === pair.variant.content_hash)).toBe(false);
			}),
		);
	});
});
