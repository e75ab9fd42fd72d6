import * as z from 'zod';
import { runFailure } from '../protocol/failure';
import { bodyText } from './body';
import type { Hub } from './hub';
import type { HubInit } from './hubFetch';

/** Of an answer: what one page of a listing, or 100 rows of a dataset, stays below by far. */
const byteLimit = 128 * 1024 * 1024;
/** From the headers to the end of the body. */
const bodyTimeout = 120_000;

export interface JsonAnswer<T> {
	readonly value: T;
	readonly status: number;
	readonly headers: Headers;
}

/**
 * Asks for JSON and checks its shape.
 * @throws Failure as hub.fetch does, and where the answer is cut off, too large, no JSON, or of another shape.
 */
export async function hubJson<T>(
	hub: Hub,
	url: string,
	schema: z.ZodType<T>,
	signal: AbortSignal,
	init: HubInit = {},
): Promise<JsonAnswer<T>> {
	const { host } = new URL(url);
	const response = await hub.fetch(url, {
		...init,
		signal,
		headers: { ...(init.headers as Record<string, string> | undefined), Accept: 'application/json' }, // only we give them
	});
	if (response.status === 404 && !init.raw) {
		throw runFailure('hub.no-file', { host });
	}
	const text = await inTime(response, host, signal);
	const parsed = schema.safeParse(parse(text, host));
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		const place = issue?.path.join('.') || 'the whole';
		throw runFailure('hub.other-shape', { host, place }, z.prettifyError(parsed.error));
	}
	return { value: parsed.data, status: response.status, headers: response.headers };
}

async function inTime(response: Response, host: string, signal: AbortSignal): Promise<string> {
	const ended = new AbortController();
	const late = new Promise<never>((_, reject) => {
		const timer = setTimeout(() => reject(runFailure('hub.timeout', { host })), bodyTimeout);
		ended.signal.addEventListener('abort', () => clearTimeout(timer));
		signal.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal });
	});
	try {
		const text = await Promise.race([bodyText(response, byteLimit), late]);
		if (text !== null) {
			return text;
		}
	} catch (error) {
		signal.throwIfAborted();
		throw error instanceof TypeError ? runFailure('hub.cut-off', { host }, error) : error;
	} finally {
		ended.abort();
	}
	throw runFailure('hub.too-large', { host });
}

function parse(text: string, host: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw runFailure(/^\s*</.test(text) ? 'hub.html' : 'hub.no-json', { host });
	}
}
