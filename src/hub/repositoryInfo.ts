import type * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { withSignal } from './abort';
import { isRepositoryId } from './cacheLayout';
import { type Hub, pathOfId } from './hub';
import { hubJson } from './hubJson';
import type { RepositoryType } from './repository';

/** What the Hub tells of a repository at a revision, as far as the schema reads it. */
export async function repositoryInfo<T>(
	hub: Hub,
	type: RepositoryType,
	id: string,
	revision: string,
	query: URLSearchParams,
	schema: z.ZodType<T>,
	token: CancellationToken,
): Promise<T> {
	if (!isRepositoryId(id)) {
		throw inputFailure('hub.bad-id', { id });
	}
	const url = `${hub.endpoint}/api/${type}s/${pathOfId(id)}/revision/${encodeURIComponent(revision)}?${query}`;
	return (await withSignal(token, signal => hubJson(hub, url, schema, signal))).value;
}
