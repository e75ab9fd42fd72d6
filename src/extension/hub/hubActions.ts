import * as vscode from 'vscode';
import { addModelTo } from '../authoring/addModelCommand';
import { chooseSplit } from '../authoring/draftEvaluation';
import { importTaskCommand } from '../authoring/importTaskCommand';
import { newFromDataset, wantedOf } from '../authoring/newFromDataset';
import type { CommandHandlers } from '../commands';
import type { CommandId, ViewId } from '../contributions';
import type { EvaluationFiles } from '../evaluationFiles';
import { rooms } from '../rooms';
import { evaluationTarget } from '../targets';
import { type DatasetRow, datasetsTree } from '../trees/datasetsTree';
import { type ModelRow, modelsTree } from '../trees/modelsTree';
import { FirstRowsDocuments } from './firstRowsDocuments';
import { HubConnections } from './hubConnection';
import { sectionRow } from './hubRows';
import { revealUse } from './revealUse';

type HubCommand = Extract<
	CommandId,
	| `evalLens.${'search' | 'filter' | 'sort' | 'clear' | 'cancel' | 'refresh'}${'Datasets' | 'Models'}`
	| `evalLens.${'loadMore' | 'retry' | 'refreshRow' | 'pin' | 'unpin' | 'openOnHub' | 'copyId' | 'firstRows'}`
	| `evalLens.${'newFromDataset' | 'addModel' | 'revealInEvaluation' | 'modelsOfDataset' | 'importTask'}`
	| `evalLens.${'signIn' | 'signOut'}`
>;

export type HubViews = ReturnType<typeof hubViews>;

/** Everything of the Hub in the side bar: the connection, the views Datasets and Models, and what their rows can do. */
export function hubViews(context: vscode.ExtensionContext, files: EvaluationFiles) {
	const connections = new HubConnections(context);
	const stores = { workspace: context.workspaceState, global: context.globalState };
	const datasets = datasetsTree(connections, stores);
	const models = modelsTree(connections, stores, async () => [
		...new Set([
			...datasets.tree.kept.pinned,
			...datasets.tree.kept.recent,
			...datasets.tree.listing.items.map(({ id }) => id),
		]),
	]);
	const firstRows = new FirstRowsDocuments(connections);
	const datasetsView = treeView('evalLens.datasets', datasets);
	const modelsView = treeView('evalLens.models', models);

	/** The view that a row belongs to. */
	const viewOf = (given: unknown) => (models.tree.owns(given) ? models : datasets.tree.owns(given) ? datasets : null);
	const withId = async (given: unknown, work: (id: string) => unknown): Promise<unknown> => {
		const row: DatasetRow | ModelRow | null = models.tree.owns(given) || datasets.tree.owns(given) ? given : null;
		const about = row?.kind === 'problem' ? row.parent : row;
		const id = about?.kind === 'repository' || about?.kind === 'part' ? about.id : null;
		return id === null ? undefined : work(id);
	};
	const refreshRow = (given: unknown) => {
		if (models.tree.owns(given)) {
			models.tree.refresh(given);
		} else if (datasets.tree.owns(given)) {
			datasets.tree.refresh(given);
		}
	};
	/** Shows what a search finds, also where the view is closed. */
	const searched = async (view: vscode.TreeView<DatasetRow> | vscode.TreeView<ModelRow>, id: ViewId) => {
		if (!view.visible) {
			await vscode.commands.executeCommand(`${id}.focus`);
		}
	};

	const handlers = {
		'evalLens.searchDatasets': async given => {
			await datasets.query.search(given);
			await searched(datasetsView, 'evalLens.datasets');
		},
		'evalLens.filterDatasets': given => datasets.query.filter(given),
		'evalLens.sortDatasets': given => datasets.query.sort(given),
		'evalLens.clearDatasets': () => datasets.query.clear(),
		'evalLens.cancelDatasets': () => datasets.tree.cancel(),
		'evalLens.refreshDatasets': () => datasets.tree.refresh(),
		'evalLens.searchModels': async given => {
			await models.query.search(given);
			await searched(modelsView, 'evalLens.models');
		},
		'evalLens.filterModels': given => models.query.filter(given),
		'evalLens.sortModels': given => models.query.sort(given),
		'evalLens.clearModels': () => models.query.clear(),
		'evalLens.cancelModels': () => models.tree.cancel(),
		'evalLens.refreshModels': () => models.tree.refresh(),
		'evalLens.loadMore': given => (given === 'evalLens.models' ? models : datasets).tree.more(),
		'evalLens.retry': refreshRow,
		'evalLens.refreshRow': refreshRow,
		'evalLens.pin': given => withId(given, id => viewOf(given)?.tree.kept.pin(id)),
		'evalLens.unpin': given => withId(given, id => viewOf(given)?.tree.kept.unpin(id)),
		'evalLens.openOnHub': given =>
			withId(given, async id => {
				const { repositoryUrl } = await rooms();
				const type = models.tree.owns(given) ? 'model' : 'dataset';
				const url = repositoryUrl(await connections.hub(), type, id);
				await vscode.env.openExternal(vscode.Uri.parse(url, true));
			}),
		'evalLens.copyId': given => withId(given, id => vscode.env.clipboard.writeText(id)),
		'evalLens.firstRows': given =>
			withId(given, async id => {
				const chosen = await splitOf(connections, id, datasets.tree.owns(given) ? given : sectionRow('hub'));
				await (chosen && firstRows.show(id, chosen.config ?? '', chosen.split));
			}),
		'evalLens.newFromDataset': given =>
			newFromDataset(connections, typeof given === 'string' || datasets.tree.owns(given) ? given : null),
		'evalLens.addModel': async given => {
			const row = models.tree.owns(given) ? given : await pickModel(models.tree.rows());
			const evaluation = row && (await evaluationTarget(undefined, files, null));
			await (evaluation && addModelTo(evaluation, row));
		},
		'evalLens.revealInEvaluation': given => withId(given, id => revealUse(files, id)),
		'evalLens.modelsOfDataset': given =>
			withId(given, async id => {
				await models.query.filter({ dataset: id });
				await searched(modelsView, 'evalLens.models');
			}),
		'evalLens.importTask': given => importTaskCommand(given instanceof vscode.Uri ? given : undefined),
		'evalLens.signIn': () => connections.signIn(),
		'evalLens.signOut': () => connections.signOut(),
	} satisfies Pick<CommandHandlers, HubCommand>;

	const disposable = vscode.Disposable.from(
		connections,
		datasets.tree,
		models.tree,
		firstRows,
		datasetsView,
		modelsView,
	);
	return { connections, datasets, models, handlers, dispose: () => disposable.dispose() };
}

function treeView<R>(
	id: ViewId,
	{
		tree,
		query,
	}: {
		readonly tree: vscode.TreeDataProvider<R>;
		readonly query: { description(): string; readonly onDidChange: vscode.Event<void> };
	},
): vscode.TreeView<R> {
	const view = vscode.window.createTreeView(id, { treeDataProvider: tree, showCollapseAll: true });
	const describe = () => {
		view.description = query.description();
	};
	describe();
	query.onDidChange(describe);
	return view;
}

/** What the row stands for, completed as for a new evaluation. */
async function splitOf(connections: HubConnections, id: string, row: DatasetRow) {
	const wanted = wantedOf(row);
	const { config, split } = wanted;
	if (config !== undefined && split !== undefined) {
		return { config, split };
	}
	const { datasetOutline } = await rooms();
	const hub = await connections.hub();
	return vscode.window.withProgress({ location: { viewId: 'evalLens.datasets' satisfies ViewId } }, async (_, token) =>
		chooseSplit((await datasetOutline(hub, id, token)).splits, [], wanted),
	);
}

/** From the palette: one of those that the view shows. */
async function pickModel(rows: readonly ModelRow[]): Promise<ModelRow | undefined> {
	const items = rows.flatMap(row => (row.kind === 'repository' ? [{ label: row.id, row }] : []));
	if (items.length === 0) {
		await vscode.commands.executeCommand('evalLens.searchModels' satisfies CommandId);
		return undefined;
	}
	return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which model?') }))?.row;
}
