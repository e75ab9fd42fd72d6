import path from 'node:path';
import * as vscode from 'vscode';
import type { DatasetOutline } from '../../data/datasetOutline';
import type { Column, DatasetQuery, DatasetSummary, SplitInfo } from '../../hub/repository';
import { datasetTasks, languages } from '../../hub/vocabulary';
import { type TreeItemKind, treeItems } from '../contributions';
import { askQuery, type ViewQuery, viewQuery } from '../hub/askQuery';
import type { HubConnections } from '../hub/hubConnection';
import { type HubRow, partRow, repositoryRow } from '../hub/hubRows';
import { HubTree } from '../hub/hubTree';
import { KeptRepositories, type Store } from '../hub/keptRepositories';
import { anyDataset, QueryState } from '../hub/queryState';
import { datasetDescription, datasetTooltip, extent } from '../hub/summaryText';
import { rooms } from '../rooms';

/** What stands below a dataset. */
export type DatasetPart =
	| {
			readonly type: 'config';
			readonly config: string;
			readonly splits: readonly SplitInfo[];
			readonly outline: DatasetOutline;
	  }
	| { readonly type: 'split'; readonly split: SplitInfo; readonly outline: DatasetOutline }
	| { readonly type: 'column'; readonly column: Column }
	/** A folder of the workspace, with its files by split. */
	| { readonly type: 'folder'; readonly uri: vscode.Uri; readonly files: readonly vscode.Uri[] }
	| { readonly type: 'file'; readonly uri: vscode.Uri };

export type DatasetRow = HubRow<DatasetSummary, DatasetPart>;
export type DatasetsTree = HubTree<DatasetSummary, DatasetPart>;

/** Names of files that hold a split; what else is called `.json` in a workspace is legion. */
const splitFiles = '**/{test,validation,valid,val,dev,train}.{parquet,jsonl,jsonl.gz,json,csv,tsv}';
const mostLocal = 200;

/** The view Datasets. */
export function datasetsTree(
	connections: HubConnections,
	stores: { readonly workspace: Store; readonly global: Store },
): { readonly tree: DatasetsTree; readonly query: ViewQuery<DatasetQuery> } {
	const state = new QueryState(stores.workspace, 'evalLens.datasets.query', anyDataset);
	const tree: DatasetsTree = new HubTree(
		{
			view: 'evalLens.datasets',
			loading: 'evalLens.datasetsLoading',
			isBrowsing: () => state.active !== null,
			search: async (hub, next, token) => (await rooms()).searchDatasets(hub, state.active ?? anyDataset, next, token),
			info: async (hub, id, token) => (await rooms()).datasetInfo(hub, id, 'main', token),
			local: section => localDatasets(section, connections),
			parts: async (row, token) => {
				if (row.kind === 'repository') {
					tree.kept.looked(row.id);
					const { datasetOutline } = await rooms();
					const outline = await datasetOutline(await connections.hub(), row.id, token);
					return [...grouped(outline.splits, ({ config }) => config)].map(([config, splits]) =>
						partRow(row, config, { type: 'config', config, splits, outline }),
					);
				}
				if (row.kind !== 'part') {
					return [];
				}
				const { part } = row;
				switch (part.type) {
					case 'config':
						return part.splits.map(split => partRow(row, split.split, { type: 'split', split, outline: part.outline }));
					case 'split': {
						const columns = await part.outline.columns(part.split.config, part.split.split, token);
						return columns.map(column => partRow(row, column.name, { type: 'column', column }));
					}
					case 'folder':
						return part.files.map(uri => partRow(row, path.basename(uri.path), { type: 'file', uri }));
					case 'column':
					case 'file':
						return [];
				}
			},
			repositoryItem: (id, summary, isPinned) => {
				const item = new vscode.TreeItem(id, vscode.TreeItemCollapsibleState.Collapsed);
				item.description = summary ? datasetDescription(summary) : '';
				item.iconPath = new vscode.ThemeIcon(summary?.private || summary?.gated ? 'lock' : 'database');
				item.contextValue = isPinned ? treeItems.pinnedDataset : treeItems.dataset;
				return item;
			},
			partItem,
			tooltip: datasetTooltip,
			nothing: () => vscode.l10n.t('No dataset matches'),
		},
		connections,
		new KeptRepositories(stores.global, 'evalLens.datasets'),
	);
	const query = viewQuery(state, tree, {
		filtered: 'evalLens.datasetsFiltered',
		words: ({ task, language }) => [
			datasetTasks.find(({ id }) => id === task)?.label ?? task,
			languages.find(({ id }) => id === language)?.label ?? language,
		],
		search: text =>
			askQuery.text(text, vscode.l10n.t('Search Datasets'), vscode.l10n.t('A part of the name, such as sentiment')),
		filter: async query => {
			const task = await askQuery.term(vscode.l10n.t('Task of the datasets'), datasetTasks, query.task);
			if (task === undefined) {
				return undefined;
			}
			const language = await askQuery.term(vscode.l10n.t('Language of the datasets'), languages, query.language);
			return language === undefined ? { task } : { task, language };
		},
	});
	return { tree, query };
}

function partItem(part: DatasetPart): vscode.TreeItem {
	const { None, Collapsed } = vscode.TreeItemCollapsibleState;
	const item = (
		label: string,
		description: string,
		icon: string,
		state: vscode.TreeItemCollapsibleState,
		kind?: TreeItemKind,
	) => {
		const made = new vscode.TreeItem(label, state);
		made.description = description;
		made.iconPath = new vscode.ThemeIcon(icon);
		if (kind) {
			made.contextValue = kind;
		}
		return made;
	};
	switch (part.type) {
		case 'config':
			return item(
				part.config,
				part.splits.length === 1 ? vscode.l10n.t('1 split') : vscode.l10n.t('{0} splits', part.splits.length),
				'symbol-namespace',
				Collapsed,
				treeItems.datasetConfig,
			);
		case 'split': {
			const { split, rows, bytes } = part.split;
			return item(split, extent(rows, bytes), 'list-flat', Collapsed, treeItems.datasetSplit);
		}
		case 'column': {
			const { name, type, classNames } = part.column;
			const made = item(
				name,
				classNames ? `${type}: ${classNames.slice(0, 20).join(', ')}` : type,
				'symbol-field',
				None,
			);
			made.tooltip = `${name}: ${String(made.description)}`;
			return made;
		}
		case 'folder': {
			const made = item(path.basename(part.uri.path), '', 'folder', Collapsed, treeItems.localDataset);
			made.resourceUri = part.uri;
			made.description = vscode.workspace.asRelativePath(part.uri);
			return made;
		}
		case 'file': {
			const made = item(path.basename(part.uri.path), '', 'file', None);
			made.resourceUri = part.uri;
			made.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [part.uri] };
			return made;
		}
	}
}

/** Folders of the workspace with a file for each split, and what of the Hub is in the cache. */
async function localDatasets(section: DatasetRow, connections: HubConnections): Promise<readonly DatasetRow[]> {
	const [found, { localRepositories }, hub] = await Promise.all([
		vscode.workspace.findFiles(splitFiles, '**/{node_modules,.git,.evals}/**', mostLocal),
		rooms(),
		connections.hub(),
	]);
	const installed = await localRepositories(hub, 'dataset');
	const files = found.filter(({ scheme }) => scheme === 'file').sort((a, b) => a.path.localeCompare(b.path));
	const folders = [...grouped(files, uri => path.posix.dirname(uri.path))].map(([folder, its]) =>
		partRow<DatasetSummary, DatasetPart>(section, folder, { type: 'folder', uri: vscode.Uri.file(folder), files: its }),
	);
	return [...folders, ...installed.map(({ id }) => repositoryRow(section, id, null))];
}

/** As Map.groupBy, which Node 20 does not have. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const key = keyOf(item);
		groups.set(key, [...(groups.get(key) ?? []), item]);
	}
	return groups;
}
