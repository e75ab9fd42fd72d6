import { readFile } from 'node:fs/promises';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { blobPath, ownPath, writeOwn } from './cacheLayout';
import { guardDisk } from './diskFailures';
import type { Hub } from './hub';
import { inParallel } from './inParallel';
import { receiveRange } from './receive';
import type { RepositoryFile, Snapshot } from './repository';

/** A file that is read in parts, as hyparquet reads one. */
export interface RemoteFile {
	readonly byteLength: number;
	slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Bytes. Parts are kept on the disk in blocks of one size, so that whatever overlaps is fetched once. */
const blockSize = 256 * 2 ** 10;
/** Blocks of one request at most, and requests under way. */
const blocksOfRequest = 32;
const requestsAtOnce = 4;

/**
 * A file of a snapshot of which only the parts that are read are downloaded, each once: they are kept beside the blobs, by
 * the hash of the file. `onBytes` is told how many were fetched.
 */
export function openRemoteFile(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	onBytes: (count: number) => void,
	token: CancellationToken,
): RemoteFile {
	// Refuses what is no hash before it becomes the name of a folder.
	blobPath(hub.cache, snapshot, file);
	const { size } = file;
	const blockFile = (index: number) => ownPath(hub.cache, snapshot, 'blocks', file.oid, String(index));
	const lengthOf = (index: number) => Math.min(blockSize, size - index * blockSize);
	const loading = new Map<number, Promise<Uint8Array>>();
	const limited = limiter(requestsAtOnce);

	const readKept = async (index: number): Promise<Uint8Array | null> => {
		const bytes = await readFile(blockFile(index)).catch(() => null);
		return bytes?.length === lengthOf(index) ? bytes : null;
	};
	const fetchRun = async (indexes: readonly number[]): Promise<(readonly [number, Uint8Array])[]> => {
		const first = indexes[0] ?? 0;
		const start = first * blockSize;
		const end = Math.min(size, start + indexes.length * blockSize);
		throwIfCancelled(token);
		const bytes = await receiveRange(hub, snapshot, file, { start, end }, token);
		onBytes(bytes.length);
		const blocks = indexes.map((index, i) => [index, bytes.subarray(i * blockSize, (i + 1) * blockSize)] as const);
		await Promise.all(
			blocks.map(([index, block]) =>
				guardDisk(blockFile(index), () => writeOwn(hub.cache, snapshot, blockFile(index), block)),
			),
		);
		return blocks;
	};
	const load = async (indexes: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> => {
		const kept = await Promise.all(indexes.map(async index => [index, await readKept(index)] as const));
		const missing = kept.flatMap(([index, block]) => (block === null ? [index] : []));
		const runs = runsOf(missing);
		const fetched = await inParallel(runs, runs.length, run => limited(() => fetchRun(run)));
		return new Map([...kept.flatMap(([index, block]) => (block ? [[index, block] as const] : [])), ...fetched.flat()]);
	};
	return {
		byteLength: size,
		async slice(start, end = size) {
			const first = Math.floor(start / blockSize);
			const indexes = Array.from({ length: Math.max(0, Math.ceil(end / blockSize) - first) }, (_, i) => first + i);
			const own = indexes.filter(index => !loading.has(index));
			const loaded = load(own);
			for (const index of own) {
				loading.set(
					index,
					loaded.then(blocks => blocks.get(index) ?? new Uint8Array()),
				);
			}
			try {
				const blocks = await Promise.all(indexes.map(index => loading.get(index) ?? new Uint8Array()));
				const offset = first * blockSize;
				// A copy with a buffer of its own, as views of it are made.
				return Uint8Array.from(Buffer.concat(blocks).subarray(start - offset, end - offset)).buffer;
			} finally {
				for (const index of own) {
					loading.delete(index);
				}
			}
		},
	};
}

/** Neighbours together. */
function runsOf(indexes: readonly number[]): number[][] {
	const runs: number[][] = [];
	for (const index of indexes) {
		const last = runs.at(-1);
		if (last?.at(-1) === index - 1 && last.length < blocksOfRequest) {
			last.push(index);
		} else {
			runs.push([index]);
		}
	}
	return runs;
}

/** Lets so many works run at a time; the others wait their turn. */
function limiter(atOnce: number) {
	const waiting: (() => void)[] = [];
	let running = 0;
	return async <T>(work: () => Promise<T>): Promise<T> => {
		if (running >= atOnce) {
			await new Promise<void>(resolve => waiting.push(resolve));
		}
		running++;
		try {
			return await work();
		} finally {
			running--;
			waiting.shift()?.();
		}
	};
}
