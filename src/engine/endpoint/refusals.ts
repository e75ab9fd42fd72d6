import type { z } from 'zod';
import { type Failure, inputFailure, runFailure } from '../../protocol/failure';
import type { ServerAnswer, ServerClient } from './serverClient';

/** What a server answered, in the shape that its documentation has. @throws Failure for a refusal, or another shape. */
export function read<T>(client: ServerClient, path: string, answer: ServerAnswer, shape: z.ZodType<T>): T {
	if (!answer.ok) {
		throw refusal(client, path, answer);
	}
	const parsed = shape.safeParse(answer.json);
	if (!parsed.success) {
		const at = parsed.error.issues[0]?.path.join('.') ?? '';
		throw runFailure('endpoint.other-shape', { host: client.host, path, at });
	}
	return parsed.data;
}

export function refusal(
	{ host }: ServerClient,
	path: string,
	{ status, reason }: Extract<ServerAnswer, { ok: false }>,
): Failure {
	if (status >= 300 && status < 400) {
		return inputFailure('endpoint.redirected', { host, path });
	}
	switch (status) {
		case 401:
		case 403:
			return inputFailure('endpoint.key-refused', { host, reason });
		case 402:
			return inputFailure('endpoint.no-credit', { host, reason });
		case 404:
			return inputFailure('endpoint.no-path', { host, path, reason });
		default:
			return runFailure('endpoint.refused', { host, path, reason });
	}
}
