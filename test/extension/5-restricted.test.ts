import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Job } from '../../src/run/jobBook';
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

restrictedTest('jobs that a run folder tells of are listed, and no place is asked about them', async () => {
	const dir = vscode.Uri.joinPath(root(), '.evals', 'mmlu-formats', '20260101-000000-abcd');
	const job: Job = {
		label: 'eval-lens-000000000000',
		launch: { kind: 'local', command: 'true', port: 1 },
		model: 'demo-model',
		started: new Date().toISOString(),
		handle: { label: 'eval-lens-000000000000', port: 1, folder: '/nowhere' },
		ended: null,
		dollarsAnHour: null,
		maximalDollars: null,
		dollars: null,
	};
	const record = {
		format: 1,
		state: 'cancelled',
		fingerprint: '',
		total: 1,
		done: 0,
		started: job.started,
		evaluation: { name: 'MMLU formats', models: [], variants: [], assertions: [] },
		dataset: { skipped: [], skipped_from_pools: [] },
		models: [],
	};
	await writeJson(vscode.Uri.joinPath(dir, 'jobs.json'), { jobs: [job] });
	await writeJson(vscode.Uri.joinPath(dir, 'run.json'), record);
	try {
		await vscode.commands.executeCommand('evalLens.refresh');
		const { jobs } = await internals();
		const [row] = await until('the job', async () => {
			const rows = await jobs.tree.getChildren();
			return rows.length > 0 && rows;
		});
		assert.equal(row?.type, 'job');
		const { jobs: asked } = await jobs.jobs.asked();
		assert.equal(asked[0]?.state, 'unknown', 'somebody was asked');
		for (const id of ['evalLens.cancelJob', 'evalLens.openJobLog', 'evalLens.setKey', 'evalLens.forgetKey']) {
			await vscode.commands.executeCommand(id, row);
		}
		assert.equal(vscode.window.visibleTextEditors.length, 0);
	} finally {
		await vscode.workspace.fs.delete(vscode.Uri.joinPath(root(), '.evals'), { recursive: true });
	}
});

async function writeJson(uri: vscode.Uri, value: unknown): Promise<void> {
	await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(JSON.stringify(value)));
}
