import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';

/** The bytes of a text file, piece by piece; those of a `.gz` unpacked. */
export async function* dataBytes(path: string, token: CancellationToken): AsyncGenerator<Buffer> {
	const file = createReadStream(path);
	let source: Readable = file;
	if (path.toLowerCase().endsWith('.gz')) {
		const unpacked = createGunzip();
		// Errors of either end come out of the reading end.
		pipeline(file, unpacked).catch(() => {});
		source = unpacked;
	}
	try {
		for await (const chunk of source as AsyncIterable<Buffer>) {
			throwIfCancelled(token);
			yield chunk;
		}
	} finally {
		file.destroy();
	}
}

/** All of them. */
export async function allDataBytes(path: string, token: CancellationToken): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of dataBytes(path, token)) {
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
