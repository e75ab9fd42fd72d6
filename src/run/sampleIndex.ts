import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { columnNames, type SampleColumns } from '../compare/sampleColumns';
import { canonicalJson } from '../protocol/json';
import type { SamplesRead } from './readSamples';
import { runFiles } from './runFolder';
import { emptyTable, type VariantTable } from './variantTable';

/** What the index of a finished run holds. */
export interface SampleIndex {
	readonly variants: readonly VariantTable[];
	readonly read: SamplesRead;
}

// The file: a line of JSON, then the columns of each variant as they are in memory, each filled up to a multiple of 8 bytes.
// Every processor that Node runs on today is little-endian; another would write and read its own.

const sourceSchema = z.object({ bytes: z.number(), modified: z.number(), tail: z.string() });
const headerSchema = z.object({
	format: z.literal(1),
	/** What the index was made of. */
	samples: sourceSchema,
	examples: sourceSchema,
	places: z.number(),
	lines: z.number(),
	variants: z.array(z.object({ model: z.string(), variant: z.string() })),
	/** SHA-256 of the line without it, and of all that follows. */
	sha256: z.string(),
});
type Header = z.infer<typeof headerSchema>;
type Source = z.infer<typeof sourceSchema>;

/**
 * The index beside a run's samples. Null where there is none, where samples.jsonl or examples.jsonl is not the file it was
 * made of, or where a byte of it is not what was written: it only saves time, and is never believed.
 */
export async function readIndex(dir: string, places: number): Promise<SampleIndex | null> {
	const content = await readFile(path.join(dir, runFiles.index)).catch(() => null);
	if (!content) {
		return null;
	}
	const end = content.indexOf(0x0a);
	const header = parseHeader(content.toString('utf8', 0, Math.max(0, end)));
	if (!header || header.places !== places) {
		return null;
	}
	const [samples, examples] = await sources(dir);
	const body = content.subarray(end + 1);
	const fits =
		same(header.samples, samples) && same(header.examples, examples) && hashOf(header, body) === header.sha256;
	if (!fits || body.length !== header.variants.length * variantBytes(places)) {
		return null;
	}
	const variants = header.variants.map((of, i) => decode(of, body.subarray(i * variantBytes(places)), places));
	return { variants, read: { end: header.samples.bytes, lines: header.lines } };
}

/** Writes the index; a folder that cannot take it goes without one. */
export async function writeIndex(dir: string, places: number, { variants, read }: SampleIndex): Promise<void> {
	const file = path.join(dir, runFiles.index);
	const temporary = `${file}.${process.pid}.tmp`;
	try {
		const [samples, examples] = await sources(dir);
		if (!samples || !examples || samples.bytes !== read.end) {
			return;
		}
		const body = Buffer.concat(variants.flatMap(table => encode(table, places)));
		const header = {
			format: 1 as const,
			samples,
			examples,
			places,
			lines: read.lines,
			variants: variants.map(({ model, variant }) => ({ model, variant })),
		};
		const line = JSON.stringify({ ...header, sha256: hashOf(header, body) } satisfies Header);
		await writeFile(temporary, Buffer.concat([Buffer.from(`${line}\n`), body]));
		await rename(temporary, file);
	} catch {
		await rm(temporary, { force: true }).catch(() => {});
	}
}

function parseHeader(text: string): Header | null {
	try {
		return headerSchema.parse(JSON.parse(text));
	} catch {
		return null;
	}
}

const tailBytes = 4096;

/** What tells whether a file is still the one it was. */
function sources(dir: string): Promise<(Source | null)[]> {
	return Promise.all(
		[runFiles.samples, runFiles.examples].map(async name => {
			const file = path.join(dir, name);
			const handle = await open(file, 'r').catch(() => null);
			if (!handle) {
				return null;
			}
			try {
				const { size, mtimeMs } = await stat(file);
				const tail = Buffer.alloc(Math.min(size, tailBytes));
				await handle.read(tail, 0, tail.length, size - tail.length);
				return { bytes: size, modified: mtimeMs, tail: sha256(tail) };
			} finally {
				await handle.close();
			}
		}),
	);
}

function same(a: Source, b: Source | null | undefined): boolean {
	return a.bytes === b?.bytes && a.modified === b.modified && a.tail === b.tail;
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

function hashOf(header: Omit<Header, 'sha256'>, body: Buffer): string {
	const { format, samples, examples, places, lines, variants } = header;
	const line = canonicalJson({ format, samples, examples, places, lines, variants });
	return createHash('sha256').update(line).update(body).digest('hex');
}

type Column = SampleColumns[keyof SampleColumns] | Float64Array | Uint32Array;

/** In one order for writing and reading. */
function columnsOf({ columns, start, bytes }: VariantTable): Column[] {
	return [start, bytes, ...columnNames.map(name => columns[name])];
}

function encode(table: VariantTable, places: number): Buffer[] {
	return columnsOf(table).map(column => {
		const bytes = Buffer.alloc(padded(places * column.BYTES_PER_ELEMENT));
		bytes.set(new Uint8Array(column.buffer, column.byteOffset, places * column.BYTES_PER_ELEMENT));
		return bytes;
	});
}

function decode(of: Header['variants'][number], body: Buffer, places: number): VariantTable {
	const table = emptyTable(of, places);
	let at = 0;
	for (const column of columnsOf(table)) {
		// Copied byte by byte: the columns have an alignment that the file's buffer has not.
		new Uint8Array(column.buffer).set(body.subarray(at, at + column.byteLength));
		at += padded(column.byteLength);
	}
	return table;
}

function variantBytes(places: number): number {
	return columnsOf(emptyTable({ model: '', variant: '' }, 0)).reduce(
		(sum, column) => sum + padded(places * column.BYTES_PER_ELEMENT),
		0,
	);
}

function padded(bytes: number): number {
	return 8 * Math.ceil(bytes / 8);
}
