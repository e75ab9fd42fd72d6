import type { OpenRun } from '../run/openRun';
import { sampleColumns, sampleRows } from '../run/sampleRows';

/** The samples as RFC 4180: CRLF line ends, lists as JSON, a header line. Made for spreadsheets; the other forms are exact. */
export async function* samplesCsv(run: OpenRun): AsyncGenerator<string> {
	yield line(sampleColumns.map(({ name }) => name));
	for await (const row of sampleRows(run)) {
		yield line(sampleColumns.map(({ value }) => value(row)));
	}
}

type Cell = string | number | boolean | null | readonly (string | number)[];

function line(cells: readonly Cell[]): string {
	return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: Cell): string {
	if (typeof value === 'string') {
		return quoted(inert(value));
	}
	return value === null ? '' : quoted(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** A spreadsheet takes a text that begins so for a formula and runs it; behind an apostrophe it stays text. */
function inert(text: string): string {
	return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
