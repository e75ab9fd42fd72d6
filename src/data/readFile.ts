import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure, inputFailure } from '../protocol/failure';
import type { Table } from './table';

type Reader = (path: string, token: CancellationToken) => Promise<Table>;

/** Kinds of files by extension, in the order in which a folder is searched. Their parsers load on first use. */
const readers: { readonly [extension: string]: () => Promise<Reader> } = {
	'.parquet': async () => (await import('./readParquet')).readParquet,
	'.jsonl': async () => (await import('./readJson')).readJsonl,
	'.json': async () => (await import('./readJson')).readJson,
	'.csv': async () => (await import('./readCsv')).readCsv,
	'.tsv': async () => (await import('./readCsv')).readTsv,
};

/** Text may be packed. */
export const dataExtensions: readonly string[] = Object.keys(readers).flatMap(extension =>
	extension === '.parquet' ? [extension] : [extension, `${extension}.gz`],
);

/** The extension of a file by which it is read, such as `.jsonl.gz`, in lower case; null: no reader knows it. */
export function dataExtension(path: string): string | null {
	return dataExtensions.find(extension => path.toLowerCase().endsWith(extension)) ?? null;
}

/** The rows of one local file with the SHA-256 of its bytes. Errors name the file. */
export async function readFile(path: string, token: CancellationToken): Promise<Table & { readonly sha256: string }> {
	const reader = readers[dataExtension(path)?.replace(/\.gz$/, '') ?? ''];
	if (!reader) {
		throw inputFailure('data.unknown-extension', { path });
	}
	try {
		const sha256 = await hashFile(path, token);
		const table = await (await reader())(path, token);
		return { ...table, sha256 };
	} catch (error) {
		if (error instanceof Failure || error instanceof Cancelled) {
			throw error;
		}
		const reason = error instanceof Error ? error.message : String(error);
		throw inputFailure('data.unreadable', { path, reason }, error);
	}
}

async function hashFile(path: string, token: CancellationToken): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
		throwIfCancelled(token);
		hash.update(chunk);
	}
	return hash.digest('hex');
}
