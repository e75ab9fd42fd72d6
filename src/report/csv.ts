import type { OpenRun } from '../run/openRun';
import { sampleColumns } from '../run/parquet';

/** The samples as RFC 4180: CRLF line ends, lists as JSON, a header line. */
export function samplesCsv(run: OpenRun): string {
	const columns = sampleColumns(run);
	const rows = run.samples.map((_, row) => columns.map(column => cell(column.data[row] ?? null)));
	return [columns.map(column => cell(column.name)), ...rows].map(cells => `${cells.join(',')}\r\n`).join('');
}

function cell(value: string | number | boolean | null | readonly (string | number)[]): string {
	const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
