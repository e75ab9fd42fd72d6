import { inputFailure } from '../protocol/failure';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lineFeed = 0x0a;

/**
 * Text of a file's bytes, verbatim but for a byte order mark at the file's beginning.
 * @param firstLine Number of the line that the bytes begin with: named where they are not UTF-8.
 */
export function decodeUtf8(path: string, bytes: Uint8Array, firstLine: number): string {
	try {
		const text = utf8.decode(bytes);
		return firstLine === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
	} catch (error) {
		throw inputFailure('data.not-utf8', { path, line: firstLine + lineOfFault(bytes) }, error);
	}
}

/** LFs before the first line that is not UTF-8. */
function lineOfFault(bytes: Uint8Array): number {
	let line = 0;
	let from = 0;
	for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
		try {
			utf8.decode(bytes.subarray(from, end));
		} catch {
			return line;
		}
		line++;
		from = end + 1;
	}
	return line;
}
