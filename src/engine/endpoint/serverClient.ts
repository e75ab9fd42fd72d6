import * as z from 'zod';
import { bodyText } from '../../hub/body';
import { type Clock, waitBefore } from '../../hub/retry';
import { Failure, runFailure } from '../../protocol/failure';

/** The way to a server. */
export interface ServerAddress {
	/** Without a slash at its end, with or without `/v1`. */
	readonly url: string;
	/** Sent with each request, asked for each time: a token may have been replaced. */
	readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

export interface ServerClientOptions {
	readonly clock: Clock;
	/** For the whole of one try, in milliseconds. */
	readonly timeout?: number;
	readonly tries?: number;
	/** Called before each try but the first. */
	readonly onRetry?: (cause: RetryCause) => void;
}

/** Why a request is sent again. `busy`: the server asked for less (429, 503). */
export type RetryCause = 'busy' | 'server-error' | 'broken' | 'timeout' | 'malformed';

/** JSON over HTTP, with patience. */
export interface ServerClient {
	/** Shown in sentences; holds no secret. */
	readonly host: string;
	get(path: string, signal: AbortSignal): Promise<ServerAnswer>;
	/**
	 * Sends JSON. Tried again where the rate is too high (429), the server fails (5xx), the connection breaks, is silent for
	 * too long, or the answer is no JSON; never after any other refusal.
	 * @throws Failure `endpoint.*` where the server cannot be reached or goes on failing.
	 */
	post(path: string, body: unknown, signal: AbortSignal): Promise<ServerAnswer>;
}

/** What a server says: JSON, or a refusal with its own words. */
export type ServerAnswer =
	| { readonly ok: true; readonly json: unknown; readonly headers: Headers }
	| { readonly ok: false; readonly status: number; readonly reason: string };

/** More than any answer with log-probabilities of a whole vocabulary. */
const largestBody = 64 * 1024 * 1024;

/** Of a refusal's own words as many are shown. */
const longestReason = 300;

const errorBody = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/** Paths are below the address: `v1` is put in where the address has none. */
export function serverClient(address: ServerAddress, options: ServerClientOptions): ServerClient {
	const { clock, timeout = 120_000, tries = 5, onRetry = () => {} } = options;
	const base = address.url.replace(/\/v1$/, '');
	const host = new URL(base).host;

	const once = async (path: string, body: string | null, signal: AbortSignal): Promise<Outcome> => {
		const late = AbortSignal.timeout(timeout);
		try {
			const response = await fetch(`${base}${path}`, {
				method: body === null ? 'GET' : 'POST',
				headers: { ...(body === null ? {} : { 'Content-Type': 'application/json' }), ...(await address.headers()) },
				...(body === null ? {} : { body }),
				// A redirection would take the key elsewhere.
				redirect: 'manual',
				signal: AbortSignal.any([signal, late]),
			});
			const text = await bodyText(response, largestBody);
			return judged(response, text);
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof Failure) {
				throw error;
			}
			return late.aborted
				? { again: 'timeout', wait: null, last: null }
				: { again: 'broken', wait: null, last: causeOf(error) };
		}
	};

	const send = async (path: string, body: unknown, signal: AbortSignal): Promise<ServerAnswer> => {
		const text = body === undefined ? null : JSON.stringify(body);
		for (let made = 1; ; made++) {
			const outcome = await once(path, text, signal);
			if ('ok' in outcome) {
				return outcome;
			}
			if (made >= tries) {
				throw givenUp(host, outcome, tries);
			}
			onRetry(outcome.again);
			await clock.sleep(waitBefore(outcome.wait, made, clock), signal);
		}
	};
	return {
		host,
		get: (path, signal) => send(path, undefined, signal),
		post: (path, body, signal) => send(path, body, signal),
	};
}

interface Again {
	readonly again: RetryCause;
	/** Whose headers say how long to wait. */
	readonly wait: Response | null;
	readonly last: string | null;
}

type Outcome = ServerAnswer | Again;

function judged(response: Response, text: string | null): Outcome {
	const { status } = response;
	if (status === 429 || status === 503) {
		return { again: 'busy', wait: response, last: reasonOf(status, text) };
	}
	if (status === 408 || (status >= 500 && status !== 501)) {
		return { again: 'server-error', wait: response, last: reasonOf(status, text) };
	}
	if (status < 200 || status >= 300) {
		return { ok: false, status, reason: reasonOf(status, text) };
	}
	try {
		return { ok: true, json: JSON.parse(text ?? ''), headers: response.headers };
	} catch {
		return { again: 'malformed', wait: null, last: null };
	}
}

/** The server's own words, as text of bounded length: they are shown, never believed. */
function reasonOf(status: number, text: string | null): string {
	const parsed = errorBody.safeParse(jsonOrNull(text));
	const said = parsed.success
		? typeof parsed.data.error === 'string'
			? parsed.data.error
			: parsed.data.error.message
		: '';
	const words = said.replace(/\s+/g, ' ').trim().slice(0, longestReason);
	return words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
}

function jsonOrNull(text: string | null): unknown {
	try {
		return JSON.parse(text ?? '');
	} catch {
		return null;
	}
}

function causeOf(error: unknown): string {
	const cause = error instanceof Error ? error.cause : undefined;
	const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
	return typeof code === 'string' ? code : 'connection lost';
}

function givenUp(host: string, { again, last }: Again, tries: number): Failure {
	switch (again) {
		case 'timeout':
			return runFailure('endpoint.timeout', { host, tries });
		case 'malformed':
			return runFailure('endpoint.malformed', { host, tries });
		case 'broken':
			return runFailure('endpoint.unreachable', { host, reason: last ?? '' });
		default:
			return runFailure('endpoint.server-failed', { host, tries, reason: last ?? '' });
	}
}
