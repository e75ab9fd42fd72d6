import * as z from 'zod';
import { bodyText } from '../../hub/body';
import { type Clock, waitBefore } from '../../hub/retry';
import { Failure, runFailure } from '../../protocol/failure';

/** The way to a server. */
export interface ServerAddress {
	/** Without a slash at its end, with or without `/v1`. Read for each request: a tunnel may have been built again. */
	readonly url: string;
	/** Sent with each request, asked for each time: a token may have been replaced. */
	readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

export interface ServerClientOptions {
	readonly clock: Clock;
	/** For the whole of one try that writes nothing, in milliseconds. */
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
	 * @param writes Tokens that the server may write, for which it is given more time.
	 * @throws Failure `endpoint.*` where the server cannot be reached or goes on failing.
	 */
	post(path: string, body: unknown, signal: AbortSignal, writes?: number): Promise<ServerAnswer>;
	/** Sends what the server may not know: twice at most, and a fault of the server counts as its refusal. */
	offer(path: string, body: unknown, signal: AbortSignal): Promise<ServerAnswer>;
}

/** What a server says: JSON, or a refusal with its own words. */
export type ServerAnswer =
	| { readonly ok: true; readonly json: unknown; readonly headers: Headers }
	| { readonly ok: false; readonly status: number; readonly reason: string };

/** For a long prompt, and those that the server computes before it, in milliseconds. */
const readingTime = 120_000;

/**
 * For each token that may be written besides, in milliseconds. Whoever gives up on an answer has it computed anew, and pays
 * for it again; two tokens a second are slow even for a server that computes on a processor, or many answers at a time.
 */
const writingTime = 500;

/** Codes with which Node's own `fetch` gives up: it waits no longer than 300 s for an answer to begin. */
const silent = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** More than any answer with log-probabilities of a whole vocabulary. */
const largestBody = 64 * 1024 * 1024;

/** How often something is sent that the server may not know: some fail where others refuse. */
const offers = 2;

/** Of a refusal's own words as many are shown. */
const longestReason = 300;

/** Who asks for a longer wait, in milliseconds, is given up: a quota of the day is a reason to tell, not to wait. */
const longestWait = 310_000;

const errorBody = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/** Paths are below the address: `v1` is put in where the address has none. */
export function serverClient(address: ServerAddress, options: ServerClientOptions): ServerClient {
	const { clock, timeout = readingTime, tries = 5, onRetry = () => {} } = options;
	const base = () => address.url.replace(/\/v1$/, '');
	const host = new URL(base()).host;

	const once = async (path: string, body: string | null, signal: AbortSignal, limit: number): Promise<Outcome> => {
		const late = AbortSignal.timeout(limit);
		try {
			const headers = await address.headers();
			const response = await fetch(`${base()}${path}`, {
				method: body === null ? 'GET' : 'POST',
				headers: { ...(body === null ? {} : { 'Content-Type': 'application/json' }), ...headers },
				...(body === null ? {} : { body }),
				// A redirection would take the key elsewhere.
				redirect: 'manual',
				signal: AbortSignal.any([signal, late]),
			});
			const text = await bodyText(response, largestBody);
			return judged(response, text, { isQuestion: body === null, secrets: secretsOf(headers) });
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof Failure) {
				throw error;
			}
			const cause = causeOf(error);
			return late.aborted || silent.has(cause)
				? { again: 'timeout', wait: null, last: null }
				: { again: 'broken', wait: null, last: cause };
		}
	};

	const send = async (
		path: string,
		body: unknown,
		signal: AbortSignal,
		{ writes = 0, isOffer = false } = {},
	): Promise<ServerAnswer> => {
		const text = body === undefined ? null : JSON.stringify(body);
		const limit = timeout + writingTime * writes;
		for (let made = 1; ; made++) {
			const outcome = await once(path, text, signal, limit);
			if ('ok' in outcome) {
				return outcome;
			}
			if (isOffer && outcome.again === 'server-error' && made >= offers) {
				return { ok: false, status: 500, reason: outcome.last ?? '' };
			}
			if (made >= tries) {
				throw givenUp(host, outcome, tries);
			}
			const wait = waitBefore(outcome.wait, made, clock);
			if (wait > longestWait) {
				throw givenUp(host, outcome, made);
			}
			onRetry(outcome.again);
			// Many are refused together, and told to come back at the same time.
			await clock.sleep(wait * (1 + clock.random() / 4), signal);
		}
	};
	return {
		host,
		get: (path, signal) => send(path, undefined, signal),
		post: (path, body, signal, writes = 0) => send(path, body, signal, { writes }),
		offer: (path, body, signal) => send(path, body, signal, { isOffer: true }),
	};
}

interface Again {
	readonly again: RetryCause;
	/** Whose headers say how long to wait. */
	readonly wait: Response | null;
	readonly last: string | null;
}

type Outcome = ServerAnswer | Again;

interface Judging {
	/** Whether a server is asked what it is. */
	readonly isQuestion: boolean;
	/** What no sentence may repeat. */
	readonly secrets: readonly string[];
}

function judged(response: Response, text: string | null, { isQuestion, secrets }: Judging): Outcome {
	const { status } = response;
	if (status === 429 || status === 503) {
		return { again: 'busy', wait: response, last: reasonOf(status, text, secrets) };
	}
	if (status === 408 || (status >= 500 && status !== 501)) {
		return { again: 'server-error', wait: response, last: reasonOf(status, text, secrets) };
	}
	if (status < 200 || status >= 300) {
		return { ok: false, status, reason: reasonOf(status, text, secrets) };
	}
	try {
		return { ok: true, json: JSON.parse(text ?? ''), headers: response.headers };
	} catch {
		// Some answer whatever they do not know with a page for people.
		return isQuestion && !response.headers.get('Content-Type')?.includes('json')
			? { ok: false, status, reason: `HTTP ${status}` }
			: { again: 'malformed', wait: null, last: null };
	}
}

/** Keys in headers, without the name of their scheme. */
function secretsOf(headers: Readonly<Record<string, string>>): string[] {
	return Object.values(headers).flatMap(value => value.split(/\s+/).slice(-1));
}

/** The server's own words, as text of bounded length: they are shown, never believed, and repeat no key. */
function reasonOf(status: number, text: string | null, secrets: readonly string[]): string {
	const parsed = errorBody.safeParse(jsonOrNull(text));
	const said = parsed.success
		? typeof parsed.data.error === 'string'
			? parsed.data.error
			: parsed.data.error.message
		: '';
	const discreet = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '…')), said);
	const words = discreet.replace(/\s+/g, ' ').trim().slice(0, longestReason);
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
