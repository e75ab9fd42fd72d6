import { rename, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import { guard } from './journal';
import type { OpenRun } from './openRun';
import type { PlaceRange } from './recordedSamples';
import { type SampleColumn, type SampleRow, sampleColumns, sampleRows } from './sampleRows';

/** Rows that are written at a time, about, and all that is in memory of them. */
const groupRows = 4096;

/**
 * Writes a run's samples.parquet: a row a sample, columns to list and filter by first, the prompt's text in a column of its own
 * so that a list opens without reading it. Loads as it is in pandas, DuckDB and the Hub's viewer. Of prompts that follow each
 * other only what the later one has of its own is stored (DELTA_BYTE_ARRAY): the shots of a subject once, not for each question.
 */
export async function writeParquet(run: OpenRun, file: string): Promise<void> {
	const temporary = `${file}.${process.pid}.tmp`;
	await guard(file, async () => {
		try {
			const writer = new ParquetWriter({
				writer: fileWriter(temporary),
				schema: [{ name: 'samples', num_children: sampleColumns.length }, ...sampleColumns.flatMap(schemaOf)],
				codec: 'GZIP',
				compressors: { GZIP: bytes => gzipSync(bytes) },
			});
			for (const range of groupsOf(run)) {
				const rows = await gathered(sampleRows(run, range));
				if (rows.length > 0) {
					await writer.write({
						columnData: sampleColumns.map(column => dataOf(column, rows)),
						rowGroupSize: rows.length,
					});
				}
			}
			await writer.finish();
			await rename(temporary, file);
		} catch (error) {
			await rm(temporary, { force: true }).catch(() => {});
			throw error;
		}
	});
}

/** All samples of some examples make a group, so that their questions are written once for all variants. */
function* groupsOf({ exampleLines, results }: OpenRun): Generator<PlaceRange> {
	const size = Math.max(1, Math.ceil(groupRows / Math.max(1, results.length)));
	for (let from = 0; from < exampleLines.length; from += size) {
		yield { from, to: Math.min(exampleLines.length, from + size) };
	}
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
	const all: T[] = [];
	for await (const item of items) {
		all.push(item);
	}
	return all;
}

function dataOf({ name, value, long }: SampleColumn, rows: readonly SampleRow[]): ColumnSource {
	return { name, data: rows.map(value), ...(long ? { encoding: 'DELTA_BYTE_ARRAY', statistics: false } : {}) };
}

const elements = {
	text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
	integer: { type: 'INT32' },
	number: { type: 'DOUBLE' },
	truth: { type: 'BOOLEAN' },
} as const satisfies Record<string, Partial<SchemaElement>>;

/** Lists have the three levels that Parquet prescribes. */
function schemaOf({ name, type }: SampleColumn): SchemaElement[] {
	if (type === 'texts' || type === 'numbers') {
		const element = type === 'texts' ? elements.text : elements.number;
		return [
			{ name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
			{ name: 'list', repetition_type: 'REPEATED', num_children: 1 },
			{ name: 'element', repetition_type: 'OPTIONAL', ...element },
		];
	}
	return [{ name, repetition_type: 'OPTIONAL', ...elements[type] }];
}
