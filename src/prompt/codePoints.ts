/** Python's order of texts: by Unicode code point, where `<` goes by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
	const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()];
	for (;;) {
		const [x, y] = [left.next(), right.next()];
		if (x.done || y.done) {
			return x.done ? (y.done ? 0 : -1) : 1;
		}
		const difference = (x.value.codePointAt(0) ?? 0) - (y.value.codePointAt(0) ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}
}
