import { isLoopback, type Launch } from '../config/launch';
import type { ServerAddress } from '../engine/endpoint/serverClient';
import { inputFailure } from '../protocol/failure';
import type { EvaluateOptions } from './options';

/**
 * The way to a server that runs already, with the key that it is given.
 * @throws Failure where that key is not there; what `secret` throws.
 */
export async function urlAddress(
	{ url, api_key }: Extract<Launch, { kind: 'url' }>,
	model: string,
	secret: EvaluateOptions['secret'],
): Promise<ServerAddress> {
	const { protocol, host, hostname } = new URL(url);
	// Who agreed to a host did not agree to be read on the way.
	const named = protocol === 'http:' && !isLoopback(hostname) ? `http://${host}` : host;
	const key = api_key === null ? null : await secret?.(api_key, { host: named, model });
	if (api_key !== null && !key) {
		throw inputFailure('run.no-key', { name: api_key });
	}
	const headers: Record<string, string> = key ? { Authorization: `Bearer ${key}` } : {};
	return { url, headers: async () => headers };
}
