import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';

/** By path, size and time of change: a model of gigabytes is read once in the life of a process. */
const known = new Map<string, string>();

/** What changes when a file is replaced or written to. */
export async function fileStamp(file: string): Promise<string> {
	try {
		const { size, mtimeMs, ino } = await stat(file);
		return `${size} ${mtimeMs} ${ino}`;
	} catch (error) {
		// Node's file system throws errors that carry a code.
		return `gone: ${(error as NodeJS.ErrnoException).code}`;
	}
}

/** SHA-256 of a file's bytes, as 64 hex digits. */
export async function fileSha256(file: string, token: CancellationToken): Promise<string> {
	try {
		const { size, mtimeMs } = await stat(file);
		const key = `${size} ${mtimeMs} ${file}`;
		const digest = known.get(key) ?? (await digestOf(file, token));
		known.set(key, digest);
		return digest;
	} catch (error) {
		// Node's file system throws errors that carry a code; a cancellation has none.
		const code = (error as NodeJS.ErrnoException).code;
		throw code === undefined ? error : inputFailure('engine.not-readable', { file, code }, error);
	}
}

async function digestOf(file: string, token: CancellationToken): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), async (chunks: AsyncIterable<Buffer>) => {
		for await (const chunk of chunks) {
			throwIfCancelled(token);
			hash.update(chunk);
		}
	});
	return hash.digest('hex');
}
