import path from 'node:path';
import * as vscode from 'vscode';
import type { SourceRange } from '../../config/problem';
import type { EvaluationFiles } from '../evaluationFiles';
import { toRange } from '../language/evaluationDocuments';
import { rooms } from '../rooms';

interface Use {
	readonly uri: vscode.Uri;
	readonly range: SourceRange;
}

/** Shows where an evaluation of the workspace names a dataset or a model; asks which where several do. */
export async function revealUse(files: EvaluationFiles, id: string): Promise<void> {
	const uses = await usesOf(await files.list(), id);
	const [only] = uses;
	if (!only) {
		void vscode.window.showInformationMessage(vscode.l10n.t('No evaluation of this folder uses {0}.', id));
		return;
	}
	const items = uses.map(use => ({
		label: path.basename(use.uri.fsPath),
		description: vscode.workspace.asRelativePath(use.uri),
		use,
	}));
	const use =
		uses.length === 1
			? only
			: (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which evaluation?') }))?.use;
	await (use && vscode.window.showTextDocument(use.uri, { selection: toRange(use.range) }));
}

async function usesOf(files: readonly vscode.Uri[], id: string): Promise<readonly Use[]> {
	const { parseEvaluation } = await rooms();
	const found = await Promise.all(
		files.map(async (uri): Promise<readonly Use[]> => {
			const document = await vscode.workspace.openTextDocument(uri);
			const { evaluation, locate } = parseEvaluation(document.getText());
			const model = (evaluation?.models ?? []).findIndex(
				entry => (typeof entry === 'string' ? entry : entry.id) === id,
			);
			if (evaluation?.dataset_path === id) {
				return [{ uri, range: locate(['dataset_path']) }];
			}
			return model < 0 ? [] : [{ uri, range: locate(['models', model]) }];
		}),
	);
	return found.flat();
}
