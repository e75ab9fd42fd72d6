import path from 'node:path';
import * as vscode from 'vscode';
import type { EvaluationFiles } from './evaluationFiles';

const demo = {
	evaluation: 'mmlu-formats.eval.yaml',
	parts: ['mmlu-formats.eval.yaml', 'demo-model', 'demo-questions'],
};
const folderName = 'eval-lens-demo';

/**
 * Opens the demo evaluation: the workspace's own where it has one, else a copy in a folder that the person chooses.
 * @param into Where to put the copy, for callers that do not ask.
 */
export async function openDemo(extensionUri: vscode.Uri, files: EvaluationFiles, into?: vscode.Uri): Promise<void> {
	const own = (await files.list()).find(uri => path.basename(uri.fsPath) === demo.evaluation);
	if (own && !into) {
		await vscode.window.showTextDocument(own);
		return;
	}
	const parent = into ?? (await chooseFolder());
	if (!parent) {
		return;
	}
	const target = vscode.Uri.joinPath(parent, folderName);
	for (const part of demo.parts) {
		await copyMissing(vscode.Uri.joinPath(extensionUri, 'examples', part), vscode.Uri.joinPath(target, part));
	}
	files.refresh();
	const evaluation = vscode.Uri.joinPath(target, demo.evaluation);
	if (vscode.workspace.getWorkspaceFolder(evaluation)) {
		await vscode.window.showTextDocument(evaluation);
	} else {
		await vscode.commands.executeCommand('vscode.openFolder', target);
	}
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
	const inWorkspace = (vscode.workspace.workspaceFolders ?? [])
		.filter(folder => folder.uri.scheme === 'file')
		.map(folder => ({ label: `$(folder) ${path.join(folder.name, folderName)}`, uri: folder.uri }));
	if (inWorkspace.length > 0) {
		const elsewhere = { label: `$(folder-opened) ${vscode.l10n.t('Another folder…')}`, uri: null };
		const picked = await vscode.window.showQuickPick([...inWorkspace, elsewhere], {
			placeHolder: vscode.l10n.t('Where should the demo go? It takes less than 12 MB.'),
		});
		if (!picked || picked.uri) {
			return picked?.uri ?? undefined;
		}
	}
	const chosen = await vscode.window.showOpenDialog({
		canSelectFiles: false,
		canSelectFolders: true,
		title: vscode.l10n.t('Where should the demo go?'),
		openLabel: vscode.l10n.t('Put the Demo Here'),
	});
	return chosen?.[0];
}

/** What is already there may have been edited, and stays. */
async function copyMissing(from: vscode.Uri, to: vscode.Uri): Promise<void> {
	try {
		await vscode.workspace.fs.copy(from, to, { overwrite: false });
	} catch (error) {
		if (!(error instanceof vscode.FileSystemError && error.code === 'FileExists')) {
			throw error;
		}
	}
}

/** Opens an unsaved evaluation with the fields that each needs. */
export async function newEvaluation(): Promise<void> {
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
	const uri = folder ? await freeName(folder) : vscode.Uri.from({ scheme: 'untitled', path: 'new.eval.yaml' });
	const editor = await vscode.window.showTextDocument(uri);
	if (editor.document.getText() === '') {
		await editor.insertSnippet(starter());
	}
}

async function freeName(folder: vscode.Uri): Promise<vscode.Uri> {
	for (let i = 1; ; i++) {
		const uri = vscode.Uri.joinPath(folder, i === 1 ? 'new.eval.yaml' : `new-${i}.eval.yaml`);
		const exists = await vscode.workspace.fs.stat(uri).then(
			() => true,
			() => false,
		);
		if (!exists) {
			return uri.with({ scheme: 'untitled' });
		}
	}
}

/** The places to fill in are tab stops. */
function starter(): vscode.SnippetString {
	const snippet = new vscode.SnippetString();
	const comment = (text: string) => snippet.appendText(`# ${text}\n`);
	const field = (name: string, value: string) => {
		snippet.appendText(name).appendPlaceholder(value).appendText('\n');
	};
	comment(
		vscode.l10n.t(
			'A folder with one file for each split (test.jsonl, dev.jsonl, …) with the columns question, choices and answer.',
		),
	);
	field('dataset_path: ', 'questions');
	snippet.appendText('test_split: test\nfewshot_split: dev\n');
	field('num_fewshot: ', '5');
	snippet.appendText('output_type: multiple_choice\n\n');
	comment(vscode.l10n.t('A folder with an ONNX model and its tokenizer.'));
	snippet.appendText('models:\n');
	field('  - path: ', 'model');
	snippet.appendText('\n');
	comment(vscode.l10n.t('The first variant is the base that the others are compared with.'));
	snippet.appendText('variants:\n  original: mmlu/original\n  helm: mmlu/helm\n  own:\n    extends: mmlu/original\n');
	return snippet.appendText('    ').appendPlaceholder('target_delimiter: ""', 0).appendText('\n');
}
