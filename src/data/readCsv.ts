import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import type { Table } from './table';
import { decodeUtf8 } from './text';

/** Reads CSV of RFC 4180 with a header row. Every value is text, line ends inside quotes as they are. */
export async function readCsv(path: string, token: CancellationToken): Promise<Table> {
	const text = decodeUtf8(path, await readFile(path), 1);
	throwIfCancelled(token);
	const [header = [], ...records] = parseRecords(path, text);
	const doubled = header.find((column, i) => header.indexOf(column) !== i);
	if (doubled !== undefined) {
		throw inputFailure('data.csv-doubled-column', { path, column: doubled });
	}
	const rows = records.map(record => new Map(header.map((column, i) => [column, record[i] ?? ''])));
	return { columns: header, rows };
}

function parseRecords(path: string, text: string): string[][] {
	try {
		// Without `columns`, records are lists of texts. A CR alone is text: found line ends must not be guessed.
		return parse(text, { record_delimiter: ['\r\n', '\n'], skip_empty_lines: true }) as string[][];
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw inputFailure('data.bad-csv', { path, reason }, error);
	}
}
