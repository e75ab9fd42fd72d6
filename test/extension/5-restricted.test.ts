import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { restrictedTest, until } from './suite';
import { closeEditors, demo, internals, open, root, small } from './workspace';

restrictedTest('looking is allowed: problems, commands above the file, preview', async () => {
	const editor = await open('restricted.eval.yaml', small('nonsense: 1'));
	await until('a problem', () => vscode.languages.getDiagnostics(editor.document.uri).length > 0);
	await closeEditors();
	await vscode.window.showTextDocument(demo());
	await vscode.commands.executeCommand('evalLens.preview', demo());
	await until('the preview to be drawn', () =>
		vscode.window.tabGroups.all.flatMap(group => group.tabs).some(tab => tab.label === 'Prompts of MMLU formats'),
	);
	await closeEditors();
});

restrictedTest('running is not: the command refuses and nothing begins', async () => {
	const { queue } = await internals();
	let changes = 0;
	queue.onDidChange(() => changes++);
	for (const id of ['evalLens.run', 'evalLens.runSome']) {
		assert.equal(await vscode.commands.executeCommand(id, demo()), undefined);
	}
	assert.equal(changes, 0);
	assert.deepEqual(queue.runs, []);
	assert.equal(existsSync(path.join(root().fsPath, '.evals')), false);
});
