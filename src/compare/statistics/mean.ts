/**
 * The mean, summed in ascending order: samples finish in any order, and the figure must not depend on it to the last bit.
 * NaN where there are no values.
 */
export function mean(values: Iterable<number>): number {
	const ascending = Float64Array.from(values).sort();
	return ascending.reduce((sum, value) => sum + value, 0) / ascending.length;
}
