import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { dataExtension, dataExtensions } from '../../../data/readFile';
import type { Json } from '../../../protocol/json';
import type { ColumnKnowledge, DatasetKnowledge, DatasetRequest, SplitKnowledge } from './knowledge';

/** What the first bytes of a file tell. */
interface Head extends Pick<DatasetKnowledge, 'columns' | 'columnsAreComplete' | 'rows'> {
	readonly rowCount: number | null;
}

const headBytes = 256 * 1024;
const headRows = 20;

/** By extension; that of packed files left off. */
const readers: { readonly [extension: string]: (file: string) => Promise<Head> } = {
	'.parquet': parquetHead,
	'.jsonl': jsonlHead,
	'.json': jsonHead,
	'.csv': file => csvHead(file, ','),
	'.tsv': file => csvHead(file, '\t'),
};

/**
 * What the files of a local dataset tell without being read as a whole: Parquet's footer, the first rows of the others.
 * Null where there is no such file or folder.
 */
export async function readLocalDataset(request: DatasetRequest, folder: string): Promise<DatasetKnowledge | null> {
	const full = path.resolve(folder, request.path);
	const found = await stat(full).catch(() => null);
	if (!found) {
		return null;
	}
	const files = found.isDirectory() ? await splitFiles(full) : [{ split: request.split, file: full }];
	const chosen = files.find(({ split }) => split === request.split) ?? files[0];
	const head = chosen && (await readHead(chosen.file));
	const splits = files.map(
		({ split }): SplitKnowledge => ({
			config: null,
			split,
			rows: split === chosen?.split ? (head?.rowCount ?? null) : null,
		}),
	);
	return {
		path: request.path,
		isLocal: true,
		configs: null,
		splits,
		columns: head?.columns ?? [],
		columnsAreComplete: head?.columnsAreComplete ?? false,
		rows: head?.rows ?? [],
		summary: null,
	};
}

async function splitFiles(folder: string): Promise<{ readonly split: string; readonly file: string }[]> {
	// In the order in which the loader looks for them.
	const rank = (name: string) => dataExtensions.indexOf(dataExtension(name) ?? '');
	const names = (await readdir(folder)).filter(name => rank(name) >= 0).sort((a, b) => rank(a) - rank(b));
	const files = new Map<string, string>();
	for (const name of names) {
		const split = name.slice(0, -(dataExtension(name) ?? '').length);
		files.set(split, files.get(split) ?? path.join(folder, name));
	}
	return [...files].map(([split, file]) => ({ split, file }));
}

async function readHead(file: string): Promise<Head | null> {
	const reader = readers[dataExtension(file)?.replace(/\.gz$/, '') ?? ''];
	// A file that cannot be read is reported by whoever runs the evaluation.
	return reader ? await reader(file).catch(() => null) : null;
}

async function parquetHead(file: string): Promise<Head> {
	const buffer = await asyncBufferFromFile(file);
	const metadata = await parquetMetadataAsync(buffer);
	const rowCount = Number(metadata.num_rows);
	const groups = metadata.row_groups;
	const columns = parquetSchema(metadata).children.map(({ element, children }): ColumnKnowledge => {
		const statistics = groups.map(
			group =>
				group.columns.find(column => column.meta_data?.path_in_schema.join('.') === element.name)?.meta_data
					?.statistics,
		);
		const limits = statistics.flatMap(of => [numberOf(of?.min_value ?? of?.min), numberOf(of?.max_value ?? of?.max)]);
		const numbers = limits.filter(limit => limit !== null);
		const isKnown = numbers.length > 0 && numbers.length === limits.length && children.length === 0;
		return {
			name: element.name,
			type:
				children.length > 0 ? 'list' : (element.logical_type?.type ?? element.converted_type ?? element.type ?? null),
			classNames: null,
			bounds: isKnown ? { min: Math.min(...numbers), max: Math.max(...numbers) } : null,
		};
	});
	// Rows of large cells would take longer than a tooltip is worth.
	const first = groups[0];
	const isSmall = first !== undefined && Number(first.total_byte_size) < 64 * 1024 * 1024;
	const objects = isSmall
		? await parquetReadObjects({ file: buffer, metadata, compressors, rowEnd: Math.min(headRows, rowCount) })
		: [];
	const rows = objects.map(object => new Map(Object.entries(object).map(([name, cell]) => [name, toJson(cell)])));
	return { columns, columnsAreComplete: true, rows, rowCount };
}

function numberOf(value: unknown): number | null {
	return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}

function toJson(cell: unknown): Json {
	if (typeof cell === 'bigint') {
		return Number(cell);
	}
	if (Array.isArray(cell)) {
		return cell.map(toJson);
	}
	return cell instanceof Object
		? String(cell)
		: typeof cell === 'string' || typeof cell === 'boolean' || typeof cell === 'number'
			? cell
			: null;
}

async function jsonlHead(file: string): Promise<Head> {
	const { text, isWhole } = await beginning(file);
	const lines = text.split('\n');
	const whole = isWhole ? lines : lines.slice(0, -1);
	const rows = whole.filter(line => line.trim() !== '').map(line => rowOf(JSON.parse(line)));
	return { ...headOf(rows), columnsAreComplete: isWhole, rowCount: isWhole ? rows.length : null };
}

async function jsonHead(file: string): Promise<Head> {
	const { text, isWhole } = await beginning(file);
	const parsed: unknown = isWhole ? JSON.parse(text) : [];
	const rows = Array.isArray(parsed) ? parsed.map(rowOf) : [];
	return { ...headOf(rows), columnsAreComplete: isWhole, rowCount: isWhole ? rows.length : null };
}

async function csvHead(file: string, delimiter: string): Promise<Head> {
	const { text, isWhole } = await beginning(file);
	const whole = isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1);
	// Without `columns`, records are lists of texts. A quote may be open where the text was cut: that record is left out.
	const records = parse(whole, {
		delimiter,
		to: headRows + 1,
		relax_quotes: !isWhole,
		skip_empty_lines: true,
	}) as string[][];
	const [header = [], ...cells] = records;
	const rows = cells.map(record => new Map<string, Json>(header.map((name, i) => [name, record[i] ?? ''])));
	return {
		columns: header.map(name => ({ name, type: 'text', classNames: null, bounds: null })),
		columnsAreComplete: true,
		rows,
		rowCount: isWhole && cells.length < headRows ? cells.length : null,
	};
}

async function beginning(file: string): Promise<{ readonly text: string; readonly isWhole: boolean }> {
	const handle = await open(file);
	try {
		const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
		const { size } = await handle.stat();
		const read = buffer.subarray(0, bytesRead);
		const isPacked = file.toLowerCase().endsWith('.gz');
		const { bytes, isWhole } = isPacked ? await unpacked(read, size <= bytesRead) : { bytes: read, isWhole: true };
		return { text: bytes.toString('utf8').replace(/^\ufeff/, ''), isWhole: isWhole && size <= bytesRead };
	} finally {
		await handle.close();
	}
}

/** The first bytes of a packed file: a few of them may hold gigabytes. */
async function unpacked(
	packed: Uint8Array,
	isWhole: boolean,
): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
	const pieces: Buffer[] = [];
	let length = 0;
	try {
		for await (const piece of Readable.from([packed]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
			pieces.push(piece);
			length += piece.length;
			if (length > headBytes) {
				return { bytes: Buffer.concat(pieces).subarray(0, headBytes), isWhole: false };
			}
		}
	} catch (error) {
		// Where only its beginning was read, the file ends too soon.
		if (isWhole) {
			throw error;
		}
	}
	return { bytes: Buffer.concat(pieces), isWhole };
}

function rowOf(value: unknown): ReadonlyMap<string, Json> {
	// What JSON.parse gives is what JSON can say; own keys only, as a column may have any name.
	return new Map(Object.entries((value ?? {}) as Readonly<Record<string, Json>>));
}

function headOf(all: readonly ReadonlyMap<string, Json>[]): Pick<Head, 'columns' | 'rows'> {
	const names = [...new Set(all.flatMap(row => [...row.keys()]))];
	const columns = names.map(name => ({ name, type: typeOf(all, name), classNames: null, bounds: null }));
	return { columns, rows: all.slice(0, headRows) };
}

function typeOf(rows: readonly ReadonlyMap<string, Json>[], column: string): string | null {
	const cell = rows.map(row => row.get(column)).find(value => value !== null && value !== undefined);
	return cell === undefined ? null : Array.isArray(cell) ? 'list' : typeof cell === 'object' ? 'mapping' : typeof cell;
}
