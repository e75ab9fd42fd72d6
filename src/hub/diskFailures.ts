import { mkdir, statfs } from 'node:fs/promises';
import { runFailure } from '../protocol/failure';

const megabyte = 1e6;

/** Turns the operating system's codes into sentences; what carries no code is thrown as it is. */
export async function guardDisk<T>(file: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code; // Node's file system throws errors that carry a code
		switch (typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined) {
			case 'ENOSPC':
			case 'EDQUOT':
			case 'EFBIG':
				throw runFailure('hub.disk-full', { file }, error);
			case 'EACCES':
			case 'EPERM':
			case 'EROFS':
				throw runFailure('hub.not-writable', { file }, error);
			case undefined:
				throw error;
			default:
				throw runFailure('hub.write-failed', { file, code: String(code) }, error);
		}
	}
}

/** Makes the folder, and fails before anything is fetched where its disk has no room for so many bytes. */
export async function makeRoom(folder: string, bytes: number): Promise<void> {
	await guardDisk(folder, () => mkdir(folder, { recursive: true }));
	// Some file systems do not say; they fail when they are full.
	const disk = await statfs(folder).catch(() => null);
	const free = disk && disk.bsize > 0 && disk.blocks > 0 ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
	if (free < bytes) {
		const inMegabytes = (count: number) => Math.ceil(count / megabyte);
		throw runFailure('hub.no-space', { folder, needed: inMegabytes(bytes), free: inMegabytes(free) });
	}
}
