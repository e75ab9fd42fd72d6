import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import { Failure, inputFailure, runFailure } from '../protocol/failure';
import type { MessageCode } from '../protocol/messages';
import { withSignal } from './abort';
import { isLoopback } from './address';
import type { Hub } from './hub';
import { hubJson } from './hubJson';
import { plainText, withoutTokens } from './plainText';
import { isTokenForm } from './token';

/** What the person has to enter, and where. */
export interface DeviceCode {
	readonly userCode: string;
	/** To open in the browser: an https address. */
	readonly address: string;
	/** Milliseconds since 1970: after this the code is worth nothing. */
	readonly expires: number;
}

export interface DeviceLogin {
	/** Begins with `hf_oauth_`. */
	readonly token: string;
	/** Milliseconds since 1970; null where the Hub does not say. */
	readonly expires: number | null;
}

const codeAnswer = z.object({
	device_code: z.string(),
	user_code: z.string().transform(code => plainText(code, 50)),
	verification_uri: z.string(),
	verification_uri_complete: z.string().optional(),
	interval: z.number().positive().default(5),
	expires_in: z.number().positive(),
});
const tokenAnswer = z.object({
	access_token: z.string().refine(isTokenForm),
	expires_in: z.number().positive().nullish(),
});
const errorAnswer = z.object({ error: z.string(), error_description: z.string().nullish() });

/** Faults of the way to the Hub, which another try may not meet. */
const passing: ReadonlySet<MessageCode> = new Set<MessageCode>([
	'hub.unreachable',
	'hub.timeout',
	'hub.cut-off',
	'hub.html',
	'hub.no-json',
	'hub.server-failed',
]);

/** To read what the account may read; nothing is written. */
const scopes = 'openid profile read-repos gated-repos';

/**
 * Signs in by a code that the person enters in a browser, on whatever computer that runs (RFC 8628), where no token can be
 * pasted and no browser can send an answer back.
 * @param clientId Of an OAuth app that was made on the Hub for this.
 * @param show Hands the code to the person; it is waited for no longer than the sign-in takes.
 * @throws Failure where it is declined or too late; Cancelled.
 */
export function deviceLogin(
	hub: Hub,
	clientId: string,
	show: (code: DeviceCode) => void,
	token: CancellationToken,
): Promise<DeviceLogin> {
	return withSignal(token, async signal => {
		const code = await askCode(hub, clientId, signal);
		const expires = hub.clock.now() + code.expires_in * 1000;
		show({ userCode: code.user_code, address: browserAddress(hub, code), expires });
		let pause = code.interval;
		while (hub.clock.now() + pause * 1000 < expires) {
			await hub.clock.sleep(pause * 1000, signal);
			const answer = await askToken(hub, clientId, code.device_code, signal);
			if (typeof answer === 'object') {
				return answer;
			}
			pause += answer === 'slower' ? 5 : 0;
		}
		throw inputFailure('hub.login-expired', {});
	});
}

async function askCode(hub: Hub, clientId: string, signal: AbortSignal): Promise<z.output<typeof codeAnswer>> {
	const answer = await post(hub, 'device', { client_id: clientId, scope: scopes }, codeAnswer.or(errorAnswer), signal);
	if ('error' in answer) {
		throw refused(hub, answer);
	}
	return answer;
}

/** `later`: the person has not entered the code yet; `slower`: likewise, and we ask too often. */
async function askToken(
	hub: Hub,
	clientId: string,
	deviceCode: string,
	signal: AbortSignal,
): Promise<DeviceLogin | 'later' | 'slower'> {
	const form = {
		grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
		device_code: deviceCode,
		client_id: clientId,
	};
	const answer = await post(hub, 'token', form, tokenAnswer.or(errorAnswer), signal).catch((error: unknown) => {
		// A lost connection is no answer: the code is still good (RFC 8628, 3.5).
		if (error instanceof Failure && passing.has(error.reason.code)) {
			return null;
		}
		throw error;
	});
	if (answer === null) {
		return 'slower';
	}
	if ('access_token' in answer) {
		const expires = answer.expires_in ? hub.clock.now() + answer.expires_in * 1000 : null;
		return { token: answer.access_token, expires };
	}
	switch (answer.error) {
		case 'authorization_pending':
			return 'later';
		case 'slow_down':
			return 'slower';
		case 'access_denied':
			throw inputFailure('hub.login-denied', {});
		case 'expired_token':
			throw inputFailure('hub.login-expired', {});
		default:
			throw refused(hub, answer);
	}
}

async function post<T>(
	hub: Hub,
	what: 'device' | 'token',
	form: Readonly<Record<string, string>>,
	schema: z.ZodType<T>,
	signal: AbortSignal,
): Promise<T> {
	const url = `${hub.endpoint}/oauth/${what}`;
	const init = {
		method: 'POST',
		body: new URLSearchParams(form).toString(),
		headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		// A refusal says in its body what to do next.
		raw: true,
		anonymous: true,
	};
	const { value, status } = await hubJson(hub, url, schema, signal, init);
	if (status === 429 || status >= 500) {
		throw runFailure('hub.server-failed', { host: hostOf(hub), status });
	}
	return value;
}

/** Never an address that the browser, or the system, would take for something else than a web page. */
function browserAddress(hub: Hub, code: z.output<typeof codeAnswer>): string {
	const address = code.verification_uri_complete ?? code.verification_uri;
	const url = URL.canParse(address) ? new URL(address) : null;
	if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url))) {
		return url.href;
	}
	throw runFailure('hub.other-shape', { host: hostOf(hub), place: 'verification_uri' });
}

function refused(hub: Hub, { error, error_description }: z.output<typeof errorAnswer>): Failure {
	return runFailure('hub.login-refused', {
		host: hostOf(hub),
		reason: plainText(withoutTokens(error_description || error), 200),
	});
}

function hostOf(hub: Hub): string {
	return new URL(hub.endpoint).host;
}
