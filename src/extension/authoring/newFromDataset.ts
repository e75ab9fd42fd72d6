import path from 'node:path';
import * as vscode from 'vscode';
import type { HubConnections } from '../hub/hubConnection';
import { rooms } from '../rooms';
import type { DatasetRow } from '../trees/datasetsTree';
import { type DraftSource, draftEvaluation, type Wanted } from './draftEvaluation';
import { evaluationFileName } from './evaluationName';
import { sourceOfFolder, sourceOfHub } from './readDataset';

/** Makes an evaluation of a dataset of the Hub, and opens it. @param row Of the view; absent: the person names one. */
export async function newFromDataset(
	connections: HubConnections,
	given: DatasetRow | string | null,
): Promise<vscode.Uri | undefined> {
	const folder = await evaluationFolder();
	if (!folder) {
		return undefined;
	}
	if (typeof given === 'object' && given?.kind === 'part' && given.part.type === 'folder') {
		const { uri, files } = given.part;
		return drafted(folder, path.basename(uri.fsPath), () => sourceOfLocal(folder, uri, files));
	}
	const named = given ?? (await askId());
	const id = typeof named === 'object' ? ('id' in named ? named.id : null) : named;
	if (!id) {
		return undefined;
	}
	const wanted = typeof given === 'object' && given ? wantedOf(given) : {};
	return drafted(folder, id, async token => {
		const reads = await rooms();
		return sourceOfHub(reads, await connections.hub(), id, wanted, token);
	});
}

/** What a person pointed at. */
export function wantedOf(row: DatasetRow): Wanted {
	if (row.kind !== 'part') {
		return {};
	}
	switch (row.part.type) {
		case 'config':
			return { config: row.part.config };
		case 'split':
			return { config: row.part.split.config, split: row.part.split.split };
		case 'column':
		case 'folder':
		case 'file':
			return {};
	}
}

async function askId(): Promise<string | undefined> {
	const id = await vscode.window.showInputBox({
		title: vscode.l10n.t('New Evaluation from Dataset'),
		prompt: vscode.l10n.t('Id of a dataset on the Hugging Face Hub'),
		placeHolder: 'cais/mmlu',
	});
	return id?.trim();
}

async function drafted(
	folder: vscode.Uri,
	name: string,
	read: (token: vscode.CancellationToken) => Promise<DraftSource | null>,
): Promise<vscode.Uri | undefined> {
	const source = await vscode.window.withProgress(
		{
			location: vscode.ProgressLocation.Notification,
			title: vscode.l10n.t('Reading {0}', name),
			cancellable: true,
		},
		(_, token) => read(token),
	);
	if (!source) {
		void vscode.window.showWarningMessage(vscode.l10n.t('{0} has no split to evaluate.', name));
		return undefined;
	}
	const configs = new Set(source.splits.map(({ config }) => config));
	const uri = await writeNew(folder, draftEvaluation(source), number =>
		evaluationFileName(source.path, configs.size > 1 ? source.chosen.config : null, number),
	);
	await (uri && vscode.window.showTextDocument(uri));
	return uri;
}

/** Writes a file under the first name that is free: nothing is ever overwritten. Undefined, and told, where it cannot. */
export async function writeNew(
	folder: vscode.Uri,
	text: string,
	nameOf: (number: number) => string,
): Promise<vscode.Uri | undefined> {
	for (let number = 1; ; number++) {
		const uri = vscode.Uri.joinPath(folder, nameOf(number));
		if (await exists(uri)) {
			continue;
		}
		const edit = new vscode.WorkspaceEdit();
		edit.createFile(uri, { overwrite: false, ignoreIfExists: false, contents: new TextEncoder().encode(text) });
		if (await vscode.workspace.applyEdit(edit)) {
			return uri;
		}
		// Somebody else may have taken the name meanwhile; else nothing can be written here.
		if (!(await exists(uri))) {
			void vscode.window.showErrorMessage(vscode.l10n.t('{0} could not be written.', uri.fsPath));
			return undefined;
		}
	}
}

async function exists(uri: vscode.Uri): Promise<boolean> {
	return vscode.workspace.fs.stat(uri).then(
		() => true,
		() => false,
	);
}

/** Where a new evaluation goes: asked only where there are several places. */
export async function evaluationFolder(): Promise<vscode.Uri | undefined> {
	const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
	const [only, ...others] = folders;
	if (only && others.length === 0) {
		return only.uri;
	}
	if (only) {
		const picked = await vscode.window.showWorkspaceFolderPick({
			placeHolder: vscode.l10n.t('Where should the evaluation go?'),
		});
		return picked?.uri;
	}
	const chosen = await vscode.window.showOpenDialog({
		canSelectFiles: false,
		canSelectFolders: true,
		title: vscode.l10n.t('Where should the evaluation go?'),
		openLabel: vscode.l10n.t('Put the Evaluation Here'),
	});
	return chosen?.[0];
}

async function sourceOfLocal(
	folder: vscode.Uri,
	dataset: vscode.Uri,
	files: readonly vscode.Uri[],
): Promise<DraftSource | null> {
	const { readFile } = await rooms();
	const bySplit = new Map(files.map(uri => [path.basename(uri.fsPath).replace(/\..*$/, ''), uri.fsPath]));
	const read = async (split: string) =>
		vscode.window.withProgress({ location: vscode.ProgressLocation.Window }, (_, token) =>
			readFile(bySplit.get(split) ?? '', token),
		);
	return sourceOfFolder(relativePath(folder, dataset), [...bySplit.keys()], read, {});
}

/** From an evaluation in `folder`, with `./` before it so that nobody takes it for an id of the Hub. */
export function relativePath(folder: vscode.Uri, target: vscode.Uri): string {
	const relative = path.relative(folder.fsPath, target.fsPath).split(path.sep).join('/');
	return /^(\.\.?(\/|$)|\/|[A-Za-z]:)/.test(relative) ? relative : `./${relative}`;
}
