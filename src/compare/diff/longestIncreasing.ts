/**
 * Places of a longest increasing subsequence of distinct numbers, in ascending order (Fredman 1975): what can stay where it
 * is while all else moves.
 */
export function longestIncreasing(values: readonly number[]): number[] {
	/** For each length, the place where an increasing subsequence of it ends with the least value. */
	const ends: number[] = [];
	const before: (number | undefined)[] = [];
	values.forEach((value, place) => {
		let low = 0;
		let high = ends.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((values[ends[middle] ?? 0] ?? 0) < value) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		before[place] = ends[low - 1];
		ends[low] = place;
	});
	const places: number[] = [];
	for (let place = ends.at(-1); place !== undefined; place = before[place]) {
		places.push(place);
	}
	return places.reverse();
}
