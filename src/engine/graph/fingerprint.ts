import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { CancellationToken } from '../../protocol/cancellation';
import { readWhole } from './sourceFile';

/** What a file of weights is known again by. */
export interface Fingerprint {
	readonly bytes: number;
	/** SHA-256 of the whole of a small file, of a page in each megabyte and the last one of a large one; hex. */
	readonly sample: string;
}

/** Files up to this size are read as a whole: graphs without weights are. */
const wholeUpTo = 1 << 23;
const page = 4096;
const stride = 1 << 20;

/**
 * Takes a file's fingerprint. Disks lose the ends of files and whole blocks of them, which shows in size and samples;
 * reading gigabytes at each start to find a single bit would take longer than the work that the copy saves.
 */
export async function fingerprint(file: string, token: CancellationToken): Promise<Fingerprint> {
	const handle = await open(file, 'r');
	try {
		const { size } = await handle.stat();
		const hash = createHash('sha256');
		const step = size <= wholeUpTo ? page : stride;
		const buffer = new Uint8Array(page);
		const take = async (offset: number) => {
			const part = buffer.subarray(0, Math.min(page, size - offset));
			await readWhole(handle, part, offset, token);
			hash.update(part);
		};
		for (let offset = 0; offset < size; offset += step) {
			await take(offset);
		}
		await take(Math.max(0, size - page));
		return { bytes: size, sample: hash.digest('hex') };
	} finally {
		await handle.close();
	}
}

export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
	return a.bytes === b.bytes && a.sample === b.sample;
}
