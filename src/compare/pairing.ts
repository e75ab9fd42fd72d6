import { inputFailure } from '../protocol/failure';
import type { Sample } from '../protocol/sample';

/** What pairing needs of a sample. */
export type KeyedSample = Pick<Sample, 'key' | 'content_hash' | 'model' | 'variant'>;

/** The record of one example under two variants. */
export interface SamplePair<S> {
	readonly base: S;
	readonly variant: S;
}

/** Two lists of samples by example. Nothing but `pairs` may be compared; the rest is missing, never passed. */
export interface Pairing<S> {
	/** The same row under both variants, in the base's order. */
	readonly pairs: readonly SamplePair<S>[];
	/** The same key, but the row behind it changed between the two: two different examples. */
	readonly mismatched: readonly SamplePair<S>[];
	readonly onlyBase: readonly S[];
	readonly onlyVariant: readonly S[];
}

/**
 * Pairs the samples of two variants by key, guarded by the content hash; never by position.
 * @throws Failure where a key stands twice in one list.
 */
export function pairSamples<S extends KeyedSample>(base: readonly S[], variant: readonly S[]): Pairing<S> {
	const unpaired = byKey(variant);
	const pairs: SamplePair<S>[] = [];
	const mismatched: SamplePair<S>[] = [];
	const onlyBase: S[] = [];
	for (const ofBase of byKey(base).values()) {
		const ofVariant = unpaired.get(ofBase.key);
		unpaired.delete(ofBase.key);
		if (!ofVariant) {
			onlyBase.push(ofBase);
		} else if (ofBase.content_hash === ofVariant.content_hash) {
			pairs.push({ base: ofBase, variant: ofVariant });
		} else {
			mismatched.push({ base: ofBase, variant: ofVariant });
		}
	}
	return { pairs, mismatched, onlyBase, onlyVariant: [...unpaired.values()] };
}

/** Examples that cannot be compared: one for each key. */
export function missingCount({ mismatched, onlyBase, onlyVariant }: Pairing<unknown>): number {
	return mismatched.length + onlyBase.length + onlyVariant.length;
}

function byKey<S extends KeyedSample>(samples: readonly S[]): Map<string, S> {
	const found = new Map<string, S>();
	for (const sample of samples) {
		if (found.has(sample.key)) {
			const { key, model, variant } = sample;
			throw inputFailure('compare.sample-twice', { key, model, variant });
		}
		found.set(sample.key, sample);
	}
	return found;
}
