import { parse } from 'csv-parse/sync';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { allDataBytes } from './dataBytes';
import { plainTable, type Table } from './table';
import { decodeUtf8 } from './text';

/** Reads CSV of RFC 4180 with a header row. Every value is text, line ends inside quotes as they are. */
export async function readCsv(path: string, token: CancellationToken): Promise<Table> {
	return readSeparated(path, ',', token);
}

/** The same with tabs in place of commas. */
export async function readTsv(path: string, token: CancellationToken): Promise<Table> {
	return readSeparated(path, '\t', token);
}

async function readSeparated(path: string, delimiter: string, token: CancellationToken): Promise<Table> {
	const text = decodeUtf8(path, await allDataBytes(path, token), 1);
	const [header = [], ...records] = parseRecords(path, text, delimiter);
	const doubled = header.find((column, i) => header.indexOf(column) !== i);
	if (doubled !== undefined) {
		throw inputFailure('data.csv-doubled-column', { path, column: doubled });
	}
	const rows = records.map(record => new Map(header.map((column, i) => [column, record[i] ?? ''])));
	return plainTable(header, rows);
}

function parseRecords(path: string, text: string, delimiter: string): string[][] {
	try {
		// Without `columns`, records are lists of texts. A CR alone is text: found line ends must not be guessed.
		return parse(text, {
			delimiter,
			relax_quotes: delimiter === '\t',
			record_delimiter: ['\r\n', '\n'],
			skip_empty_lines: true,
		}) as string[][];
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw inputFailure('data.bad-csv', { path, reason }, error);
	}
}
