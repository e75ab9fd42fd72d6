import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { closest } from '../config/closest';
import type { DatasetSpec } from '../config/resolved';
import type { OnDownload } from '../hub/download';
import type { Hub } from '../hub/hub';
import { isUnreachable, resolveSnapshot } from '../hub/snapshot';
import type { CancellationToken } from '../protocol/cancellation';
import { Failure, inputFailure } from '../protocol/failure';
import type { DataSource } from './dataSource';
import { datasetLayout, type HubConfig } from './hubLayout';
import { readHubSplits } from './hubSplits';

/** How a dataset is reached on the Hub. */
export interface HubPlace {
	readonly hub: Hub;
	readonly onDownload: OnDownload;
}

/** A dataset on the Hub, pinned to the commit that its revision has now. */
export async function hubSource(
	dataset: DatasetSpec,
	folder: string,
	{ hub, onDownload }: HubPlace,
	token: CancellationToken,
): Promise<DataSource> {
	const { path: id } = dataset;
	const snapshot = await resolveSnapshot(hub, 'dataset', id, dataset.revision, token).catch(error => {
		throw isMissing(error, id)
			? inputFailure('data.no-path-no-dataset', { path: id, full: resolve(folder, id), reason: error.reason }, error)
			: error;
	});
	const layout = await datasetLayout(hub, snapshot, token);
	const chosen = chosenConfigs(dataset, layout);
	return {
		configs: chosen.map(({ name }) => name),
		commit: snapshot.commit,
		read: needed =>
			readHubSplits(
				hub,
				needed.map(({ config, split, limit }) => {
					const found = chosen.find(({ name }) => name === config);
					return { limit, path: `${id}/${config}/${split}`, commit: snapshot.commit, files: filesOf(id, found, split) };
				}),
				onDownload,
				token,
			),
	};
}

/** Without a slash it was more likely meant as a path: then a Hub that cannot be reached is no reason to look no further. */
function isMissing(error: unknown, id: string): error is Failure {
	if (!id.includes('/') && error instanceof Failure && isUnreachable(error)) {
		return true;
	}
	return error instanceof Failure && ['hub.missing', 'hub.missing-anonymous', 'hub.bad-id'].includes(error.reason.code);
}

/** Whether a path that is none here may be an id: `name` or `owner/name`. */
export async function isOnHub({ path }: DatasetSpec, folder: string): Promise<boolean> {
	const looksLikeId = /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(path) && !/\.(parquet|jsonl?|csv|tsv|gz)$/i.test(path);
	return looksLikeId && (await stat(resolve(folder, path)).catch(() => null)) === null;
}

/** `all` is the config of that name where there is one, as in cais/mmlu; else each config that has the test split. */
function chosenConfigs({ path: id, names, test_split }: DatasetSpec, layout: readonly HubConfig[]): HubConfig[] {
	const known = layout.map(({ name }) => name);
	if (names === null) {
		if (layout.length > 1) {
			throw inputFailure('data.hub-several-configs', { id, count: known.length, configs: listed(known) });
		}
		return [...layout];
	}
	if (names === 'all' && !known.includes('all')) {
		const testable = layout.filter(({ splits }) => splits.some(({ name }) => name === test_split));
		return testable.length > 0 ? testable : [...layout];
	}
	return (names === 'all' ? ['all'] : names).map(config => {
		const found = layout.find(({ name }) => name === config);
		if (found) {
			return found;
		}
		const suggestion = closest(config, known);
		const params = { id, config, configs: listed(known) };
		throw suggestion === null
			? inputFailure('data.hub-no-config', params)
			: inputFailure('data.hub-no-config-meant', { ...params, suggestion });
	});
}

function filesOf(id: string, config: HubConfig | undefined, split: string) {
	const splits = config?.splits ?? [];
	const found = splits.find(({ name }) => name === split);
	if (found) {
		return found.files;
	}
	const names = splits.map(({ name }) => name);
	const suggestion = closest(split, names);
	const params = { id, config: config?.name ?? '', split, splits: listed(names) };
	throw suggestion === null
		? inputFailure('data.hub-no-split', params)
		: inputFailure('data.hub-no-split-meant', { ...params, suggestion });
}

const namedAtMost = 60;

function listed(names: readonly string[]): string {
	const shown = names.slice(0, namedAtMost).join(', ');
	return names.length > namedAtMost ? `${shown}, …` : shown;
}
