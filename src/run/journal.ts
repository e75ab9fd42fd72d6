import { type FileHandle, open, readFile } from 'node:fs/promises';
import { runFailure } from '../protocol/failure';

/** What stands in an append-only JSONL file: the lines that are whole, and how many bytes they take. */
export interface JournalContent {
	readonly lines: readonly string[];
	/** Where the next line belongs: a line torn by a crash ends here. */
	readonly bytes: number;
}

/** Reads the whole lines of a journal; a missing file is an empty one, a last line without line end is left out. */
export async function readJournal(file: string): Promise<JournalContent> {
	const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') {
			return Buffer.alloc(0);
		}
		throw error;
	});
	const bytes = content.lastIndexOf(0x0a) + 1;
	const text = content.toString('utf8', 0, bytes);
	return { lines: text === '' ? [] : text.slice(0, -1).split('\n'), bytes };
}

/**
 * An append-only JSONL file with one writer. A line is handed to the operating system before `append` resolves, so a
 * killed process loses none; `sync` puts them on the disk. Opening cuts off a torn last line.
 */
export class Journal {
	private constructor(
		private readonly file: string,
		private readonly handle: FileHandle,
		private position: number,
	) {}

	/** `bytes` is where the whole lines end, from `readJournal`. */
	static async open(file: string, bytes: number): Promise<Journal> {
		const handle = await guard(file, () => open(file, bytes === 0 ? 'w' : 'r+'));
		await guard(file, () => handle.truncate(bytes));
		return new Journal(file, handle, bytes);
	}

	async append(value: object): Promise<void> {
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
