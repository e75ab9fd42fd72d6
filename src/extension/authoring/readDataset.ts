import type { Table } from '../../data/table';
import type { Hub } from '../../hub/hub';
import type { Column, DatasetInfo, FirstRows, SplitInfo } from '../../hub/repository';
import type { CancellationToken } from '../../protocol/cancellation';
import type { Json } from '../../protocol/json';
import { chooseSplit, type DraftSource, splitWithLabels, type Wanted } from './draftEvaluation';

/** What of the room hub a draft needs. */
export interface HubReads {
	datasetInfo(hub: Hub, id: string, revision: string, token: CancellationToken): Promise<DatasetInfo>;
	datasetSplits(hub: Hub, id: string, token: CancellationToken): Promise<readonly SplitInfo[]>;
	firstRows(hub: Hub, id: string, config: string, split: string, token: CancellationToken): Promise<FirstRows>;
}

/** Asks the Hub for what a draft needs; null where the dataset has no split. */
export async function sourceOfHub(
	reads: HubReads,
	hub: Hub,
	id: string,
	wanted: Wanted,
	token: CancellationToken,
): Promise<DraftSource | null> {
	const [info, splits] = await Promise.all([
		reads.datasetInfo(hub, id, 'main', token),
		reads.datasetSplits(hub, id, token),
	]);
	const chosen = chooseSplit(splits, info.trainEvalIndex, wanted);
	if (!chosen) {
		return null;
	}
	const sourceOf = async (split: string): Promise<DraftSource> => {
		const { columns, rows } = await reads.firstRows(hub, id, chosen.config ?? '', split, token);
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
	const columns = table.columns.map(name => columnOf(name, rows, table.classNames.get(name) ?? null));
	return { path, description: null, splits: infos, chosen, columns, rows };
}

function columnOf(
	name: string,
	rows: readonly ReadonlyMap<string, Json>[],
	classNames: readonly string[] | null,
): Column {
	const cell = rows.map(row => row.get(name) ?? null).find(value => value !== null);
	return { name, type: classNames ? 'ClassLabel' : typeName(cell ?? null), classNames };
}

function typeName(cell: Json): string {
	if (Array.isArray(cell)) {
		return `List(${typeName(cell[0] ?? null)})`;
	}
	return (
		{ string: 'string', number: Number.isInteger(cell) ? 'int64' : 'float64', boolean: 'bool' }[
			typeof cell as string
		] ?? 'Json'
	);
}
