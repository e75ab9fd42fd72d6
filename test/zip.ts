import { crc32, deflateRawSync } from 'node:zlib';

export interface ZippedFile {
	readonly name: string;
	readonly bytes: Buffer;
	readonly stored?: boolean;
	/** What the directory says instead of the truth. */
	readonly lies?: { readonly size?: number; readonly crc?: number; readonly flags?: number; readonly offset?: number };
}

/** A ZIP archive of these files, after APPNOTE.TXT, lies included. */
export function zip(files: readonly ZippedFile[]): Buffer {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let offset = 0;
	for (const { name, bytes, stored = false, lies = {} } of files) {
		const packed = stored ? bytes : deflateRawSync(bytes);
		const local = Buffer.alloc(30);
		local.writeUInt32LE(0x04034b50, 0);
		local.writeUInt16LE(20, 4);
		local.writeUInt16LE(stored ? 0 : 8, 8);
		local.writeUInt32LE(crc32(bytes), 14);
		local.writeUInt32LE(packed.length, 18);
		local.writeUInt32LE(bytes.length, 22);
		local.writeUInt16LE(Buffer.byteLength(name), 26);
		const entry = Buffer.alloc(46);
		entry.writeUInt32LE(0x02014b50, 0);
		entry.writeUInt16LE(lies.flags ?? 0, 8);
		entry.writeUInt16LE(stored ? 0 : 8, 10);
		entry.writeUInt32LE(lies.crc ?? crc32(bytes), 16);
		entry.writeUInt32LE(packed.length, 20);
		entry.writeUInt32LE(lies.size ?? bytes.length, 24);
		entry.writeUInt16LE(Buffer.byteLength(name), 28);
		entry.writeUInt32LE(lies.offset ?? offset, 42);
		directory.push(entry, Buffer.from(name));
		parts.push(local, Buffer.from(name), packed);
		offset += 30 + Buffer.byteLength(name) + packed.length;
	}
	const central = Buffer.concat(directory);
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(files.length, 8);
	end.writeUInt16LE(files.length, 10);
	end.writeUInt32LE(central.length, 12);
	end.writeUInt32LE(offset, 16);
	return Buffer.concat([...parts, central, end]);
}
