import { pythonSpaces } from '../config/pythonSpaces';

const leading = new RegExp(`^[${pythonSpaces}]+`);
const only = new RegExp(`^[${pythonSpaces}]$`);

/** Python's `str.strip()`: of white space, or of the code points in `characters`. */
export function pythonStrip(text: string, characters?: string): string {
	return pythonRstrip(pythonLstrip(text, characters), characters);
}

/** Python's `str.lstrip()`. */
export function pythonLstrip(text: string, characters?: string): string {
	if (characters === undefined) {
		return text.replace(leading, '');
	}
	const set = new Set(characters);
	const points = [...text];
	const start = points.findIndex(point => !set.has(point));
	return start === -1 ? '' : points.slice(start).join('');
}

/** Python's `str.rstrip()`. */
export function pythonRstrip(text: string, characters?: string): string {
	if (characters === undefined) {
		let end = text.length;
		// Counted down by hand: a pattern anchored at the end takes quadratic time over inner white space.
		while (end > 0 && only.test(text.charAt(end - 1))) {
			end--;
		}
		return text.slice(0, end);
	}
	const set = new Set(characters);
	const points = [...text];
	return points.slice(0, points.findLastIndex(point => !set.has(point)) + 1).join('');
}
