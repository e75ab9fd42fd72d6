import type { FirstRows } from '../../hub/repository';

/** Code points of a cell's text that are shown; whole cells are what evaluations are for. */
const longestCell = 2000;
const longestList = 100;

/** One row a line as JSON, so that no cell can look like another row; unseen characters as escapes. */
export function rowsText(rows: FirstRows): string {
	return rows.rows
		.map((row, i) => {
			const cut = new Set(rows.cut[i] ?? []);
			const cells = [...row].map(([name, value]) => {
				const text = jsonText(shortened(value));
				return `${jsonText(name)}: ${cut.has(name) ? `${text} /* … */` : text}`;
			});
			return `{ ${cells.join(', ')} }`;
		})
		.map(line => `${line}\n`)
		.join('');
}

function shortened(value: unknown): unknown {
	if (typeof value === 'string') {
		// By code points only as far as they are shown: a cell may have ten million of them.
		const start = [...value.slice(0, 2 * longestCell)].slice(0, longestCell).join('');
		return start.length < value.length ? `${start}…` : value;
	}
	if (Array.isArray(value)) {
		const start = value.slice(0, longestList).map(shortened);
		return start.length < value.length ? [...start, '…'] : start;
	}
	return typeof value === 'object' && value !== null
		? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member)]))
		: value;
}

/** JSON in which every character is seen: no control, no mark that turns the direction, no line end of Unicode. */
function jsonText(value: unknown): string {
	return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
		[...character.split('')].map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
	);
}
