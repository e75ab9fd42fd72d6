/** Length of the longest common beginning of two sequences of token ids. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
	const end = Math.min(a.length, b.length);
	let i = 0;
	while (i < end && a[i] === b[i]) {
		i++;
	}
	return i;
}
