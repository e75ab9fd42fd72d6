import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test, until } from './suite';
import { closeEditors, demo } from './workspace';

const previews = () =>
	vscode.window.tabGroups.all
		.flatMap(group => group.tabs)
		.filter(tab => tab.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith('evalLens.preview'));

test('the preview opens beside the evaluation, once, and takes its name', async () => {
	const editor = await vscode.window.showTextDocument(demo());
	await vscode.commands.executeCommand('evalLens.preview', demo());
	await vscode.commands.executeCommand('evalLens.preview', demo());
	const tab = await until('the preview', () => previews()[0]);
	assert.equal(previews().length, 1);
	assert.notEqual(tab.group.viewColumn, editor.viewColumn);
	await until('its page to ask for the prompt', () => previews()[0]?.label === 'Prompts of MMLU formats');
	assert.equal(
		vscode.window.activeTextEditor?.document.uri.toString(),
		demo().toString(),
		'the editor keeps the focus',
	);
	await vscode.commands.executeCommand('evalLens.previewNext');
	await closeEditors();
	await until('the preview to close', () => previews().length === 0);
});
