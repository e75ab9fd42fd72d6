import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A part of the file that a graph was read from. */
export interface FileRange {
	/** Of the first byte, from the file's start. */
	readonly offset: number;
	/** In bytes. */
	readonly length: number;
}

/** Content in memory, or left in the file: weights are not loaded to be written back. */
export type Bytes = Uint8Array | FileRange;

/** One field of a protobuf message, undecoded. Written back as it is, it says what it said. */
export interface RawField {
	readonly number: number;
	readonly type: WireType;
	/** The encoded value, without tag and length. */
	readonly value: Bytes;
}

/** How much a file may still make of itself: a small file can hold more empty messages than memory has room for. */
export class ReadingBudget {
	constructor(
		private fields = 1 << 20,
		private bytes = 128 * 1024 * 1024,
	) {}

	takeField(): void {
		if (--this.fields < 0) {
			throw new BrokenModel('it has more than a million parts');
		}
	}

	takeBytes(count: number): void {
		this.bytes -= count;
		if (this.bytes < 0) {
			throw new BrokenModel('more than 128 MB of it are no weights');
		}
	}
}

/** The file is no model that can be read; the border names the file. */
export class BrokenModel extends Error {
	override readonly name = 'BrokenModel';
}

export function isRange(value: Bytes): value is FileRange {
	return !(value instanceof Uint8Array);
}

/** Splits a message into its fields. @throws BrokenModel where the bytes are no message. */
export function parseFields(bytes: Uint8Array, budget: ReadingBudget): RawField[] {
	return decoding(() => {
		const reader = new BinaryReader(bytes);
		const fields: RawField[] = [];
		while (reader.pos < reader.len) {
			budget.takeField();
			const [number, type] = reader.tag();
			if (type === WireType.StartGroup || type === WireType.EndGroup) {
				throw new BrokenModel('it holds groups, which ONNX has not');
			}
			const value = type === WireType.LengthDelimited ? reader.bytes() : reader.skip(type, number);
			fields.push({ number, type, value });
		}
		return fields;
	});
}

/** Runs a decoder; what the library throws about bytes that make no sense becomes a BrokenModel. */
export function decoding<T>(decode: () => T): T {
	try {
		return decode();
	} catch (error) {
		throw error instanceof BrokenModel ? error : new BrokenModel(error instanceof Error ? error.message : '');
	}
}

/** A field's content in memory. */
export function inMemory({ number, value }: RawField): Uint8Array {
	if (isRange(value)) {
		throw new BrokenModel(`field ${number} is larger than its kind can be`);
	}
	return value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function textOf(field: RawField): string {
	return decoding(() => utf8.decode(inMemory(field)));
}

export function integerOf(field: RawField): bigint {
	return decoding(() => BigInt(new BinaryReader(inMemory(field)).int64()));
}

/** Values of a repeated integer field, packed or one by one. */
export function integersOf(fields: readonly RawField[], budget: ReadingBudget): bigint[] {
	const values: bigint[] = [];
	for (const field of fields) {
		decoding(() => {
			const reader = new BinaryReader(inMemory(field));
			while (reader.pos < reader.len) {
				budget.takeField();
				values.push(BigInt(reader.int64()));
			}
		});
	}
	return values;
}

export function bytesField(number: number, value: Bytes): RawField {
	return { number, type: WireType.LengthDelimited, value };
}

export function textField(number: number, value: string): RawField {
	return bytesField(number, new TextEncoder().encode(value));
}

export function integerField(number: number, value: number | bigint): RawField {
	return { number, type: WireType.Varint, value: new BinaryWriter().int64(value).finish() };
}

/** The encoding of a message, in pieces: what lies in the file is not copied into memory. */
export type Pieces = readonly Bytes[];

export function sizeOf(pieces: Pieces): number {
	return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Encodes fields in the order of their numbers, as protobuf's own libraries do. */
export function encodeFields(fields: readonly RawField[]): Pieces {
	return [...fields]
		.sort((a, b) => a.number - b.number)
		.flatMap(({ number, type, value }) => encoded(number, type, [value]));
}

/** A field that holds a message, or whatever else its pieces make. */
function encoded(number: number, type: WireType, content: Pieces): Pieces {
	const head = new BinaryWriter().uint32(((number << 3) | type) >>> 0);
	if (type === WireType.LengthDelimited) {
		head.uint32(sizeOf(content));
	}
	return joined([head.finish(), ...content]);
}

export function encodedMessage(number: number, content: Pieces): Pieces {
	return encoded(number, WireType.LengthDelimited, content);
}

/** A message that is wholly in memory. */
export function messageField(number: number, fields: readonly RawField[]): RawField {
	return bytesField(number, wholeOf(encodeFields(fields)));
}

/** The bytes of pieces that are all in memory. */
export function wholeOf(pieces: Pieces): Uint8Array {
	const whole = new Uint8Array(sizeOf(pieces));
	let at = 0;
	for (const piece of pieces) {
		if (isRange(piece)) {
			throw new Error('a part of this message lies in a file');
		}
		whole.set(piece, at);
		at += piece.length;
	}
	return whole;
}

/** Neighbours in memory are put together, so that a graph is not written a few bytes at a time. */
function joined(pieces: Pieces): Pieces {
	const result: Bytes[] = [];
	let run: Uint8Array[] = [];
	const flush = () => {
		if (run.length > 0) {
			result.push(wholeOf(run));
			run = [];
		}
	};
	for (const piece of pieces) {
		if (isRange(piece) || piece.length > largePiece) {
			flush();
			result.push(piece);
		} else {
			run.push(piece);
		}
	}
	flush();
	return result;
}

const largePiece = 1 << 16;
