import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { allDataBytes, dataBytes } from './dataBytes';
import { isJsonObject, type JsonObject, type Table, tableOfObjects } from './table';
import { decodeUtf8 } from './text';

/** Reads a file of one JSON object a line, as a stream. Lines end in LF or CR LF; blank lines are passed over. */
export async function readJsonl(path: string, token: CancellationToken): Promise<Table> {
	const objects: JsonObject[] = [];
	for await (const { line, bytes } of linesOf(path, token)) {
		const text = decodeUtf8(path, bytes, line);
		if (!isBlank(text)) {
			objects.push(parseLine(path, line, text));
		}
	}
	return tableOfObjects(objects);
}

/** Reads a file that holds one JSON list of objects, or one object a line: on the Hub many a .json does. */
export async function readJson(path: string, token: CancellationToken): Promise<Table> {
	const text = decodeUtf8(path, await allDataBytes(path, token), 1);
	if (isJsonLines(text)) {
		return readJsonl(path, token);
	}
	const value = parse(text, reason => inputFailure('data.bad-json', { path, reason }));
	if (!Array.isArray(value)) {
		throw inputFailure('data.json-no-list', { path });
	}
	const objects = value.map((entry: Json, index) => {
		if (!isJsonObject(entry)) {
			throw inputFailure('data.json-no-object', { path, index });
		}
		return entry;
	});
	return tableOfObjects(objects);
}

/** The first line is an object, and another follows. */
function isJsonLines(text: string): boolean {
	const [, first, rest] = /^\s*(\{[^\n]*\})\s*\n\s*(\{?)/.exec(text) ?? [];
	if (first === undefined || rest === '') {
		return false;
	}
	try {
		JSON.parse(first);
		return true;
	} catch {
		return false;
	}
}

function parseLine(path: string, line: number, text: string): JsonObject {
	const value = parse(text, reason => inputFailure('data.bad-json-line', { path, line, reason }));
	if (!isJsonObject(value)) {
		throw inputFailure('data.line-no-object', { path, line });
	}
	return value;
}

function parse(text: string, failure: (reason: string) => Error): Json {
	try {
		return JSON.parse(text) as Json; // what JSON.parse returns is what JSON can say
	} catch (error) {
		throw failure(error instanceof Error ? error.message : String(error));
	}
}

function isBlank(text: string): boolean {
	return /^[ \t\r]*$/.test(text);
}

const lineFeed = 0x0a;

/** The lines of a file without their LF, numbered from 1. LF is never part of another UTF-8 character. */
async function* linesOf(path: string, token: CancellationToken): AsyncGenerator<{ line: number; bytes: Uint8Array }> {
	let line = 1;
	let started: Buffer[] = [];
	for await (const chunk of dataBytes(path, token)) {
		let from = 0;
		for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
			yield { line: line++, bytes: joined(started, chunk.subarray(from, end)) };
			started = [];
			from = end + 1;
		}
		started.push(chunk.subarray(from));
	}
	yield { line, bytes: Buffer.concat(started) };
}

function joined(started: Buffer[], end: Buffer): Buffer {
	return started.length === 0 ? end : Buffer.concat([...started, end]);
}
