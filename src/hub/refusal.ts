import { type Failure, inputFailure, runFailure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import type { Target } from './address';
import { bodyText, textMember } from './body';
import type { HubToken } from './connection';
import { plainText, withoutTokens } from './plainText';

/**
 * The sentence of an answer that refuses, told from its status and the headers `X-Error-Code` and `X-Error-Message`, which
 * the Hub and the viewer give. Reads the body.
 * @param token That the request was made with.
 * @param endpoint Of the Hub, for links.
 */
export async function refusal(
	response: Response,
	target: Target,
	token: HubToken | null,
	endpoint: string,
): Promise<Failure> {
	const { status, headers } = response;
	const { host } = target;
	const reason = await reasonOf(response);
	if (status === 401 && token && /invalid (credentials|username|user token)/i.test(reason)) {
		return inputFailure('hub.bad-token', { host, token: tokenName(token) });
	}
	if (status === 429) {
		return runFailure(token ? 'hub.rate' : 'hub.rate-anonymous', { host });
	}
	const code = headers.get('X-Error-Code') ?? '';
	const own =
		target.id === null ? null : ofRepository(status, code, reason, { ...target, id: target.id }, token, endpoint);
	if (own) {
		return own;
	}
	if (status === 401) {
		return inputFailure('hub.not-signed-in', { host });
	}
	return status >= 500
		? runFailure('hub.server-failed', { host, status })
		: runFailure('hub.refused', { host, status, reason });
}

/** Null where it is not about the repository. */
function ofRepository(
	status: number,
	code: string,
	reason: string,
	target: Target & { readonly id: string },
	token: HubToken | null,
	endpoint: string,
): Failure | null {
	const id = plainText(target.id, 200);
	const what = message(target.type === 'dataset' ? 'hub.the-dataset' : 'hub.the-model', { id });
	if (code === 'GatedRepo') {
		const url = `${endpoint}/${target.type === 'dataset' ? 'datasets/' : ''}${id}`;
		return inputFailure(token ? 'hub.gated' : 'hub.gated-anonymous', { what, url });
	}
	if (code === 'RevisionNotFound') {
		return inputFailure('hub.no-revision', { what, revision: plainText(target.revision ?? '', 100) });
	}
	if (status === 403 && /\bdisabled\b/i.test(reason)) {
		return inputFailure('hub.disabled', { what });
	}
	if (status === 401 || code === 'RepoNotFound' || /^External/.test(code) || code === 'DatasetNotFoundError') {
		return inputFailure(token ? 'hub.missing' : 'hub.missing-anonymous', { what, host: target.host });
	}
	return target.server === 'viewer' && code !== '' ? ofViewer(code, what, reason) : null;
}

function ofViewer(code: string, what: Message, reason: string): Failure {
	if (code.startsWith('ResponseNotReady')) {
		return runFailure('hub.viewer-prepares', { what });
	}
	return code === 'ConfigNotFoundError' || code === 'SplitNotFoundError'
		? inputFailure('hub.viewer-no-split', { what, reason })
		: runFailure('hub.viewer-cannot', { what, reason });
}

function tokenName({ source }: HubToken): Message {
	return message(`hub.token.${source}`, {});
}

/** In the server's words, as one line: hostile text, but for tokens that it may repeat. */
async function reasonOf(response: Response): Promise<string> {
	// A body that is cut off or endless says nothing.
	const body = await bodyText(response, 100_000).catch(() => null);
	const said =
		response.headers.get('X-Error-Message') ??
		textMember(body ?? '', 'error') ??
		textMember(body ?? '', 'message') ??
		response.statusText;
	return plainText(withoutTokens(said), 300) || `${response.status}`;
}
