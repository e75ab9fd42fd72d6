import { setTimeout as timer } from 'node:timers/promises';

/** Time and chance, which tests replace. Milliseconds. */
export interface Clock {
	now(): number;
	/** Rejects with the signal's reason as soon as it is aborted. */
	sleep(duration: number, signal: AbortSignal | undefined): Promise<void>;
	/** In [0, 1). */
	random(): number;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	async sleep(duration, signal) {
		try {
			await timer(duration, undefined, { signal });
		} catch (error) {
			signal?.throwIfAborted();
			throw error;
		}
	},
	random: () => Math.random(),
};

/** A request is sent this often, */
export const maximumTries = 5;
/** and no longer than this after the first. The Hub counts requests in windows of five minutes. */
export const patience = 310_000;
/** A connection that breaks or stays silent is given up sooner. Its tries count, not only the waits. */
export const brokenPatience = 60_000;

/**
 * How long to wait before the next try, in milliseconds: what the answer asks for, else 1, 2, 4, 8 s and so on, each a
 * little shorter or longer by chance, so that many who were refused together do not come back together.
 * @param response null: there was none, the connection broke.
 * @param tries Made so far, from 1.
 */
export function waitBefore(response: Response | null, tries: number, clock: Clock): number {
	const asked = response && askedWait(response, clock.now());
	return asked ?? 1000 * 2 ** (tries - 1) * (0.75 + clock.random() / 2);
}

/**
 * `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), else, where the rate was too high, the time to the reset in
 * `RateLimit: "api";r=0;t=123` (draft-ietf-httpapi-ratelimit-headers); with a second added, as clocks differ. Null where
 * neither is given.
 */
function askedWait({ status, headers }: Response, now: number): number | null {
	const retryAfter = headers.get('Retry-After')?.trim() ?? '';
	if (/^\d+$/.test(retryAfter)) {
		return Number(retryAfter) * 1000 + 1000;
	}
	const date = Date.parse(retryAfter);
	if (!Number.isNaN(date)) {
		return Math.max(0, date - now) + 1000;
	}
	const reset = status === 429 ? /;\s*t=(\d+)/.exec(headers.get('RateLimit') ?? '')?.[1] : undefined;
	return reset === undefined ? null : Number(reset) * 1000 + 1000;
}
