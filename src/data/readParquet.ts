import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import type { Table } from './table';

/**
 * Reads a Parquet file, row group by row group. Whole numbers of 64 bits become numbers where JavaScript can hold them and
 * decimal text where not; dates become ISO text, bytes that are no text Base64, NaN and infinities null.
 */
export async function readParquet(path: string, token: CancellationToken): Promise<Table> {
	try {
		const file = await asyncBufferFromFile(path);
		const metadata = await parquetMetadataAsync(file);
		const columns = parquetSchema(metadata).children.map(child => child.element.name);
		const rows: ReadonlyMap<string, Json>[] = [];
		let rowStart = 0;
		for (const group of metadata.row_groups) {
			throwIfCancelled(token);
			const rowEnd = rowStart + Number(group.num_rows);
			await parquetRead({
				file,
				metadata,
				compressors,
				parsers: { stringFromBytes: textOf },
				rowStart,
				rowEnd,
				onComplete: (cells: unknown[][]) => {
					for (const row of cells) {
						rows.push(new Map(columns.map((column, i) => [column, toJson(row[i])])));
					}
				},
			});
			rowStart = rowEnd;
		}
		return { columns, rows };
	} catch (error) {
		if (error instanceof Cancelled) {
			throw error;
		}
		const reason = error instanceof Error ? error.message : String(error);
		throw inputFailure('data.bad-parquet', { path, reason }, error);
	}
}

// The package's own decoder takes a byte order mark off the front of a text, and puts U+FFFD for bytes that are no text.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array | undefined): string | undefined {
	if (bytes === undefined) {
		return undefined;
	}
	try {
		return utf8.decode(bytes);
	} catch {
		return Buffer.from(bytes).toString('base64');
	}
}

function toJson(value: unknown): Json {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return value;
		case 'number':
			return Number.isFinite(value) ? value : null;
		case 'bigint':
			return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
		case 'object':
			return value === null ? null : objectToJson(value);
		default:
			return null;
	}
}

function objectToJson(value: object): Json {
	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? null : value.toISOString();
	}
	if (value instanceof Uint8Array) {
		return Buffer.from(value).toString('base64');
	}
	if (Array.isArray(value) || ArrayBuffer.isView(value)) {
		return Array.from(value as ArrayLike<unknown>, toJson); // a list, or one of typed numbers
	}
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}
