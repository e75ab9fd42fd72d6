import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { runFailure } from '../protocol/failure';
import { withSignal } from './abort';
import { lockedWork } from './blobLock';
import { blobPath, type CachedFile, cachedBlob, cachedFile, linkBlob, ownPath, snapshotPath } from './cacheLayout';
import { guardDisk, makeRoom } from './diskFailures';
import type { Hub } from './hub';
import { inParallel } from './inParallel';
import { type ByteRange, NotRanged, receive, receiveInParallel } from './receive';
import type { RepositoryFile, Snapshot } from './repository';

/** Bytes. What the cache already holds counts as received. */
export interface DownloadProgress {
	readonly received: number;
	readonly total: number;
}

export type OnDownload = (progress: DownloadProgress) => void;

/** A file and the commit that it is taken from. */
export interface WantedFile {
	readonly snapshot: Snapshot;
	readonly file: RepositoryFile;
}

/** Bytes of a range; so many are under way at a time, and so many files. */
const pieceSize = 8 * 2 ** 20;
const piecesAtOnce = 4;
const filesAtOnce = 4;
/** Between two calls of `onProgress`, in milliseconds. */
const tellEvery = 100;

/** A file of a snapshot, by its local path; downloaded where the cache does not hold it. See `downloadFiles`. */
export async function downloadFile(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	onProgress: OnDownload,
	token: CancellationToken,
): Promise<string> {
	const [local] = await downloadFiles(hub, [{ snapshot, file }], onProgress, token);
	return local ?? snapshotPath(hub.cache, snapshot, file.path);
}

/**
 * Files by their local paths, inside the cache that Python shares; those it does not hold, or not in their full length, are
 * downloaded, and count only once their checksum is right. What was received before an error or a cancellation is kept, and
 * the rest is fetched next time. `onProgress` is told of all files together, about ten times a second, and not at all where
 * nothing is fetched.
 */
export async function downloadFiles(
	hub: Hub,
	wanted: readonly WantedFile[],
	onProgress: OnDownload,
	token: CancellationToken,
): Promise<string[]> {
	const tell = totalProgress(wanted, onProgress);
	return inParallel(wanted, filesAtOnce, async ({ snapshot, file }, i) => {
		throwIfCancelled(token);
		// A checksum would read all of it each time; a copy or a disk that broke off shows in the length.
		const cached = await cachedFile(hub.cache, snapshot, file.path);
		if (cached?.size === file.size) {
			tell.quietly(i, file.size);
			return cached.path;
		}
		await fetchBlob(hub, snapshot, file, cached, received => tell(i, received), token);
		tell.quietly(i, file.size);
		return guardDisk(hub.cache, () => linkBlob(hub.cache, snapshot, file));
	});
}

/** Adds up what was received of each file. */
function totalProgress(wanted: readonly WantedFile[], onProgress: OnDownload) {
	const total = wanted.reduce((sum, { file }) => sum + file.size, 0);
	const received = wanted.map(() => 0);
	let sum = 0;
	let last = Number.NEGATIVE_INFINITY;
	const quietly = (i: number, bytes: number) => {
		sum += bytes - (received[i] ?? 0);
		received[i] = bytes;
	};
	const tell = (i: number, bytes: number) => {
		quietly(i, bytes);
		const now = performance.now();
		if (now - last >= tellEvery || sum === total) {
			last = now;
			onProgress({ received: sum, total });
		}
	};
	return Object.assign(tell, { quietly });
}

/** Makes sure of a whole blob. `damaged` is what stands in the snapshot instead of the file. */
async function fetchBlob(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	damaged: CachedFile | null,
	tell: (received: number) => void,
	token: CancellationToken,
): Promise<void> {
	const blob = blobPath(hub.cache, snapshot, file);
	const found = await cachedBlob(hub.cache, snapshot, file);
	if (found?.size === file.size) {
		return;
	}
	if (hub.offline) {
		const what = `${snapshot.id}/${file.path}`;
		const short = found ?? damaged;
		throw short
			? runFailure('hub.damaged', { what, file: short.path, size: short.size, expected: file.size })
			: runFailure('hub.offline', { what });
	}
	const incomplete = `${blob}.incomplete`;
	const before = (await stat(incomplete).catch(() => null))?.size ?? 0;
	await makeRoom(path.dirname(blob), Math.max(0, file.size - before));
	await guardDisk(blob, () =>
		lockedWork(
			ownPath(hub.cache, snapshot, 'locks', file.oid),
			async () => (await cachedBlob(hub.cache, snapshot, file))?.size === file.size,
			() => fetchLocked(hub, snapshot, file, blob, incomplete, tell, token),
			token,
		),
	);
}

async function fetchLocked(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	blob: string,
	incomplete: string,
	tell: (received: number) => void,
	token: CancellationToken,
): Promise<void> {
	const hash = hashOf(file);
	let position = await hashBeginning(incomplete, file, hash, token);
	const handle = await open(incomplete, position > 0 ? 'r+' : 'w');
	try {
		const write = async (chunk: Uint8Array) => {
			await writeAt(handle, chunk, position);
			hash.update(chunk);
			position += chunk.length;
			tell(position);
		};
		await withSignal(token, async signal => {
			await fetchFrom(hub, snapshot, file, position, write, signal);
		});
		await handle.truncate(file.size);
		await handle.sync();
	} finally {
		await handle.close();
	}
	if (hash.digest('hex') !== (file.sha256 ?? file.oid)) {
		await rm(incomplete, { force: true });
		throw runFailure('hub.checksum', { id: snapshot.id, file: file.path });
	}
	await rename(incomplete, blob);
}

/** Of LFS files the SHA-256; git's own hash stands over a header with the length. */
function hashOf({ oid, sha256, size }: RepositoryFile): Hash {
	return sha256 !== null || oid.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

/** How many bytes an earlier try left, which are hashed; 0 where it left none, or more than there can be. */
async function hashBeginning(
	incomplete: string,
	file: RepositoryFile,
	hash: Hash,
	token: CancellationToken,
): Promise<number> {
	const size = (await stat(incomplete).catch(() => null))?.size ?? 0;
	if (size === 0 || size > file.size) {
		return 0;
	}
	for await (const chunk of createReadStream(incomplete, { highWaterMark: 2 ** 20, end: size - 1 })) {
		throwIfCancelled(token);
		hash.update(chunk);
	}
	return size;
}

async function writeAt(handle: Awaited<ReturnType<typeof open>>, chunk: Uint8Array, position: number): Promise<void> {
	for (let done = 0; done < chunk.length; ) {
		const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, position + done);
		done += bytesWritten;
	}
}

async function fetchFrom(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	have: number,
	write: (chunk: Uint8Array) => Promise<void>,
	signal: AbortSignal,
): Promise<void> {
	const others = new AbortController();
	const both = AbortSignal.any([signal, others.signal]);
	const pieces = piecesOf({ start: have, end: file.size });
	let received = 0;
	try {
		for await (const chunk of receiveInParallel(pieces, piecesAtOnce, piece =>
			receive(hub, snapshot, file, piece, both),
		)) {
			await write(chunk);
			received += chunk.length;
		}
	} catch (error) {
		// An error of one range ends the others.
		others.abort(error);
		if (!(error instanceof NotRanged)) {
			throw error;
		}
		await fetchWhole(hub, snapshot, file, have + received, write, signal);
	}
}

/** From servers that know no ranges: what is there already is passed over. */
async function fetchWhole(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	have: number,
	write: (chunk: Uint8Array) => Promise<void>,
	signal: AbortSignal,
): Promise<void> {
	let position = 0;
	try {
		for await (const chunk of receive(hub, snapshot, file, { start: 0, end: file.size }, signal)) {
			const known = Math.min(chunk.length, Math.max(0, have - position));
			position += chunk.length;
			if (known < chunk.length) {
				await write(chunk.subarray(known));
			}
		}
	} catch (error) {
		// Cut off, and cannot be continued now.
		throw error instanceof NotRanged ? runFailure('hub.cut', { id: snapshot.id, file: file.path }, error) : error;
	}
}

/** Where little is left it comes as one. */
function piecesOf({ start, end }: ByteRange): ByteRange[] {
	if (end - start <= 2 * pieceSize) {
		return start < end ? [{ start, end }] : [];
	}
	const count = Math.ceil((end - start) / pieceSize);
	return Array.from({ length: count }, (_, i) => ({
		start: start + i * pieceSize,
		end: Math.min(end, start + (i + 1) * pieceSize),
	}));
}
