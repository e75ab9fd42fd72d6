import type { Hub } from '../hub/hub';
import type { Column, FirstRows, SplitInfo } from '../hub/repository';
import { isUnreachable, resolveSnapshot } from '../hub/snapshot';
import { datasetColumns, datasetSplits, firstRows, isOfViewer } from '../hub/viewer';
import type { CancellationToken } from '../protocol/cancellation';
import { datasetLayout } from './hubLayout';
import { isReadInParts, readHubSplits, wholeFileLimit } from './hubSplits';
import { columnsOfTable } from './tableColumns';

/** What there is in a dataset of the Hub, for who looks at it before an evaluation names it. */
export interface DatasetOutline {
	/** Of all configs. */
	readonly splits: readonly SplitInfo[];
	columns(config: string, split: string, token: CancellationToken): Promise<readonly Column[]>;
	/** Up to 100 rows of the beginning. */
	firstRows(config: string, split: string, token: CancellationToken): Promise<FirstRows>;
}

/** Rows that are enough to see what the columns hold. */
const looked = 100;

/**
 * A dataset as the viewer shows it, and what the viewer cannot show as the repository's files tell. Then rows are not counted,
 * and types are told from the first cells.
 * @throws Failure where neither knows; so do its members.
 */
export async function datasetOutline(hub: Hub, id: string, token: CancellationToken): Promise<DatasetOutline> {
	return {
		splits: await orFiles(
			() => datasetSplits(hub, id, token),
			() => splitsOfFiles(hub, id, token),
		),
		columns: (config, split, token) =>
			orFiles(
				() => datasetColumns(hub, id, config, token),
				async () => (await rowsOfFiles(hub, id, config, split, token))?.columns ?? null,
			),
		firstRows: (config, split, token) =>
			orFiles(
				() => firstRows(hub, id, config, split, token),
				() => rowsOfFiles(hub, id, config, split, token),
			),
	};
}

/** @param read Null: the files do not tell either, and the viewer's sentence stands. */
async function orFiles<T>(ask: () => Promise<T>, read: () => Promise<T | null>): Promise<T> {
	try {
		return await ask();
	} catch (error) {
		const found = isOfViewer(error) || isUnreachable(error) ? await read() : null;
		if (found === null) {
			throw error;
		}
		return found;
	}
}

async function layoutOf(hub: Hub, id: string, token: CancellationToken) {
	const snapshot = await resolveSnapshot(hub, 'dataset', id, 'main', token);
	return { commit: snapshot.commit, configs: await datasetLayout(hub, snapshot, token) };
}

async function splitsOfFiles(hub: Hub, id: string, token: CancellationToken): Promise<readonly SplitInfo[]> {
	const { configs } = await layoutOf(hub, id, token);
	return configs.flatMap(config =>
		config.splits.map(({ name, files }) => ({
			config: config.name,
			split: name,
			rows: null,
			bytes: files.reduce((sum, { file }) => sum + file.size, 0),
		})),
	);
}

/** Of the split's first file. Null where that would have to be downloaded as a whole, and is large. */
async function rowsOfFiles(
	hub: Hub,
	id: string,
	config: string,
	split: string,
	token: CancellationToken,
): Promise<FirstRows | null> {
	const { commit, configs } = await layoutOf(hub, id, token);
	const splits = configs.find(({ name }) => name === config)?.splits ?? [];
	const first = splits.find(({ name }) => name === split)?.files[0];
	if (!first || (first.file.size > wholeFileLimit && !isReadInParts(first.file))) {
		return null;
	}
	const path = `${id}/${config}/${split}`;
	const [content] = await readHubSplits(hub, [{ path, commit, limit: looked, files: [first] }], () => {}, token);
	if (!content) {
		return null;
	}
	const rows = content.table.rows.slice(0, looked);
	return { columns: columnsOfTable({ ...content.table, rows }), rows, cut: rows.map(() => []) };
}
