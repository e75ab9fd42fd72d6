import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Internals } from '../../src/extension/main';

/** The folder that is open: a copy of examples/. */
export function root(): vscode.Uri {
	const uri = vscode.workspace.workspaceFolders?.[0]?.uri;
	assert(uri, 'no folder is open');
	return uri;
}

export const demo = (): vscode.Uri => vscode.Uri.joinPath(root(), 'mmlu-formats.eval.yaml');

export async function internals(): Promise<Internals> {
	const extension = vscode.extensions.getExtension<Internals>('eval-lens.eval-lens');
	assert(extension, 'the extension is not installed');
	return extension.activate();
}

/** An evaluation beside the demo, shown in an editor. */
export async function open(name: string, text: string): Promise<vscode.TextEditor> {
	const uri = vscode.Uri.joinPath(root(), name);
	await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
	return vscode.window.showTextDocument(uri);
}

/** The demo's own text with other variants or limits. */
export function small(rest = ''): string {
	return [
		'dataset_path: demo-questions',
		'num_fewshot: 2',
		'limit: 6',
		'models:',
		'  - path: demo-model',
		'variants:',
		'  original: mmlu/original',
		'  helm: mmlu/helm',
		rest,
	].join('\n');
}

export async function closeEditors(): Promise<void> {
	await vscode.commands.executeCommand('workbench.action.files.revert');
	await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Tabs of the results editor, by run folder. */
export function resultsTabs(): readonly string[] {
	return vscode.window.tabGroups.all
		.flatMap(group => group.tabs)
		.map(tab => tab.input)
		.filter(input => input instanceof vscode.TabInputCustom && input.viewType === 'evalLens.results')
		.map(input => path.dirname((input as vscode.TabInputCustom).uri.fsPath));
}
