import type { Transition } from '../protocol/results';
import { noRow, type SampleColumns } from './sampleColumns';
import { transitionOf } from './transition';

/**
 * What became of an example from one variant to another; null where neither has a sample of it. Samples meet at the place of
 * their key, never by the order in which they were written, and are compared only where the same row of the data stood
 * behind it: two rows that only share their key are two examples, each missing on the other side.
 */
export function transitionAt(base: SampleColumns, variant: SampleColumns, place: number): Transition | null {
	const ofBase = base.row[place] ?? noRow;
	const ofVariant = variant.row[place] ?? noRow;
	if (ofBase === noRow && ofVariant === noRow) {
		return null;
	}
	if (ofBase !== ofVariant) {
		return 'missing';
	}
	return transitionOf({ base: outcomeAt(base, place), variant: outcomeAt(variant, place) });
}

function outcomeAt({ correct, prediction }: SampleColumns, place: number) {
	return { correct: correct[place] === 1, prediction: prediction[place] ?? null };
}
