import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import type { Json } from '../protocol/json';
import type { Hub } from './hub';
import type { DatasetInfo } from './repository';
import { repositoryInfo } from './repositoryInfo';
import { datasetEntry, datasetFields, datasetSummary } from './summary';
import { trainEvalIndex } from './trainEvalIndex';

const infoSchema = datasetEntry.extend({
	sha: z.string().regex(/^[0-9a-f]{40}$/),
	cardData: z.unknown(),
});

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
	const query = new URLSearchParams(['sha', 'cardData', ...datasetFields].map(field => ['expand', field]));
	const info = await repositoryInfo(hub, 'dataset', id, revision, query, infoSchema, token);
	const card = (info.cardData ?? null) as Json; // of JSON.parse
	return { ...datasetSummary(info), commit: info.sha, card, trainEvalIndex: trainEvalIndex(card) };
}
