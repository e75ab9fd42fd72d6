import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelInfo, ModelQuery, ModelSummary } from '../../hub/repository';
import { modelTasks } from '../../hub/vocabulary';
import { treeItems } from '../contributions';
import { askQuery, type ViewQuery, viewQuery } from '../hub/askQuery';
import type { HubConnections } from '../hub/hubConnection';
import { type HubRow, partRow, repositoryRow } from '../hub/hubRows';
import { HubTree } from '../hub/hubTree';
import { KeptRepositories, type Store } from '../hub/keptRepositories';
import { anyModel, QueryState } from '../hub/queryState';
import { modelDescription, modelTooltip, sizeText } from '../hub/summaryText';
import { rooms } from '../rooms';

/** What stands below a model. */
export type ModelPart =
	| { readonly type: 'onnx'; readonly file: ModelInfo['onnx'][number] }
	/** It has none. */
	| { readonly type: 'elsewhere' }
	/** A folder of the workspace with a model and its tokenizer. */
	| { readonly type: 'folder'; readonly uri: vscode.Uri };

export type ModelRow = HubRow<ModelSummary, ModelPart>;
export type ModelsTree = HubTree<ModelSummary, ModelPart>;

/** Numbers of parameters, in the Hub's words. */
const sizes = [
	{ label: '< 500M', value: 'min:0,max:500M' },
	{ label: '500M – 3B', value: 'min:500M,max:3B' },
	{ label: '3B – 9B', value: 'min:3B,max:9B' },
	{ label: '9B – 40B', value: 'min:9B,max:40B' },
	{ label: '> 40B', value: 'min:40B' },
] as const;

/** The view Models. `datasets` names those that models may have been trained or evaluated on. */
export function modelsTree(
	connections: HubConnections,
	stores: { readonly workspace: Store; readonly global: Store },
	datasets: () => Promise<readonly string[]>,
): { readonly tree: ModelsTree; readonly query: ViewQuery<ModelQuery> } {
	const state = new QueryState(stores.workspace, 'evalLens.models.query', anyModel);
	const tree: ModelsTree = new HubTree(
		{
			view: 'evalLens.models',
			loading: 'evalLens.modelsLoading',
			isBrowsing: () => state.active !== null,
			search: async (hub, next, token) => (await rooms()).searchModels(hub, state.active ?? anyModel, next, token),
			info: async (hub, id, token) => (await rooms()).modelInfo(hub, id, 'main', token),
			local: section => localModels(section, connections),
			parts: async (row, token) => {
				if (row.kind !== 'repository') {
					return [];
				}
				tree.kept.looked(row.id);
				const { modelInfo } = await rooms();
				const { onnx } = await modelInfo(await connections.hub(), row.id, 'main', token);
				return onnx.length > 0
					? onnx.map(file => partRow(row, file.path, { type: 'onnx', file }))
					: [partRow(row, '', { type: 'elsewhere' })];
			},
			repositoryItem: (id, summary, isPinned) => {
				const item = new vscode.TreeItem(id, vscode.TreeItemCollapsibleState.Collapsed);
				item.description = summary ? modelDescription(summary) : '';
				item.iconPath = new vscode.ThemeIcon(summary ? (summary.hasOnnx ? 'device-desktop' : 'cloud') : 'package');
				item.contextValue = isPinned ? treeItems.pinnedModel : treeItems.model;
				return item;
			},
			partItem,
			tooltip: modelTooltip,
			nothing: () => vscode.l10n.t('No model matches'),
		},
		connections,
		new KeptRepositories(stores.global, 'evalLens.models'),
	);
	const query = viewQuery(state, tree, {
		filtered: 'evalLens.modelsFiltered',
		words: ({ task, dataset, parameters, onnx }) => [
			modelTasks.find(({ id }) => id === task)?.label ?? task,
			dataset,
			sizes.find(({ value }) => value === parameters)?.label ?? parameters,
			onnx ? vscode.l10n.t('runs here') : null,
		],
		search: text =>
			askQuery.text(text, vscode.l10n.t('Search Models'), vscode.l10n.t('A part of the name, such as SmolLM')),
		filter: query => askFilter(query, datasets),
	});
	return { tree, query };
}

/** One filter after another, from a list that shows how each stands. */
async function askFilter(
	query: ModelQuery,
	datasets: () => Promise<readonly string[]>,
): Promise<Partial<ModelQuery> | undefined> {
	const any = vscode.l10n.t('Any');
	const kind = await vscode.window.showQuickPick(
		[
			{
				label: vscode.l10n.t('Runs on this computer'),
				description: query.onnx ? vscode.l10n.t('only these') : any,
				value: 'onnx' as const,
			},
			{ label: vscode.l10n.t('Task'), description: query.task ?? any, value: 'task' as const },
			{
				label: vscode.l10n.t('Trained or evaluated on a dataset'),
				description: query.dataset ?? any,
				value: 'dataset' as const,
			},
			{
				label: vscode.l10n.t('Size'),
				description: sizes.find(({ value }) => value === query.parameters)?.label ?? any,
				value: 'parameters' as const,
			},
		],
		{ title: vscode.l10n.t('Filter Models') },
	);
	switch (kind?.value) {
		case 'onnx':
			return { onnx: !query.onnx };
		case 'task': {
			const task = await askQuery.term(vscode.l10n.t('Task of the models'), modelTasks, query.task);
			return task === undefined ? undefined : { task };
		}
		case 'dataset': {
			const known = (await datasets()).map(id => ({ id, label: id }));
			const dataset = await askQuery.term(vscode.l10n.t('Trained or evaluated on'), known, query.dataset);
			return dataset === undefined ? undefined : { dataset };
		}
		case 'parameters': {
			const choices = [{ label: any, value: null }, ...sizes];
			const parameters = await askQuery.choice<string | null>(
				vscode.l10n.t('Size of the models'),
				choices,
				query.parameters,
			);
			return parameters === undefined ? undefined : { parameters };
		}
		case undefined:
			return undefined;
	}
}

function partItem(part: ModelPart): vscode.TreeItem {
	switch (part.type) {
		case 'onnx': {
			const item = new vscode.TreeItem(part.file.dtype);
			item.description = sizeText(part.file.size);
			item.tooltip = part.file.path;
			item.iconPath = new vscode.ThemeIcon('file-binary');
			item.contextValue = treeItems.modelFile;
			return item;
		}
		case 'elsewhere': {
			const item = new vscode.TreeItem(vscode.l10n.t('It has no ONNX files: it does not run on this computer'));
			item.iconPath = new vscode.ThemeIcon('info');
			return item;
		}
		case 'folder': {
			const item = new vscode.TreeItem(path.basename(part.uri.path));
			item.description = vscode.workspace.asRelativePath(part.uri);
			item.iconPath = new vscode.ThemeIcon('device-desktop');
			item.contextValue = treeItems.localModel;
			return item;
		}
	}
}

/** Folders of the workspace with ONNX weights, and what of the Hub is in the cache. */
async function localModels(section: ModelRow, connections: HubConnections): Promise<readonly ModelRow[]> {
	const [found, { localRepositories }, hub] = await Promise.all([
		vscode.workspace.findFiles('**/*.onnx', '**/{node_modules,.git,.evals,dist,out}/**', 200),
		rooms(),
		connections.hub(),
	]);
	const folders = found
		.filter(({ scheme }) => scheme === 'file')
		.map(uri => path.posix.dirname(uri.path).replace(/\/onnx$/, ''));
	const installed = await localRepositories(hub, 'model');
	return [
		...[...new Set(folders)]
			.sort()
			.map(folder => partRow(section, folder, { type: 'folder', uri: vscode.Uri.file(folder) })),
		...installed.map(({ id }) => repositoryRow(section, id, null)),
	];
}
