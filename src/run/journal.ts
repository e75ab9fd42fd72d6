import { type FileHandle, open } from 'node:fs/promises';
import { runFailure } from '../protocol/failure';

/** A whole line of an append-only JSONL file, without its line end. */
export interface JournalLine {
	readonly text: string;
	/** Where it begins, and how long it is, in bytes. */
	readonly start: number;
	readonly bytes: number;
}

/** Bytes that are read at a time: what a reader holds of a journal that it only passes through. */
const chunkBytes = 1 << 20;

/**
 * Reads the whole lines of a journal from a place on, in batches: a missing file is an empty one, a last line without line end
 * is left out.
 * @param to Where to stop; what is appended meanwhile is left for the next time.
 */
export async function* journalLines(
	file: string,
	from = 0,
	to = Number.POSITIVE_INFINITY,
): AsyncGenerator<JournalLine[]> {
	const handle = await openIfThere(file);
	if (!handle) {
		return;
	}
	try {
		let buffer = Buffer.allocUnsafe(chunkBytes);
		let start = from;
		for (let held = 0; ; ) {
			const room = Math.min(buffer.length - held, to - start - held);
			const { bytesRead } = await handle.read(buffer, held, room, start + held);
			if (bytesRead === 0) {
				return;
			}
			held += bytesRead;
			const lines: JournalLine[] = [];
			let at = 0;
			for (let end = buffer.indexOf(lineEnd); end !== -1 && end < held; end = buffer.indexOf(lineEnd, at)) {
				lines.push({ text: buffer.toString('utf8', at, end), start: start + at, bytes: end - at });
				at = end + 1;
			}
			if (lines.length > 0) {
				yield lines;
			} else if (held === buffer.length) {
				buffer = Buffer.concat([buffer], 2 * buffer.length);
			}
			buffer.copyWithin(0, at, held);
			held -= at;
			start += at;
		}
	} finally {
		await handle.close();
	}
}

const lineEnd = 0x0a;

/** Where a journal's file ends, a torn line included; 0 where there is none. */
export async function journalSize(file: string): Promise<number> {
	const handle = await openIfThere(file);
	try {
		return handle ? (await handle.stat()).size : 0;
	} finally {
		await handle?.close();
	}
}

async function openIfThere(file: string): Promise<FileHandle | null> {
	return open(file, 'r').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') {
			return null;
		}
		throw error;
	});
}

/** Called before a file is changed; throws where it is not this process's to change any more. */
export type BeforeWrite = () => Promise<void>;

/**
 * An append-only JSONL file with one writer. A line is handed to the operating system before `append` resolves, so a
 * killed process loses none; `sync` puts them on the disk. Opening cuts off a torn last line.
 */
export class Journal {
	private constructor(
		private readonly file: string,
		private readonly handle: FileHandle,
		private position: number,
		private readonly beforeWrite: BeforeWrite,
	) {}

	/** `bytes` is where the whole lines end. */
	static async open(file: string, bytes: number, beforeWrite: BeforeWrite): Promise<Journal> {
		await beforeWrite();
		const handle = await guard(file, () => open(file, bytes === 0 ? 'w' : 'r+'));
		await guard(file, () => handle.truncate(bytes));
		return new Journal(file, handle, bytes, beforeWrite);
	}

	/** Where the next line will begin, in bytes. */
	get end(): number {
		return this.position;
	}

	/** Takes back the lines from there on. */
	async cutTo(bytes: number): Promise<void> {
		await this.beforeWrite();
		await guard(this.file, () => this.handle.truncate(bytes));
		this.position = bytes;
	}

	async append(value: object): Promise<void> {
		await this.beforeWrite();
		const line = Buffer.from(`${JSON.stringify(value)}\n`);
		// Written at a known place: a line that failed halfway is overwritten by the next one.
		for (let done = 0; done < line.length; ) {
			const { bytesWritten } = await guard(this.file, () =>
				this.handle.write(line, done, line.length - done, this.position + done),
			);
			done += bytesWritten;
		}
		this.position += line.length;
	}

	async sync(): Promise<void> {
		await guard(this.file, () => this.handle.datasync());
	}

	async close(): Promise<void> {
		await this.handle.close();
	}
}

/** Turns the operating system's codes into sentences: the disk is full, the folder may not be written. */
export async function guard<T>(file: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		switch (code) {
			case 'ENOSPC':
			case 'EDQUOT':
			case 'EFBIG':
				throw runFailure('run.disk-full', { file }, error);
			case 'EACCES':
			case 'EPERM':
			case 'EROFS':
				throw runFailure('run.not-writable', { file }, error);
			case undefined:
				throw error;
			default:
				throw runFailure('run.write-failed', { file, code }, error);
		}
	}
}
