import type { DatasetOutline } from '../../data/datasetOutline';
import type { Table } from '../../data/table';
import { columnsOfTable } from '../../data/tableColumns';
import type { Hub } from '../../hub/hub';
import type { DatasetInfo, SplitInfo } from '../../hub/repository';
import type { CancellationToken } from '../../protocol/cancellation';
import { chooseSplit, type DraftSource, splitWithLabels, type Wanted } from './draftEvaluation';

/** What of the Hub a draft needs. */
export interface HubReads {
	datasetInfo(hub: Hub, id: string, revision: string, token: CancellationToken): Promise<DatasetInfo>;
	datasetOutline(hub: Hub, id: string, token: CancellationToken): Promise<DatasetOutline>;
}

/** Asks the Hub for what a draft needs; null where the dataset has no split. */
export async function sourceOfHub(
	reads: HubReads,
	hub: Hub,
	id: string,
	wanted: Wanted,
	token: CancellationToken,
): Promise<DraftSource | null> {
	const [info, outline] = await Promise.all([
		reads.datasetInfo(hub, id, 'main', token),
		reads.datasetOutline(hub, id, token),
	]);
	const { splits } = outline;
	const chosen = chooseSplit(splits, info.trainEvalIndex, wanted);
	if (!chosen) {
		return null;
	}
	const sourceOf = async (split: string): Promise<DraftSource> => {
		const { columns, rows } = await outline.firstRows(chosen.config ?? '', split, token);
		return { path: id, description: info.description, splits, chosen: { ...chosen, split }, columns, rows };
	};
	const source = await sourceOf(chosen.split);
	const other = wanted.split === undefined ? splitWithLabels(source) : null;
	return other === null ? source : sourceOf(other);
}

/** Rows that are enough to see what the columns hold. */
const looked = 100;

/**
 * The same for a folder with one file for each split.
 * @param path From the evaluation.
 */
export async function sourceOfFolder(
	path: string,
	splits: readonly string[],
	readSplit: (split: string) => Promise<Table>,
	wanted: Wanted,
): Promise<DraftSource | null> {
	const infos = splits.map((split): SplitInfo => ({ config: 'default', split, rows: null, bytes: null }));
	const chosen = chooseSplit(infos, [], wanted);
	if (!chosen) {
		return null;
	}
	const table = await readSplit(chosen.split);
	const rows = table.rows.slice(0, looked);
	return { path, description: null, splits: infos, chosen, columns: columnsOfTable({ ...table, rows }), rows };
}
