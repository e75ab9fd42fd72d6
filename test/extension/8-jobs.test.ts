import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { freePort } from '../../src/launch/freePort';
import type { Job } from '../../src/run/jobBook';
import type { RunRecord } from '../../src/run/record';
import { test, until } from './suite';
import { closeEditors, internals, open, root, small } from './workspace';

// They need a server's command, which test/extension/run.mjs gives.
const command = process.env.EVAL_LENS_TEST_SERVER;
const jobTest = command
	? test
	: (name: string, _body: () => Promise<void>) => console.log(`- ${name}: skipped, EVAL_LENS_TEST_SERVER is not set`);

interface Ended {
	readonly result: { readonly dir: string; readonly record: RunRecord } | null;
	readonly error: unknown;
}

const jobsIn = (dir: string): readonly Job[] => JSON.parse(readFileSync(path.join(dir, 'jobs.json'), 'utf8')).jobs;

/** The small evaluation, its model computed by a server that is started here. */
async function evaluation(): Promise<{ readonly text: string; readonly port: number }> {
	const port = await freePort();
	const launch = JSON.stringify({ local: { command, port } });
	return {
		port,
		text: small()
			.replace('limit: 6', 'limit: 20')
			.replace('  - path: demo-model', `  - path: demo-model\n    launch: ${launch}`),
	};
}

async function rows() {
	const { tree } = (await internals()).jobs;
	const all = await tree.getChildren();
	return all.map(node => ({ node, item: tree.getTreeItem(node) }));
}

/** The row of a job that has not ended. */
async function liveRow() {
	return (await rows()).find(({ node }) => node.type === 'job');
}

jobTest('a run on a server that is started for it shows its job while it lives, and the job ends with it', async () => {
	const { queue } = await internals();
	const { text, port } = await evaluation();
	const editor = await open('served.eval.yaml', text);
	const said = new Set<string>();
	const watching = queue.onDidChange(() => {
		const progress = queue.runs[0]?.progress;
		said.add(
			progress?.phase === 'launching' && progress.job ? `launching ${progress.job.state}` : `${progress?.phase}`,
		);
	});
	const running = vscode.commands.executeCommand<Ended>('evalLens.run', editor.document.uri);
	const row = await until('the job in the view', liveRow);
	assert.equal(row.item.label, 'demo-model');
	await until('the job to be known', async () => /\.log\.cancel$/.test(String((await liveRow())?.item.contextValue)));
	assert.match(String((await liveRow())?.item.description), /< 1\smin/);

	const { result, error } = await running;
	watching.dispose();
	assert.equal(error, undefined, String(error));
	assert.equal(result?.record.state, 'done');
	assert.equal(result.record.models[0]?.endpoint?.launch, 'local');
	// Which states in between are seen depends on how fast the server is.
	assert(
		[...said].some(phase => phase.startsWith('launching ')),
		[...said].join(', '),
	);
	assert(said.has('scoring'), [...said].join(', '));
	assert.equal(jobsIn(result.dir).length, 1);
	assert.notEqual(jobsIn(result.dir)[0]?.ended, null);
	assert.equal(await isListening(port), false);
	await until('the job among those that ended', async () => {
		const [first, ...others] = await rows();
		return first?.item.label === 'Ended' && others.length === 0;
	});
	await closeEditors();
});

jobTest('cancelling a run ends its job', async () => {
	const { queue } = await internals();
	const { text, port } = await evaluation();
	const editor = await open('served-cancelled.eval.yaml', text);
	const running = vscode.commands.executeCommand<Ended>('evalLens.run', editor.document.uri);
	await until('samples', () => (queue.runs[0]?.progress?.done ?? 0) > 2);
	await vscode.commands.executeCommand('evalLens.cancel', editor.document.uri);
	const { result } = await running;
	assert.equal(result?.record.state, 'cancelled');
	assert.notEqual(jobsIn(result.dir)[0]?.ended, null);
	assert.equal(await isListening(port), false);
	await closeEditors();
});

jobTest('a job whose process was killed is an orphan that can be followed again, or ended', async () => {
	const { jobs } = await internals();
	const { text, port } = await evaluation();
	const editor = await open('served-left.eval.yaml', text);
	const dir = await leftRun(editor.document.uri.fsPath);
	await vscode.commands.executeCommand('evalLens.refresh');
	const known = (await jobs.jobs.asked()).jobs.filter(({ isOrphan }) => isOrphan);
	assert.equal(known.length, 1);
	const row = await until('the orphan', liveRow);
	assert.equal(row.item.contextValue, 'job.log.cancel.resume');
	assert.match(String(row.item.description), /^nobody follows it · /);
	assert(await isListening(port));

	await vscode.commands.executeCommand('evalLens.openJobLog', row.node);
	const ended = await vscode.commands.executeCommand<Ended>('evalLens.resume', row.node);
	assert.equal(ended.result?.dir, dir);
	assert.equal(ended.result.record.state, 'done');
	assert.equal(jobsIn(dir).length, 1, 'the same job went on');
	assert.equal(await isListening(port), false);
	await closeEditors();
});

jobTest('an orphan that is cancelled is really gone, and its run can still be resumed', async () => {
	const { jobs } = await internals();
	const { text, port } = await evaluation();
	const editor = await open('served-ended.eval.yaml', text);
	const dir = await leftRun(editor.document.uri.fsPath);
	await vscode.commands.executeCommand('evalLens.refresh');
	const [orphan] = (await jobs.jobs.asked()).jobs.filter(({ isOrphan }) => isOrphan);
	assert(orphan);
	assert.equal(await jobs.end(orphan), true);
	assert.equal(await isListening(port), false);
	assert.notEqual(jobsIn(dir)[0]?.ended, null);
	await jobs.jobs.refresh();
	const ended = await until('the job among those that ended', async () => {
		const [first] = await rows();
		return first?.node.type === 'ended' && first.node.jobs.find(({ label }) => label === orphan.label);
	});
	assert.equal(ended.isOrphan, false);
	assert.equal(ended.origin?.run.isDone, false);
	await closeEditors();
});

/** Runs an evaluation by the command line, and kills that in the middle. @returns The run folder. */
async function leftRun(file: string): Promise<string> {
	const extension = vscode.extensions.getExtension('eval-lens.eval-lens');
	assert(extension);
	const cli = path.join(extension.extensionPath, 'dist', 'cli.cjs');
	const child = spawn(process.execPath, [cli, 'run', file], { stdio: 'ignore' });
	const runs = path.join(root().fsPath, '.evals', path.basename(file, '.eval.yaml'));
	try {
		return await until('samples of another process', () => {
			const [name] = existsSync(runs) ? readdirSync(runs) : [];
			const samples = name && path.join(runs, name, 'samples.jsonl');
			return samples && existsSync(samples) && readFileSync(samples, 'utf8').split('\n').length > 3
				? path.join(runs, name)
				: undefined;
		});
	} finally {
		const gone = new Promise(resolve => child.once('exit', resolve));
		child.kill('SIGKILL');
		await gone;
	}
}

function isListening(port: number): Promise<boolean> {
	return fetch(`http://127.0.0.1:${port}/health`).then(
		() => true,
		() => false,
	);
}
