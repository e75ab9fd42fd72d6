import fc from 'fast-check';
import type { Sample } from '../protocol/sample';
import { emptyColumns, type SampleColumns, setSample } from './sampleColumns';

/** A sample for tests: four letters, the first is right and answered. `correct` follows from the answer. */
export function sample(members: Partial<Sample> = {}): Sample {
	const prediction = members.prediction === undefined ? 0 : members.prediction;
	const gold = members.gold ?? 0;
	return {
		key: 'test/0',
		content_hash: '0123456789abcdef',
		subject: 'law',
		model: 'model',
		variant: 'base',
		prompt_sha256: '00',
		n_tokens: 10,
		truncated: false,
		continuations: [' A', ' B', ' C', ' D'],
		logprobs: [-1, -2, -3, -4],
		label_mass: 0.5,
		prediction,
		gold,
		correct: prediction === gold,
		segments: [],
		...members,
	};
}

/** Samples with distinct keys from a small world, so that two lists share some keys, and some of those with another hash. */
export function arbitrarySamples(): fc.Arbitrary<Sample[]> {
	const one = fc.record({
		key: fc.integer({ min: 0, max: 15 }).map(row => `test/${row}`),
		content_hash: fc.constantFrom('same', 'same', 'same', 'changed'),
		subject: fc.constantFrom('law', 'physics', null),
		gold: fc.integer({ min: 0, max: 3 }),
		prediction: fc.constantFrom(0, 1, 2, 3, null),
		label_mass: fc.double({ min: 0, max: 1, noNaN: true }),
		truncated: fc.boolean(),
	});
	return fc.uniqueArray(one, { selector: ({ key }) => key, maxLength: 16 }).map(list => list.map(sample));
}

/** Samples as columns over some examples; rows of the data are told apart by their content hash. */
export function columnsOf(samples: readonly Sample[], keys: readonly string[] = keysOf(samples)): SampleColumns {
	const columns = emptyColumns(keys.length);
	for (const one of samples) {
		const rows = ['0123456789abcdef', 'same', 'changed', 'old', 'new'];
		setSample(columns, keys.indexOf(one.key), rows.indexOf(one.content_hash), one);
	}
	return columns;
}

/** Each key once. */
export function keysOf(...lists: readonly (readonly Sample[])[]): string[] {
	return [...new Set(lists.flat().map(({ key }) => key))];
}
