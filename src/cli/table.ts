/** Columns of text with two spaces between; numbers stand to the right. */
export function table(
	header: readonly string[],
	rows: readonly (readonly string[])[],
	right: ReadonlySet<number>,
): string {
	const widths = header.map((title, i) => Math.max(width(title), ...rows.map(row => width(row[i] ?? ''))));
	const line = (cells: readonly string[]) =>
		cells
			.map((cell, i) => {
				const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(cell)));
				return right.has(i) ? space + cell : cell + space;
			})
			.join('  ')
			.trimEnd();
	return [line(header), ...rows.map(line)].map(text => `${text}\n`).join('');
}

function width(text: string): number {
	return [...text].length;
}
