import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { withSignal } from '../../hub/abort';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../../protocol/cancellation';
import { Failure, runFailure } from '../../protocol/failure';
import { chunksOf, hostOf, type PublishedPackage, type Registry, reasonOf } from './registry';

/** Connections in a row that bring nothing, before it is given up; each may stay silent so long, in milliseconds. */
const patience = 4;
const silentFor = 30_000;

/**
 * Downloads a package into a file, which is whole and has its checksum afterwards. What an earlier try left there is gone
 * on from; what is left of this one, after an error or a cancellation, stays for the next.
 */
export async function downloadPackage(
	registry: Registry,
	wanted: PublishedPackage,
	file: string,
	onBytes: (received: number) => void,
	token: CancellationToken,
): Promise<void> {
	let received = (await stat(file).catch(() => null))?.size ?? 0;
	if (received > wanted.size) {
		await rm(file, { force: true });
		received = 0;
	}
	for (let fruitless = 0; received < wanted.size; ) {
		const before = received;
		try {
			received = await receive(registry, wanted, file, received, onBytes, token);
		} catch (error) {
			throwIfCancelled(token);
			if (error instanceof Failure || isOfDisk(error)) {
				throw error;
			}
			received = (await stat(file).catch(() => null))?.size ?? 0;
			fruitless = received > before ? 0 : fruitless + 1;
			if (fruitless >= patience) {
				throw runFailure('cuda.unreachable', { host: hostOf(wanted.url), reason: reasonOf(error) }, error);
			}
		}
	}
	if ((await sha512(file, token)) !== wanted.sha512) {
		await rm(file, { force: true });
		throw runFailure('cuda.checksum', { name: wanted.name, version: wanted.version });
	}
}

/** One connection, appended to the file; resolves with its length. */
async function receive(
	{ fetch }: Registry,
	{ url, size }: PublishedPackage,
	file: string,
	from: number,
	onBytes: (received: number) => void,
	token: CancellationToken,
): Promise<number> {
	const silence = new AbortController();
	const waiting = setTimeout(() => silence.abort(new Error('silent')), silentFor);
	try {
		return await withSignal(token, async signal => {
			const response = await fetch(url, {
				headers: { 'Accept-Encoding': 'identity', ...(from > 0 ? { Range: `bytes=${from}-${size - 1}` } : {}) },
				signal: AbortSignal.any([signal, silence.signal]),
			});
			if (!response.ok) {
				await response.body?.cancel();
				throw runFailure('cuda.refused', { host: hostOf(url), status: response.status, what: url });
			}
			// A server that knows no ranges sends it all again.
			let position = response.status === 206 ? from : 0;
			const handle = await open(file, position > 0 ? 'a' : 'w');
			try {
				for await (const chunk of chunksOf(response)) {
					waiting.refresh();
					const rest = chunk.subarray(0, size - position);
					await handle.writeFile(rest);
					position += rest.length;
					onBytes(position);
				}
			} finally {
				await handle.close();
			}
			if (position < size) {
				throw new Error('cut off');
			}
			return position;
		});
	} finally {
		clearTimeout(waiting);
	}
}

/** Node's file system throws errors that carry a system call; fetch wraps those of its connections. */
function isOfDisk(error: unknown): boolean {
	return error instanceof Error && 'syscall' in error && !(error instanceof Cancelled);
}

async function sha512(file: string, token: CancellationToken): Promise<string> {
	const hash = createHash('sha512');
	for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
		throwIfCancelled(token);
		hash.update(chunk);
	}
	return hash.digest('base64');
}
