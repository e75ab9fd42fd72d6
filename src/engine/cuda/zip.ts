import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { type CancellationToken, throwIfCancelled } from '../../protocol/cancellation';

/** A file inside a ZIP archive, as the central directory describes it. */
export interface ZipEntry {
	readonly name: string;
	readonly method: number;
	readonly crc: number;
	/** Bytes in the archive, and unpacked. */
	readonly packed: number;
	readonly size: number;
	/** Of its local header. */
	readonly offset: number;
}

/** The archive is cut off, or holds what this reader does not read. The text is for a parameter of a sentence. */
export class BrokenZip extends Error {}

/** APPNOTE.TXT 6.3.9: signatures, and lengths of headers without their variable parts. */
const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
const entryLength = 46;
const localLength = 30;
const longestComment = 0xffff;
/** What ZIP64 writes in place of a number that does not fit. */
const elsewhere = 0xffffffff;
const encrypted = 1;
const stored = 0;
const deflated = 8;
/** A directory of a package has some dozens of entries; one that is longer is not read into memory. */
const longestDirectory = 16 * 2 ** 20;

/**
 * The entries of these names; others are passed over unread, so that an archive cannot name a place to write to.
 * @throws BrokenZip where the directory is broken or has a name twice.
 */
export async function zipEntries(file: string, names: readonly string[]): Promise<ReadonlyMap<string, ZipEntry>> {
	const handle = await open(file);
	try {
		const { size } = await handle.stat();
		const directory = await readDirectory(handle, size);
		const found = new Map<string, ZipEntry>();
		for (let at = 0; at + entryLength <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
			const nameLength = directory.readUInt16LE(at + 28);
			const name = directory.toString('utf8', at + entryLength, at + entryLength + nameLength);
			if (names.includes(name)) {
				if (found.has(name)) {
					throw new BrokenZip(`${name} twice`);
				}
				found.set(name, entryOf(directory, at, name, size));
			}
			at += entryLength + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
		}
		return found;
	} finally {
		await handle.close();
	}
}

async function readDirectory(handle: FileHandle, size: number): Promise<Buffer> {
	const start = Math.max(0, size - endLength - longestComment);
	const tail = await bytesAt(handle, start, size - start);
	let end = tail.length - endLength;
	while (end >= 0 && tail.readUInt32LE(end) !== endSignature) {
		end--;
	}
	if (end < 0) {
		throw new BrokenZip('no end of a ZIP archive');
	}
	const length = tail.readUInt32LE(end + 12);
	const offset = tail.readUInt32LE(end + 16);
	if (offset === elsewhere || length > longestDirectory || offset + length > start + end) {
		throw new BrokenZip('no readable directory');
	}
	return bytesAt(handle, offset, length);
}

function entryOf(directory: Buffer, at: number, name: string, archive: number): ZipEntry {
	const flags = directory.readUInt16LE(at + 8);
	const entry = {
		name,
		method: directory.readUInt16LE(at + 10),
		crc: directory.readUInt32LE(at + 16),
		packed: directory.readUInt32LE(at + 20),
		size: directory.readUInt32LE(at + 24),
		offset: directory.readUInt32LE(at + 42),
	};
	if ((flags & encrypted) !== 0 || (entry.method !== stored && entry.method !== deflated)) {
		throw new BrokenZip(`${name} packed in a way that is not read`);
	}
	if (entry.size === elsewhere || entry.offset + localLength + entry.packed > archive) {
		throw new BrokenZip(`${name} beyond the end`);
	}
	return entry;
}

/**
 * Unpacks an entry into a new file, as it streams. It is no longer than the directory says, and has its checksum.
 * @throws BrokenZip; errors of the file system as they are.
 */
export async function extractEntry(
	archive: string,
	entry: ZipEntry,
	target: string,
	onBytes: (bytes: number) => void,
	token: CancellationToken,
): Promise<void> {
	const handle = await open(archive);
	try {
		const local = await bytesAt(handle, entry.offset, localLength);
		if (local.readUInt32LE(0) !== localSignature) {
			throw new BrokenZip(`${entry.name} not at its place`);
		}
		const start = entry.offset + localLength + local.readUInt16LE(26) + local.readUInt16LE(28);
		const packed =
			entry.packed === 0
				? Readable.from([])
				: handle.createReadStream({ start, end: start + entry.packed - 1, autoClose: false, highWaterMark: 1 << 20 });
		let size = 0;
		let crc = 0;
		const check = new Transform({
			transform(chunk: Buffer, _, done) {
				size += chunk.length;
				crc = crc32(chunk, crc);
				onBytes(chunk.length);
				done(
					size > entry.size || token.isCancellationRequested ? new BrokenZip(`${entry.name} too long`) : null,
					chunk,
				);
			},
		});
		const unpacked = entry.method === deflated ? [packed, createInflateRaw()] : [packed];
		await pipeline([...unpacked, check, createWriteStream(target, { flags: 'wx', flush: true })]);
		if (size !== entry.size || crc !== entry.crc) {
			throw new BrokenZip(`${entry.name} with a wrong checksum`);
		}
	} catch (error) {
		throwIfCancelled(token);
		// What zlib finds wrong with the bytes.
		const code = (error as NodeJS.ErrnoException).code ?? '';
		throw code.startsWith('Z_') ? new BrokenZip(`${entry.name} (${code})`, { cause: error }) : error;
	} finally {
		await handle.close();
	}
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
	const bytes = Buffer.alloc(length);
	let read = 0;
	while (read < length) {
		const { bytesRead } = await handle.read(bytes, read, length - read, position + read);
		if (bytesRead === 0) {
			throw new BrokenZip('cut off');
		}
		read += bytesRead;
	}
	return bytes;
}
