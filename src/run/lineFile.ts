import { type FileHandle, open } from 'node:fs/promises';

/** Read at once: lines that are asked for one after the other mostly stand so in the file. */
const windowBytes = 1 << 18;

/** A file of lines, of which some are looked up by their place. */
export class LineFile {
	#window = Buffer.alloc(0);
	#start = 0;

	private constructor(private readonly handle: FileHandle) {}

	static async open(file: string): Promise<LineFile> {
		return new LineFile(await open(file, 'r'));
	}

	/** The text at [start, start + bytes); shorter where the file ends before that. */
	async text(start: number, bytes: number): Promise<string> {
		if (start < this.#start || start + bytes > this.#start + this.#window.length) {
			const buffer = Buffer.allocUnsafe(Math.max(windowBytes, bytes));
			const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, start);
			this.#window = buffer.subarray(0, bytesRead);
			this.#start = start;
		}
		return this.#window.toString('utf8', start - this.#start, start - this.#start + bytes);
	}

	async close(): Promise<void> {
		await this.handle.close();
	}
}
