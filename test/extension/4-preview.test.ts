import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test, until } from './suite';
import { closeEditors, demo, internals, open, small } from './workspace';

const previews = () =>
	vscode.window.tabGroups.all
		.flatMap(group => group.tabs)
		.filter(tab => tab.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith('evalLens.preview'));

const titled = (title: string) => () => previews()[0]?.label === title;

test('the preview opens beside the evaluation, once, and takes its name', async () => {
	const editor = await vscode.window.showTextDocument(demo());
	await vscode.commands.executeCommand('evalLens.preview', demo());
	await vscode.commands.executeCommand('evalLens.preview', demo());
	const tab = await until('the preview', () => previews()[0]);
	assert.equal(previews().length, 1);
	assert.notEqual(tab.group.viewColumn, editor.viewColumn);
	await until('its page to ask for the prompt', titled('Prompts of MMLU formats'));
	assert.equal(
		vscode.window.activeTextEditor?.document.uri.toString(),
		demo().toString(),
		'the editor keeps the focus',
	);
	await vscode.commands.executeCommand('evalLens.previewNext');
	await vscode.commands.executeCommand('evalLens.previewRandom');
	await vscode.commands.executeCommand('evalLens.previewTokens');
	await closeEditors();
	await until('the preview to close', () => previews().length === 0);
});

test('the preview follows what is typed, without saving, and the editor in front', async () => {
	const editor = await open('followed.eval.yaml', small('name: before'));
	await vscode.commands.executeCommand('evalLens.preview', editor.document.uri);
	await until('the preview', titled('Prompts of before'));
	const text = editor.document.getText();
	const at = editor.document.positionAt(text.indexOf('before'));
	const typed = await editor.edit(edit =>
		edit.replace(new vscode.Range(at, at.translate(0, 'before'.length)), 'after'),
	);
	assert(typed);
	await until('the text as typed', titled('Prompts of after'));
	assert(editor.document.isDirty);
	await vscode.window.showTextDocument(demo(), { viewColumn: editor.viewColumn ?? vscode.ViewColumn.One });
	await until('the other evaluation', titled('Prompts of MMLU formats'));
	await closeEditors();
});

test('a preview that was open before a restart is shown again', async () => {
	const { preview } = await internals();
	await vscode.commands.executeCommand('evalLens.preview', demo());
	await until('the preview', titled('Prompts of MMLU formats'));
	await closeEditors();
	await until('the preview to close', () => previews().length === 0 && preview.uri === null);
	// What VS Code does after a restart: it hands over a panel with nothing in it.
	const panel = vscode.window.createWebviewPanel('evalLens.preview', 'restored', vscode.ViewColumn.Two);
	await preview.deserializeWebviewPanel(panel);
	await until('its page to ask for the prompt', titled('Prompts of MMLU formats'));
	assert.equal(preview.uri?.toString(), demo().toString());
	await closeEditors();
	await until('the preview to close', () => previews().length === 0);
});
