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
	const late = new AbortController();
	const response = await hub.fetch(url, {
		...init,
		signal: AbortSignal.any([signal, late.signal]),
		headers: { ...(init.headers as Record<string, string> | undefined), Accept: 'application/json' }, // only we give them
	});
	const { host } = new URL(url);
	if (response.status === 404 && !init.raw) {
		throw runFailure('hub.no-file', { host });
	}
	const timer = setTimeout(() => late.abort(runFailure('hub.timeout', { host })), bodyTimeout);
	const text = await bodyText(response, byteLimit)
		.catch(error => {
			throw error instanceof TypeError ? runFailure('hub.cut-off', { host }, error) : error;
		})
		.finally(() => clearTimeout(timer));
	if (text === null) {
		throw runFailure('hub.too-large', { host });
	}
	const value = checked(parse(text, host), schema, url);
	return { value, status: response.status, headers: response.headers };
}

/** @throws Failure where the answer of that address has another shape. */
export function checked<T>(answer: unknown, schema: z.ZodType<T>, url: string): T {
	const { data, error } = schema.safeParse(answer);
	if (error) {
		const place = error.issues[0]?.path.join('.') || 'the whole';
		throw runFailure('hub.other-shape', { host: new URL(url).host, place }, z.prettifyError(error));
	}
	return data;
}

function parse(text: string, host: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw runFailure(/^\s*</.test(text) ? 'hub.html' : 'hub.no-json', { host });
	}
}
