import { statfs } from 'node:fs/promises';
import { runFailure } from '../../protocol/failure';

/** Turns what the operating system says about writing a rewritten model into sentences. */
export async function guardCopy<T>(file: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code; // Node's file system throws errors that carry a code
		switch (code) {
			case 'ENOSPC':
			case 'EDQUOT':
			case 'EFBIG':
				throw runFailure('graph.disk-full', { file }, error);
			case undefined:
				throw error;
			default:
				throw runFailure('graph.not-writable', { file, code }, error);
		}
	}
}

const megabyte = 1e6;

/** Fails before anything is written where the folder's disk has no room for so many bytes. */
export async function needRoom(folder: string, bytes: number): Promise<void> {
	// Some file systems do not say; they fail when they are full.
	const disk = await statfs(folder).catch(() => null);
	const free = disk && disk.bsize > 0 && disk.blocks > 0 ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
	if (free < bytes) {
		const inMegabytes = (count: number) => Math.ceil(count / megabyte);
		throw runFailure('graph.no-space', { folder, needed: inMegabytes(bytes), free: inMegabytes(free) });
	}
}
