import type { OpenRun } from '../run/openRun';
import { sampleColumns } from '../run/parquet';

/** The samples as RFC 4180: CRLF line ends, lists as JSON, a header line. Made for spreadsheets; the other forms are exact. */
export function samplesCsv(run: OpenRun): string {
	const columns = sampleColumns(run);
	const rows = run.samples.map((_, row) => columns.map(column => cell(column.data[row] ?? null)));
	return [columns.map(column => cell(column.name)), ...rows].map(cells => `${cells.join(',')}\r\n`).join('');
}

function cell(value: string | number | boolean | null | readonly (string | number)[]): string {
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
