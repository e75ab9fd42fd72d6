import { datasetInfo } from '../../../hub/datasetInfo';
import { type Hub, repositoryUrl } from '../../../hub/hub';
import { type Hardware, jobHardware } from '../../../hub/jobs/hardware';
import { modelInfo } from '../../../hub/modelInfo';
import type { DatasetSummary, ModelSummary } from '../../../hub/repository';
import { searchDatasets, searchModels } from '../../../hub/search';
import { columnBounds, datasetColumns, datasetSplits, firstRows } from '../../../hub/viewer';
import { neverCancelled } from '../../../protocol/cancellation';
import { ExpiringCache, within } from './expiringCache';
import { type DatasetKnowledge, type DatasetRequest, isHubId, type Knowledge, type ModelKnowledge } from './knowledge';
import { readLocalDataset } from './localDataset';
import { localPaths, readLocalModel } from './localFiles';

export interface KnowledgeOptions {
	/** Of the evaluation: relative paths count from it. Null: it is nowhere yet. */
	readonly folder: string | null;
	/** Asked anew for each question, since a person may sign in; it keeps its own connection. */
	readonly hub: () => Promise<Hub>;
	/** Answers that come within this many milliseconds are waited for. */
	readonly patience?: number;
	/** An answer came that somebody did not wait for. */
	readonly onLate?: () => void;
}

/** What was found out, for all evaluations of a window. */
export interface Learned {
	readonly datasets: ExpiringCache<DatasetKnowledge | null>;
	readonly models: ExpiringCache<ModelKnowledge | null>;
	readonly foundDatasets: ExpiringCache<readonly DatasetSummary[]>;
	readonly foundModels: ExpiringCache<readonly ModelSummary[]>;
	readonly hardware: ExpiringCache<readonly Hardware[]>;
}

export function nothingLearned(): Learned {
	return {
		datasets: new ExpiringCache(),
		models: new ExpiringCache(),
		foundDatasets: new ExpiringCache(),
		foundModels: new ExpiringCache(),
		hardware: new ExpiringCache(),
	};
}

export function forget(learned: Learned): void {
	for (const cache of Object.values(learned)) {
		cache.clear();
	}
}

const defaultPatience = 1500;

/** Letters from which on the Hub is asked: what is shorter is the beginning of anything. */
const leastAsked = 2;

/** Knowledge from the files beside an evaluation and from the Hub. */
export function askKnowledge(learned: Learned, options: KnowledgeOptions, endpoint: string): Knowledge {
	const { folder, hub, patience = defaultPatience, onLate } = options;
	// Local files change while one writes: they are read anew, which takes milliseconds.
	const local = <T>(read: (within: string) => Promise<T>, otherwise: T): Promise<T> =>
		folder === null ? Promise.resolve(otherwise) : within(patience, read(folder), otherwise);
	const remote = <T>(
		cache: ExpiringCache<T>,
		name: string,
		question: unknown,
		ask: (hub: Hub) => Promise<T>,
		otherwise: T,
	): Promise<T> => {
		if (name.trim().length < leastAsked) {
			return Promise.resolve(otherwise);
		}
		const answer = cache.get(JSON.stringify(question), async () => ask(await hub()));
		return within(patience, answer, otherwise, onLate);
	};
	return {
		async dataset(request) {
			const found = await local(base => readLocalDataset(request, base), null);
			const { path, config, split } = request;
			return (
				found ??
				(isHubId(path)
					? remote(learned.datasets, path, [path, config, split], of => hubDataset(of, request), null)
					: null)
			);
		},
		async model(name) {
			const found = await local(base => readLocalModel(name, base), null);
			return found ?? (isHubId(name) ? remote(learned.models, name, name, of => hubModel(of, name), null) : null);
		},
		searchDatasets: text =>
			remote(
				learned.foundDatasets,
				text,
				text,
				async of => (await searchDatasets(of, datasetQuery(text), null, neverCancelled)).items,
				[],
			),
		searchModels: text =>
			remote(
				learned.foundModels,
				text,
				text,
				async of => (await searchModels(of, modelQuery(text), null, neverCancelled)).items,
				[],
			),
		hardware: () => remote(learned.hardware, 'hardware', null, of => jobHardware(of, neverCancelled), []),
		paths: typed => local(base => localPaths(typed, base), []),
		url: (type, id) => repositoryUrl({ endpoint }, type, id),
	};
}

const datasetQuery = (text: string) => ({ text, task: null, language: null, sort: 'downloads' as const });
const modelQuery = (text: string) => ({
	text,
	task: null,
	dataset: null,
	parameters: null,
	onnx: false,
	sort: 'downloads' as const,
});

/** What the viewer knows of a dataset, whatever of it answers; fails where nothing does. */
async function hubDataset(hub: Hub, { path, config, split }: DatasetRequest): Promise<DatasetKnowledge> {
	const [summary, splits] = await Promise.allSettled([
		datasetInfo(hub, path, 'main', neverCancelled),
		datasetSplits(hub, path, neverCancelled),
	]);
	if (summary.status === 'rejected' && splits.status === 'rejected') {
		throw splits.reason;
	}
	const there = splits.status === 'fulfilled' ? splits.value : [];
	const configs = [...new Set(there.map(one => one.config))];
	const chosen =
		config !== null && configs.includes(config) ? config : configs.includes('default') ? 'default' : configs[0];
	const splitNames = there.filter(one => one.config === chosen).map(one => one.split);
	const shown = splitNames.includes(split) ? split : splitNames[0];
	const [rows, bounds] =
		chosen === undefined || shown === undefined
			? [null, null]
			: await Promise.all([
					firstRows(hub, path, chosen, shown, neverCancelled).catch(() => null),
					columnBounds(hub, path, chosen, shown, neverCancelled).catch(() => null),
				]);
	const columns =
		rows?.columns ??
		(chosen === undefined ? [] : await datasetColumns(hub, path, chosen, neverCancelled).catch(() => []));
	return {
		path,
		isLocal: false,
		configs: configs.length > 0 ? configs : null,
		splits: there,
		columns: columns.map(column => ({ ...column, bounds: bounds?.get(column.name) ?? null })),
		columnsAreComplete: true,
		// A cell that was cut is a text, of whatever type its column is.
		rows: (rows?.rows ?? []).map((row, i) => new Map([...row].filter(([name]) => !rows?.cut[i]?.includes(name)))),
		summary: summary.status === 'fulfilled' ? summary.value : null,
	};
}

async function hubModel(hub: Hub, name: string): Promise<ModelKnowledge> {
	const info = await modelInfo(hub, name, 'main', neverCancelled);
	return { isLocal: false, onnx: info.onnx, info };
}
