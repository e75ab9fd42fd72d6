import type { Json } from '../protocol/json';

// The package's own decoder takes a byte order mark off the front of a text, and puts U+FFFD for bytes that are no text.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of a cell's bytes; Base64 where they are none. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
	if (bytes === undefined) {
		return undefined;
	}
	try {
		return utf8.decode(bytes);
	} catch {
		return Buffer.from(bytes).toString('base64');
	}
}

/**
 * A cell as JSON. Whole numbers of 64 bits become numbers where JavaScript can hold them and decimal text where not; dates
 * become ISO text, bytes Base64, NaN and infinities null.
 */
export function cellToJson(value: unknown): Json {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return value;
		case 'number':
			return Number.isFinite(value) ? value : null;
		case 'bigint':
			return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
		case 'object':
			return value === null ? null : objectToJson(value);
		default:
			return null;
	}
}

function objectToJson(value: object): Json {
	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? null : value.toISOString();
	}
	if (value instanceof Uint8Array) {
		return Buffer.from(value).toString('base64');
	}
	if (Array.isArray(value) || ArrayBuffer.isView(value)) {
		return Array.from(value as ArrayLike<unknown>, cellToJson); // a list, or one of typed numbers
	}
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cellToJson(member)]));
}
