import { inputFailure, runFailure } from '../protocol/failure';
import { isLoopback, type Target, targetOf } from './address';
import type { HubConnection, HubToken } from './connection';
import { refusal } from './refusal';
import { brokenPatience, type Clock, maximumTries, patience, waitBefore } from './retry';

export interface HubInit extends RequestInit {
	/** Fewer tries than usual, for what can be done without. */
	readonly tries?: number;
	/** Never with the token. */
	readonly anonymous?: boolean;
	/** Refusals are answers, as with global fetch. */
	readonly raw?: boolean;
	/** Done twice it is as done once; false unless it reads. */
	readonly repeatable?: boolean;
}

export type HubFetch = (input: string | URL | Request, init?: HubInit) => Promise<Response>;

/** For the connection and the headers of one try; a body may take longer. */
const headersTimeout = 30_000;

/**
 * Global fetch with the Hub's manners.
 *
 * - The token goes to the origins of the Hub and of the viewer alone; where an answer redirects to another origin, fetch
 *   takes it out again. Over plain http it goes to this computer only.
 * - GET, HEAD, the reading POST `paths-info` and what is called repeatable are tried up to five times where the rate is too
 *   high (429), the server fails (5xx), the connection breaks, or the viewer is still preparing its answer. See retry.ts for
 *   the waits. Anything else is sent once.
 * - A 401 is tried again without the token, as an expired one must not hide what is public. That a token was refused is
 *   remembered: from then on it goes along only where nothing is had without.
 * - A refusal is a Failure with a sentence; its code tells the kind. Two remain answers, as @huggingface/hub reads them: a
 *   file that is missing (404 with `X-Error-Code: EntryNotFound`), and a range outside of a file (416). Answers of other
 *   servers than the Hub's remain as they are.
 *
 * @throws Failure for a refusal, no connection, or HTML where data is meant; the reason of `init.signal` once it is aborted.
 */
export function hubFetch(connection: HubConnection, clock: Clock): HubFetch {
	const refused = new Set<string>();
	return async (input, init = {}) => {
		const address = input instanceof Request ? input.url : input;
		const target = targetOf(address, connection);
		const url = new URL(address);
		if (connection.offline) {
			throw runFailure('hub.offline', { what: target.id ?? target.host });
		}
		const token = target.server === 'other' || init.anonymous ? null : await connection.token();
		if (token && url.protocol === 'http:' && !isLoopback(url)) {
			throw inputFailure('hub.plain-http', { host: target.host });
		}
		const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
		const request = new Request(input, { ...init, signal: null });
		const mayRepeat = init.repeatable ?? isReading(request);
		const attempt = { request, target, signal, tries: mayRepeat ? (init.tries ?? maximumTries) : 1, clock };
		const isDead = token !== null && mayRepeat && refused.has(token.value);
		const [one, other] = isDead ? [null, token] : [token, null];
		const first = await tried(attempt, one);
		if (first.status !== 401 || !token || !mayRepeat) {
			return judged(first, target, one, init, connection.endpoint);
		}
		const second = await tried(attempt, other);
		if (!isDead && !second.ok) {
			await second.body?.cancel();
			return judged(first, target, token, init, connection.endpoint);
		}
		await first.body?.cancel();
		if (!isDead && !refused.has(token.value)) {
			refused.add(token.value);
			connection.onTokenRefused?.(token.source);
		}
		return judged(second, target, other, init, connection.endpoint);
	};
}

async function judged(
	response: Response,
	target: Target,
	token: HubToken | null,
	init: HubInit,
	endpoint: string,
): Promise<Response> {
	if (init.raw || target.server === 'other' || isAnswer(response)) {
		if (response.ok && target.isApi && /^text\/html\b/i.test(response.headers.get('Content-Type') ?? '')) {
			await response.body?.cancel();
			throw runFailure('hub.html', { host: target.host });
		}
		return response;
	}
	throw await refusal(response, target, token, endpoint);
}

function isAnswer({ status, headers }: Response): boolean {
	return status < 400 || status === 416 || (status === 404 && headers.get('X-Error-Code') === 'EntryNotFound');
}

interface Attempt {
	readonly request: Request;
	readonly target: Target;
	readonly signal: AbortSignal | undefined;
	readonly tries: number;
	readonly clock: Clock;
}

/** The first answer that is worth having, or the last. */
async function tried(attempt: Attempt, token: HubToken | null): Promise<Response> {
	const { target, signal, tries, clock } = attempt;
	const start = clock.now();
	for (let made = 1; ; made++) {
		const outcome = await once(attempt, token);
		const isBroken = 'broken' in outcome;
		if (isBroken ? !outcome.mayPass : !mayPass(outcome, target)) {
			return answerOf(outcome);
		}
		const wait = waitBefore(isBroken ? null : outcome, made, clock);
		if (made >= tries || clock.now() - start + wait > (isBroken ? brokenPatience : patience)) {
			return answerOf(outcome);
		}
		await (isBroken ? undefined : outcome.body?.cancel());
		await clock.sleep(wait, signal);
	}
}

function answerOf(outcome: Response | Broken): Response {
	if ('broken' in outcome) {
		throw outcome.broken;
	}
	return outcome;
}

function isReading({ method, url }: Request): boolean {
	return method === 'GET' || method === 'HEAD' || (method === 'POST' && /\/paths-info\//.test(url));
}

/** What may be another answer soon. The viewer fails with 500 for what it can never show, and says so in a code. */
function mayPass({ status, headers }: Response, { server }: Target): boolean {
	const code = headers.get('X-Error-Code');
	if (server === 'viewer' && status >= 500 && code !== null) {
		return code.startsWith('ResponseNotReady');
	}
	return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** There was no answer. */
interface Broken {
	readonly broken: Error;
	readonly mayPass: boolean;
}

async function once({ request, target, signal }: Attempt, token: HubToken | null): Promise<Response | Broken> {
	const headers = new Headers(request.headers);
	if (token) {
		headers.set('Authorization', `Bearer ${token.value}`);
	}
	const late = new AbortController();
	const timer = setTimeout(() => late.abort(), headersTimeout);
	try {
		return await fetch(request.clone(), {
			headers,
			signal: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]),
		});
	} catch (error) {
		signal?.throwIfAborted();
		return late.signal.aborted
			? { broken: runFailure('hub.timeout', { host: target.host }), mayPass: true }
			: { broken: unreachable(target.host, error), mayPass: passingReasons.has(reasonOf(error)) };
	} finally {
		clearTimeout(timer);
	}
}

/** A connection broke, rather than that there is none. */
const passingReasons = new Set([
	'ECONNRESET',
	'EPIPE',
	'ETIMEDOUT',
	'EAI_AGAIN',
	'UND_ERR_SOCKET',
	'UND_ERR_CONNECT_TIMEOUT',
	'UND_ERR_HEADERS_TIMEOUT',
]);

function unreachable(host: string, error: unknown): Error {
	return runFailure('hub.unreachable', { host, reason: reasonOf(error) });
}

/** The code of what Node's fetch gives as the cause of its `fetch failed`, such as ENOTFOUND. */
function reasonOf(error: unknown): string {
	const cause = error instanceof Error ? error.cause : undefined;
	const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
	return typeof code === 'string' ? code : 'fetch failed';
}
