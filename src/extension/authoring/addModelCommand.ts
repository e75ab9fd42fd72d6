import path from 'node:path';
import * as vscode from 'vscode';
import { rooms } from '../rooms';
import type { ModelRow } from '../trees/modelsTree';
import type { ModelEntry } from './addModel';
import { relativePath } from './newFromDataset';

/** Adds a model to an evaluation's text, and shows where. Nothing is saved: the person sees it first. */
export async function addModelTo(evaluation: vscode.Uri, row: ModelRow): Promise<void> {
	const entry = entryOf(row, vscode.Uri.file(path.dirname(evaluation.fsPath)));
	if (!entry) {
		return;
	}
	const { addModel } = await rooms();
	const document = await vscode.workspace.openTextDocument(evaluation);
	const added = addModel(document.getText(), entry);
	const editor = await vscode.window.showTextDocument(document);
	const show = (from: vscode.Position, to = from) => {
		editor.selection = new vscode.Selection(from, to);
		editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
	};
	if ('unreadable' in added) {
		void vscode.window.showWarningMessage(
			vscode.l10n.t('The models of {0} cannot be read. Mend the file first.', path.basename(evaluation.fsPath)),
		);
		return;
	}
	if ('offset' in added) {
		show(document.positionAt(added.offset));
		void vscode.window.showInformationMessage(vscode.l10n.t('{0} is there already.', entry.name));
		return;
	}
	const { start, end, text } = added.edit;
	const edit = new vscode.WorkspaceEdit();
	edit.replace(evaluation, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
	await vscode.workspace.applyEdit(edit);
	show(document.positionAt(start + text.trimEnd().length));
}

/** The id that a row of the view Models stands for, or the file below it, or the folder. */
function entryOf(row: ModelRow, folder: vscode.Uri): ModelEntry | null {
	if (row.kind === 'repository') {
		return { source: 'id', name: row.id, dtype: null };
	}
	if (row.kind !== 'part') {
		return null;
	}
	switch (row.part.type) {
		case 'onnx':
			return row.id === null ? null : { source: 'id', name: row.id, dtype: row.part.file.dtype };
		case 'folder':
			return { source: 'path', name: relativePath(folder, row.part.uri), dtype: null };
		case 'elsewhere':
			return null;
	}
}
