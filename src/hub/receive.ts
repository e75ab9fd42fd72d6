import { type CancellationToken, Cancelled } from '../protocol/cancellation';
import { Failure, runFailure } from '../protocol/failure';
import { withSignal } from './abort';
import { type Hub, pathOfId } from './hub';
import type { RepositoryFile, Snapshot } from './repository';
import { maximumTries, waitBefore } from './retry';

/** Bytes of a file, the end excluded. */
export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/** A connection that brings nothing for so long, in milliseconds, is taken as cut. */
const stalledAfter = 30_000;

/** The server sends files as a whole only. */
export class NotRanged extends Error {}

function fileUrl(hub: Hub, { type, id, commit }: Snapshot, file: string): string {
	const folder = type === 'dataset' ? 'datasets/' : '';
	return `${hub.endpoint}/${folder}${pathOfId(id)}/resolve/${commit}/${file.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * The bytes of a range, in order, as they arrive. Where the connection is cut, only what is missing is asked for again.
 * @throws Failure once several connections in a row brought nothing; NotRanged.
 */
export async function* receive(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	range: ByteRange,
	signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
	const { end } = range;
	let position = range.start;
	for (let tries = 1; position < end; tries++) {
		try {
			for await (const chunk of once(hub, snapshot, file, { start: position, end }, signal)) {
				position += chunk.length;
				tries = 0;
				yield chunk;
			}
		} catch (error) {
			if (error instanceof Failure || error instanceof Cancelled || error instanceof NotRanged) {
				throw error;
			}
			signal.throwIfAborted();
			if (tries >= maximumTries) {
				throw runFailure('hub.cut', { id: snapshot.id, file: file.path }, error);
			}
			await hub.clock.sleep(waitBefore(null, Math.max(tries, 1), hub.clock), signal);
		}
	}
}

class Cut extends Error {}

/** One connection; ends with an error where it brings less than was asked for. */
async function* once(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	{ start, end }: ByteRange,
	signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
	const stalled = new AbortController();
	const isWhole = start === 0 && end === file.size;
	const response = await hub.fetch(fileUrl(hub, snapshot, file.path), {
		// Packed on the way, ranges would count packed bytes.
		headers: { 'Accept-Encoding': 'identity', ...(isWhole ? {} : { Range: `bytes=${start}-${end - 1}` }) },
		signal: AbortSignal.any([signal, stalled.signal]),
	});
	const reader = response.body?.getReader();
	let left = end - start;
	try {
		checkAnswer(response, snapshot, file, start, isWhole);
		while (left > 0 && reader) {
			const timer = setTimeout(() => stalled.abort(new Cut()), stalledAfter);
			const { value, done } = await reader.read().finally(() => clearTimeout(timer));
			if (done) {
				break;
			}
			yield value.length > left ? value.subarray(0, left) : value;
			left -= value.length;
		}
		if (left > 0) {
			throw new Cut();
		}
	} finally {
		await reader?.cancel().catch(() => {});
	}
}

function checkAnswer(
	{ status, headers }: Response,
	{ id }: Snapshot,
	{ path, size }: RepositoryFile,
	start: number,
	isWhole: boolean,
): void {
	if (status === 404) {
		throw runFailure('hub.no-such-file', { id, file: path });
	}
	if (status === 416) {
		throw runFailure('hub.wrong-size', { id, file: path, size });
	}
	if (status === 200 && !isWhole) {
		throw new NotRanged();
	}
	const [, first] = /^bytes (\d+)-/.exec(headers.get('Content-Range') ?? '') ?? [];
	if (status !== 200 && (status !== 206 || Number(first) !== start)) {
		throw runFailure('hub.no-file-answer', { id, file: path, status });
	}
}

/** A small range as a whole. */
export async function receiveRange(
	hub: Hub,
	snapshot: Snapshot,
	file: RepositoryFile,
	range: ByteRange,
	token: CancellationToken,
): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	await withSignal(token, async signal => {
		for await (const chunk of receive(hub, snapshot, file, range, signal)) {
			chunks.push(chunk);
		}
	});
	return Buffer.concat(chunks);
}

/**
 * The same bytes, several ranges at a time: the first of them as it arrives, those after it gathered until it is their
 * turn. What is written is thus always a beginning of the file, and can be continued by whoever finds it.
 */
export async function* receiveInParallel(
	pieces: readonly ByteRange[],
	atOnce: number,
	start: (piece: ByteRange) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	const waiting = pieces.slice(0, atOnce).map(piece => gathered(start(piece)));
	for (let next = atOnce; ; next++) {
		const first = waiting.shift();
		if (!first) {
			return;
		}
		yield* first;
		const piece = pieces[next];
		if (piece) {
			waiting.push(gathered(start(piece)));
		}
	}
}

/** Reads ahead without being asked. */
function gathered(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
	const chunks: Uint8Array[] = [];
	const errors: unknown[] = [];
	let wake = () => {};
	let isRead = false;
	const read = async () => {
		try {
			for await (const chunk of source) {
				chunks.push(chunk);
				wake();
			}
		} catch (error) {
			errors.push(error);
		}
		isRead = true;
		wake();
	};
	void read();
	return (async function* () {
		for (;;) {
			const chunk = chunks.shift();
			if (chunk) {
				yield chunk;
			} else if (errors.length > 0) {
				throw errors[0];
			} else if (isRead) {
				return;
			} else {
				await new Promise<void>(resolve => {
					wake = resolve;
				});
			}
		}
	})();
}
