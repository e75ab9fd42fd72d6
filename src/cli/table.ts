/**
 * Columns of text with two spaces between; a code point counts as one place.
 * @param left How many columns, from the first, hold names: they stand to the left, numbers to the right.
 */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], left: number): string {
	const widths = titles.map((title, i) => Math.max(width(title), ...rows.map(row => width(row[i] ?? ''))));
	const line = (cells: readonly string[]) =>
		cells
			.map((cell, i) => {
				const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(cell)));
				return i < left ? cell + space : space + cell;
			})
			.join('  ')
			.trimEnd();
	return [line(titles), ...rows.map(line)].map(text => `${text}\n`).join('');
}

function width(text: string): number {
	return [...text].length;
}
