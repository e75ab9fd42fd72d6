import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands } from '../../src/extension/contributions';
import { spanLine } from '../../src/extension/startup';
import { test } from './suite';
import { internals } from './workspace';

/** Milliseconds of our own code until everything is registered. Tests assert ten times as much: machines are busy. */
const budget = 50;

test('activates, and says how long its own code took', async () => {
	const { spans } = await internals();
	console.log(spans.map(spanLine).join('\n'));
	const activation = spans.at(-1)?.milliseconds ?? 0;
	assert(activation > 0);
	assert(activation < budget * 10, `${activation} ms`);
});

test('every contributed command is registered', async () => {
	await internals();
	const registered = new Set(await vscode.commands.getCommands(true));
	assert.deepEqual(
		Object.keys(commands).filter(id => !registered.has(id)),
		[],
	);
});

test('the native diff hides no whitespace of prompts', async () => {
	const defaults = vscode.workspace.getConfiguration(undefined, { languageId: 'eval-lens-prompt' });
	assert.equal(defaults.get('diffEditor.ignoreTrimWhitespace'), false);
	assert.equal(defaults.get('editor.renderWhitespace'), 'all');
	const others = vscode.workspace.getConfiguration(undefined, { languageId: 'plaintext' });
	assert.equal(others.get('diffEditor.ignoreTrimWhitespace'), true);
});
