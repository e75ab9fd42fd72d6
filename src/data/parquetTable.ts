import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as z from 'zod';
import { inParallel } from '../hub/inParallel';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure, inputFailure } from '../protocol/failure';
import { cellToJson, textOf } from './parquetCells';
import type { ClassNames, Table } from './table';

/** A Parquet file whose footer has been read. */
export interface ParquetFile {
	/** In the file's order, without those of bytes. */
	readonly columns: readonly string[];
	/** Columns of bytes, such as images: never read. */
	readonly bytesColumns: readonly string[];
	readonly rows: number;
	/** Bytes that reading the first so many rows takes, about. */
	size(limit: number | null): number;
	/** The row groups that hold the first so many rows (null: all), with all of their rows. */
	read(limit: number | null, token: CancellationToken): Promise<Table>;
}

/** Row groups that are fetched and decoded at a time. */
const groupsAtOnce = 3;
const magic = 0x31524150; // PAR1

/**
 * Reads the footer of a Parquet file, local or remote.
 * @param path Of the file, for errors.
 * @throws Failure for a file that is cut off or none, or that is packed in a way that is not known.
 */
export async function openParquet(path: string, file: AsyncBuffer): Promise<ParquetFile> {
	return guardParquet(path, async () => {
		const tail = file.byteLength < 12 ? null : await file.slice(file.byteLength - 4, file.byteLength);
		if (tail === null || new DataView(tail).getUint32(0, true) !== magic) {
			throw inputFailure('data.parquet-cut', { path });
		}
		const metadata = await parquetMetadataAsync(file);
		const all = parquetSchema(metadata).children.map(child => child.element.name);
		const bytesColumns = columnsOfBytes(metadata);
		const columns = all.filter(column => !bytesColumns.includes(column));
		refuseUnknownCodec(path, metadata, columns);
		return {
			columns,
			bytesColumns,
			rows: Number(metadata.num_rows),
			size: limit => {
				const groups = metadata.row_groups.slice(0, groupRanges(metadata, limit).length);
				const chunks = groups.flatMap(group => group.columns.map(chunk => chunk.meta_data));
				const read = chunks.filter(chunk => chunk && columns.includes(chunk.path_in_schema[0] ?? ''));
				return read.reduce((sum, chunk) => sum + Number(chunk?.total_compressed_size ?? 0), 0);
			},
			read: (limit, token) => readGroups(path, file, metadata, columns, limit, token),
		};
	});
}

/** The rows of each row group that holds some of the first so many rows. */
function groupRanges({ row_groups }: FileMetaData, limit: number | null) {
	const groups: { readonly rowStart: number; readonly rowEnd: number }[] = [];
	let rowStart = 0;
	for (const group of row_groups) {
		if (limit !== null && rowStart >= limit) {
			break;
		}
		const rowEnd = rowStart + Number(group.num_rows);
		groups.push({ rowStart, rowEnd });
		rowStart = rowEnd;
	}
	return groups;
}

async function readGroups(
	path: string,
	file: AsyncBuffer,
	metadata: FileMetaData,
	columns: readonly string[],
	limit: number | null,
	token: CancellationToken,
): Promise<Table> {
	const read = await guardParquet(path, () =>
		inParallel(groupRanges(metadata, limit), groupsAtOnce, async range => {
			throwIfCancelled(token);
			const rows: Table['rows'][number][] = [];
			await parquetRead({
				file,
				metadata,
				compressors,
				parsers: { stringFromBytes: textOf },
				columns: [...columns],
				...range,
				onComplete: (cells: unknown[][]) => {
					for (const row of cells) {
						rows.push(new Map(columns.map((column, i) => [column, cellToJson(row[i])])));
					}
				},
			});
			return rows;
		}),
	);
	return { columns, rows: read.flat(), classNames: classNamesOf(metadata) };
}

async function guardParquet<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Cancelled || error instanceof Failure) {
			throw error;
		}
		const reason = error instanceof Error ? error.message : String(error);
		throw inputFailure('data.bad-parquet', { path, reason }, error);
	}
}

/**
 * Top-level columns with bytes in them that are no text. Arrow and its like mark every text as one; writers that do not are
 * taken at their bytes, which may be texts.
 */
function columnsOfBytes(metadata: FileMetaData): string[] {
	if (!/arrow|parquet-rs|polars|duckdb/i.test(metadata.created_by ?? '') && !keyValue(metadata, 'huggingface')) {
		return [];
	}
	type Node = ReturnType<typeof parquetSchema>;
	const hasBytes = ({ element, children }: Node): boolean =>
		children.length > 0
			? children.some(hasBytes)
			: (element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY') &&
				element.converted_type === undefined &&
				element.logical_type === undefined;
	return parquetSchema(metadata)
		.children.filter(hasBytes)
		.map(child => child.element.name);
}

function refuseUnknownCodec(path: string, { row_groups }: FileMetaData, columns: readonly string[]): void {
	for (const { meta_data } of row_groups[0]?.columns ?? []) {
		const column = meta_data?.path_in_schema[0] ?? '';
		const codec = meta_data?.codec ?? 'UNCOMPRESSED';
		// hyparquet itself knows these two.
		const known = codec === 'UNCOMPRESSED' || codec === 'SNAPPY' || Object.hasOwn(compressors, codec);
		if (!known && columns.includes(column)) {
			throw inputFailure('data.parquet-codec', { path, column, codec });
		}
	}
}

const featuresSchema = z.object({
	info: z.object({
		features: z.record(
			z.string(),
			z.object({ _type: z.string(), names: z.array(z.string()).optional() }).catch({ _type: '' }),
		),
	}),
});

/** The datasets library keeps the features of its columns in the footer, under `huggingface`. */
function classNamesOf(metadata: FileMetaData): ClassNames {
	const names = new Map<string, readonly string[]>();
	let value: unknown = null;
	try {
		value = JSON.parse(keyValue(metadata, 'huggingface') ?? 'null');
	} catch {
		// What is no JSON says nothing.
	}
	const parsed = featuresSchema.safeParse(value);
	for (const [column, feature] of Object.entries(parsed.data?.info.features ?? {})) {
		if (feature._type === 'ClassLabel' && feature.names) {
			names.set(column, feature.names);
		}
	}
	return names;
}

function keyValue({ key_value_metadata }: FileMetaData, key: string): string | undefined {
	return key_value_metadata?.find(entry => entry.key === key)?.value;
}
