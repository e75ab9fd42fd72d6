/**
 * The candidate that a mistyped word most probably stands for: at most one edit for every three letters away, or the only
 * one that contains the word. A word of up to three letters keeps its first: `gpu` is no mistyped `cpu`. Case does not
 * count. Null when nothing is near enough to be worth a suggestion.
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
	const typed = word.toLowerCase();
	let best: { candidate: string; distance: number } | null = null;
	const containing: string[] = [];
	for (const candidate of candidates) {
		const name = candidate.toLowerCase();
		const distance = editDistance(typed, name);
		const near = typed.length > 3 ? distance <= typed.length / 3 : distance <= 1 && name[0] === typed[0];
		if (near && distance < (best?.distance ?? Infinity)) {
			best = { candidate, distance };
		}
		if (typed.length >= 3 && name.includes(typed)) {
			containing.push(candidate);
		}
	}
	return best?.candidate ?? (containing.length === 1 ? (containing[0] ?? null) : null);
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, in UTF-16 units
 * (Damerau–Levenshtein in its restricted form: no stretch is edited twice).
 */
export function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const changed = a[i - 1] === b[j - 1] ? 0 : 1;
			let distance = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + changed);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				distance = Math.min(distance, at(beforeLast, j - 2) + 1);
			}
			row.push(distance);
		}
		beforeLast = last;
		last = row;
	}
	return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
	return row[index] ?? Infinity;
}
