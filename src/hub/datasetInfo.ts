import { datasetInfo as libraryInfo } from '@huggingface/hub';
import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import type { Json } from '../protocol/json';
import { isCommit, requireRepositoryId } from './cacheLayout';
import type { Hub } from './hub';
import { askLibrary, type LibraryAccess } from './library';
import type { DatasetInfo } from './repository';
import { datasetEntry, datasetSummary } from './summary';
import { trainEvalIndex } from './trainEvalIndex';

const infoSchema = datasetEntry.extend({ sha: z.string().refine(isCommit), cardData: z.unknown() });

/**
 * A dataset at the commit that a branch, tag or commit names.
 * @throws Failure where the Hub does not have it, refuses, or cannot be reached.
 */
export async function datasetInfo(
	hub: Hub,
	id: string,
	revision: string,
	token: CancellationToken,
): Promise<DatasetInfo> {
	requireRepositoryId(id);
	const fields = ['sha', 'cardData', 'description', 'tags'] as const;
	const ask = async (access: LibraryAccess) => {
		const asked = { ...access, name: id, revision, additionalFields: [...fields] };
		const { name, updatedAt, ...rest } = await libraryInfo(asked);
		return { ...rest, id: name, lastModified: updatedAt.toJSON() };
	};
	const info = await askLibrary(hub, ask, infoSchema, token);
	const card = (info.cardData ?? null) as Json; // of JSON.parse
	return { ...datasetSummary(info), commit: info.sha, card, trainEvalIndex: trainEvalIndex(card) };
}
