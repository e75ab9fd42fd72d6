/** A text as a sequence of Unicode code points; half a surrogate pair is a unit of its own. */
export interface CodePoints {
	readonly codes: Uint32Array;
	/** The text of the code points [start, end). */
	slice(start: number, end: number): string;
}

export function codePoints(text: string): CodePoints {
	const codes = new Uint32Array(text.length);
	/** Where each code point begins, in UTF-16 units, and where the text ends. */
	const starts = new Uint32Array(text.length + 1);
	let count = 0;
	for (let at = 0; at < text.length; count++) {
		const code = text.codePointAt(at) ?? 0;
		codes[count] = code;
		starts[count] = at;
		at += code > 0xffff ? 2 : 1;
	}
	starts[count] = text.length;
	return {
		codes: codes.subarray(0, count),
		slice: (start, end) => text.slice(starts[start], starts[end]),
	};
}
