import { type FileHandle, open } from 'node:fs/promises';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type CancellationToken, throwIfCancelled } from '../../protocol/cancellation';
import { BrokenModel, type Bytes, decoding, type FileRange, isRange, type RawField, ReadingBudget } from './wireFormat';

/** Read at a time: much more than the parts of a node, much less than a matrix. */
const windowSize = 1 << 18;

/** A tag and a length are at most this long. */
const headSize = 20;

/** A model file, read part by part, so that its weights stay on the disk. */
export class SourceFile {
	readonly budget = new ReadingBudget();
	#window = new Uint8Array();
	#windowStart = 0;

	private constructor(
		private readonly handle: FileHandle,
		/** In bytes. */
		readonly size: number,
		readonly token: CancellationToken,
	) {}

	static async open(file: string, token: CancellationToken): Promise<SourceFile> {
		const handle = await open(file, 'r');
		try {
			const stats = await handle.stat();
			if (!stats.isFile()) {
				throw new BrokenModel('it is no file');
			}
			return new SourceFile(handle, stats.size, token);
		} catch (error) {
			await handle.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.handle.close();
	}

	/** The fields of the message in `range`, their values left where they are. */
	async *fields(range: FileRange): AsyncGenerator<RawField & { readonly value: FileRange }> {
		const end = range.offset + range.length;
		for (let at = range.offset; at < end; ) {
			this.budget.takeField();
			const head = await this.#peek(at, Math.min(headSize, end - at));
			const { number, type, start, length } = fieldHead(head);
			const value = { offset: at + start, length };
			at = value.offset + length;
			if (at > end) {
				throw new BrokenModel('it ends before its parts do');
			}
			yield { number, type, value };
		}
	}

	/** A copy of some bytes, counted against what a graph may take of memory. */
	async load(range: FileRange): Promise<Uint8Array> {
		this.budget.takeBytes(range.length);
		return range.length > windowSize ? this.read(range) : (await this.#peek(range.offset, range.length)).slice();
	}

	/** A copy of some bytes, at the start of a buffer of their own. */
	async read(bytes: Bytes): Promise<Uint8Array> {
		if (!isRange(bytes)) {
			return bytes.slice();
		}
		const target = new Uint8Array(bytes.length);
		await this.readInto(target, bytes.offset);
		return target;
	}

	async readInto(target: Uint8Array, offset: number): Promise<void> {
		await readWhole(this.handle, target, offset, this.token);
	}

	/** Some bytes, valid until the next call. */
	async #peek(offset: number, length: number): Promise<Uint8Array> {
		const within = offset >= this.#windowStart && offset + length <= this.#windowStart + this.#window.length;
		if (!within) {
			const window = new Uint8Array(Math.max(0, Math.min(windowSize, this.size - offset)));
			await this.readInto(window, offset);
			this.#window = window;
			this.#windowStart = offset;
		}
		const start = offset - this.#windowStart;
		return this.#window.subarray(start, start + length);
	}
}

/** Fills `target` from a file. @throws BrokenModel where the file ends before. */
export async function readWhole(
	handle: FileHandle,
	target: Uint8Array,
	offset: number,
	token: CancellationToken,
): Promise<void> {
	// In steps, so that a cancellation does not wait for gigabytes.
	const step = 1 << 25;
	for (let done = 0; done < target.length; ) {
		throwIfCancelled(token);
		const { bytesRead } = await handle.read(target, done, Math.min(step, target.length - done), offset + done);
		if (bytesRead === 0) {
			throw new BrokenModel('it ends before its parts do');
		}
		done += bytesRead;
	}
}

/** A field's number, type, and where its value starts and how long it is, from its first bytes. */
function fieldHead(head: Uint8Array): { number: number; type: WireType; start: number; length: number } {
	return decoding(() => {
		const reader = new BinaryReader(head);
		const [number, type] = reader.tag();
		switch (type) {
			case WireType.LengthDelimited: {
				const length = reader.uint32();
				return { number, type, start: reader.pos, length };
			}
			case WireType.Varint:
			case WireType.Bit32:
			case WireType.Bit64: {
				const start = reader.pos;
				return { number, type, start, length: reader.skip(type).length };
			}
			default:
				throw new BrokenModel('it holds groups, which ONNX has not');
		}
	});
}
