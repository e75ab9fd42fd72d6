/** p-values adjusted for the rate of false discoveries (Benjamini and Hochberg 1995), in the input's order. */
export function benjaminiHochberg(p: readonly number[]): number[] {
	const m = p.length;
	const adjusted = new Array<number>(m);
	let least = 1;
	ascending(p)
		.reverse()
		.forEach(({ value, index }, i) => {
			least = Math.min(least, (m / (m - i)) * value);
			adjusted[index] = least;
		});
	return adjusted;
}

/** p-values adjusted for any false discovery at all (Holm 1979), in the input's order. */
export function holm(p: readonly number[]): number[] {
	const adjusted = new Array<number>(p.length);
	let greatest = 0;
	ascending(p).forEach(({ value, index }, i) => {
		greatest = Math.max(greatest, Math.min(1, (p.length - i) * value));
		adjusted[index] = greatest;
	});
	return adjusted;
}

function ascending(p: readonly number[]): { value: number; index: number }[] {
	return p.map((value, index) => ({ value, index })).sort((x, y) => x.value - y.value);
}
