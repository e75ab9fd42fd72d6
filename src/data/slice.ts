import type { SliceSpec } from '../config/resolved';
import { PythonRandom } from './mersenneTwister';

/**
 * The rows that an evaluation runs on: first `sample`, then `limit`, in file order throughout. The sample is Python's
 * `sorted(random.Random(seed).sample(range(n), size))`; one as large as the data is all of it.
 */
export function sliceRows<T>(
	rows: readonly T[],
	{ sample, limit }: Pick<SliceSpec, 'sample' | 'limit'>,
	subjectOf: (row: T) => string | null,
): readonly T[] {
	const sampled = sample ? sampleRows(rows, sample) : rows;
	if (limit === null) {
		return sampled;
	}
	return typeof limit === 'number' ? sampled.slice(0, limit) : firstOfEach(sampled, limit.per_subject, subjectOf);
}

function sampleRows<T>(rows: readonly T[], { size, seed }: { readonly size: number; readonly seed: number }) {
	if (size >= rows.length) {
		return rows;
	}
	const drawn = new Set(new PythonRandom(seed).sample([...rows.keys()], size));
	return rows.filter((_, i) => drawn.has(i));
}

function firstOfEach<T>(rows: readonly T[], count: number, subjectOf: (row: T) => string | null) {
	const taken = new Map<string | null, number>();
	return rows.filter(row => {
		const subject = subjectOf(row);
		const before = taken.get(subject) ?? 0;
		taken.set(subject, before + 1);
		return before < count;
	});
}
