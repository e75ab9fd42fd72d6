import { datasetInfo, modelInfo } from '@huggingface/hub';
import * as z from 'zod';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import type { MessageCode } from '../protocol/messages';
import { isCommit, readRef, requireRepositoryId, writeRef } from './cacheLayout';
import type { Hub } from './hub';
import { askLibrary, type LibraryAccess } from './library';
import type { RepositoryType, Snapshot } from './repository';

/** Where the Hub gives no answer, the cache speaks for it, as in Python. */
const noAnswer = new Set<string>([
	'hub.offline',
	'hub.unreachable',
	'hub.timeout',
	'hub.cut-off',
	'hub.server-failed',
	'hub.rate',
	'hub.rate-anonymous',
] satisfies MessageCode[]);

/**
 * Pins a branch or tag to the commit that it has now, and writes that down in the cache; a commit is taken as it is. Where
 * the Hub cannot be reached, the commit that was written down last stands.
 * @throws Failure for an id or revision that is none, or that the Hub does not know or not show.
 */
export async function resolveSnapshot(
	hub: Hub,
	type: RepositoryType,
	id: string,
	revision: string,
	token: CancellationToken,
): Promise<Snapshot> {
	throwIfCancelled(token);
	requireRepositoryId(id);
	if (isCommit(revision)) {
		return { type, id, commit: revision };
	}
	try {
		const snapshot = { type, id, commit: await askCommit(hub, type, id, revision, token) };
		// A cache that may not be written fails where something is worth writing.
		await writeRef(hub.cache, snapshot, revision).catch(() => {});
		return snapshot;
	} catch (error) {
		if (!isUnreachable(error)) {
			throw error;
		}
		const commit = await readRef(hub.cache, type, id, revision);
		if (commit === null) {
			throw error;
		}
		return { type, id, commit };
	}
}

/** The Hub was not asked, could not be, or does not answer for now. */
export function isUnreachable(error: unknown): boolean {
	return error instanceof Failure && noAnswer.has(error.reason.code);
}

async function askCommit(
	hub: Hub,
	type: RepositoryType,
	name: string,
	revision: string,
	token: CancellationToken,
): Promise<string> {
	const find = type === 'dataset' ? datasetInfo<'sha'> : modelInfo<'sha'>;
	const ask = (access: LibraryAccess) => find({ ...access, name, revision, additionalFields: ['sha'] });
	return (await askLibrary(hub, ask, z.object({ sha: z.string().refine(isCommit) }), token)).sha;
}
