import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { promptText } from '../../src/protocol/prompt';
import { openRun } from '../../src/run/openRun';
import type { RunRecord } from '../../src/run/record';
import { test, until } from './suite';
import { closeEditors, demo, internals, open, resultsTabs, small } from './workspace';

const recordOf = (dir: string): RunRecord => JSON.parse(readFileSync(path.join(dir, 'run.json'), 'utf8'));

interface Ended {
	readonly result: { readonly dir: string; readonly record: RunRecord } | null;
	readonly error: unknown;
}

/** The run of the tests that come after it. */
let finished = '';

test('the demo runs from the command, the run is recorded, and the results open by themselves', async () => {
	const { queue } = await internals();
	const seen = new Set<string>();
	const watching = queue.onDidChange(() => {
		seen.add(queue.runs[0]?.progress?.phase ?? 'none');
	});
	const ended = await vscode.commands.executeCommand<Ended>('evalLens.runSome', demo());
	watching.dispose();
	assert.equal(ended.error, undefined);
	assert(ended.result);
	finished = ended.result.dir;
	const record = recordOf(finished);
	assert.equal(record.state, 'done');
	assert.equal(record.total, 60, '20 examples under three variants');
	assert(seen.has('scoring'), `phases: ${[...seen].join(', ')}`);
	await until('the results editor', () => resultsTabs().includes(finished));
	assert.equal(resultsTabs().length, 1);
});

test('trees show the evaluation with its variants and numbers, and the run', async () => {
	const { evaluations, runs } = await internals();
	const rows = await evaluations.getChildren();
	const row = rows.find(one => one.uri.toString() === demo().toString());
	assert(row);
	const item = await evaluations.getTreeItem(row);
	assert.equal(item.label, 'mmlu-formats.eval.yaml');
	assert.match(String(item.description), /^\d+\.\d % · \d+\.\d % · \d+\.\d %$/);
	const variants = await Promise.all((await evaluations.getChildren(row)).map(one => evaluations.getTreeItem(one)));
	assert.deepEqual(
		variants.map(variant => variant.label),
		['original', 'helm', 'harness'],
	);
	assert(variants.every(variant => /^\d+\.\d % ± \d+\.\d$/.test(String(variant.description))));

	const runRows = await Promise.all((await runs.getChildren()).map(one => runs.getTreeItem(one)));
	assert.deepEqual(
		runRows.map(one => [one.label, one.contextValue, one.id]),
		[['MMLU formats', 'run.done', finished]],
	);
	assert.match(String(runRows[0]?.description), /% · .*(ago|now)/);
});

test('CodeLens offers to compare once there is a run', async () => {
	const document = await vscode.workspace.openTextDocument(demo());
	const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
		'vscode.executeCodeLensProvider',
		document.uri,
		10,
	);
	assert.equal(lenses.at(-1)?.command?.title, 'Compare last run');
});

test('the native diff holds the exact prompts of a flipped question', async () => {
	const run = await openRun(finished);
	const model = run.record.evaluation.models[0]?.name ?? '';
	const key = run.exampleLines[0]?.key ?? '';
	const query = (variant: string) => JSON.stringify([finished, model, variant, key]);
	for (const variant of ['original', 'helm', 'harness']) {
		const uri = vscode.Uri.from({ scheme: 'eval-lens-prompt', path: `/x/${variant}.prompt`, query: query(variant) });
		const document = await vscode.workspace.openTextDocument(uri);
		const sample = await run.sample(model, variant, key);
		assert(sample);
		assert.equal(document.getText(), promptText(sample));
		assert.equal(document.languageId, 'eval-lens-prompt');
	}
});

test('running again with nothing changed takes everything from the cache', async () => {
	const ended = await vscode.commands.executeCommand<Ended>('evalLens.runAgain', finished);
	assert.equal(ended.result?.record.state, 'done');
	assert.notEqual(ended.result.dir, finished);
	const numbers = (dir: string) => openRun(dir).then(run => run.results.map(({ accuracy }) => accuracy));
	assert.deepEqual(await numbers(ended.result.dir), await numbers(finished));
	await closeEditors();
});

test('cancelling ends the run and its engine, and the run can be resumed', async () => {
	const { queue } = await internals();
	const editor = await open('cancelled.eval.yaml', small().replace('limit: 6\n', ''));
	const running = vscode.commands.executeCommand<Ended>('evalLens.run', editor.document.uri);
	// What the cache knows is there before there is an engine.
	await until('the engine to score', () => queue.runs[0]?.progress?.phase === 'scoring' && engines() > 0);
	assert((queue.runs[0]?.progress?.done ?? 0) > 0, 'there are samples');
	const asked = performance.now();
	await vscode.commands.executeCommand('evalLens.cancel', editor.document.uri);
	const ended = await running;
	const took = performance.now() - asked;
	console.log(`  cancelled in ${took.toFixed(0)} ms of 1000`);
	assert(took < 10_000, `${took} ms`);
	assert.equal(ended.result?.record.state, 'cancelled');
	assert.equal(recordOf(ended.result.dir).state, 'cancelled');
	await until('the engine to be gone', () => engines() === 0);
	assert.equal(queue.runs.length, 0);
	assert(!resultsTabs().includes(ended.result.dir), 'a cancelled run does not open itself');

	const before = recordOf(ended.result.dir).done;
	const resumed = await vscode.commands.executeCommand<Ended>('evalLens.resume', ended.result.dir);
	assert.equal(resumed.result?.dir, ended.result.dir);
	assert.equal(resumed.result?.record.state, 'done');
	assert(before > 0 && before < resumed.result.record.total);
	await closeEditors();
});

test('two runs asked for at once go one after the other', async () => {
	const { queue } = await internals();
	const one = await open('one.eval.yaml', small());
	const two = await open('two.eval.yaml', small());
	let most = 0;
	const watching = queue.onDidChange(() => {
		most = Math.max(most, queue.runs.filter(run => run.state === 'running').length);
	});
	const ended = await Promise.all(
		[one, two].map(editor => vscode.commands.executeCommand<Ended>('evalLens.run', editor.document.uri)),
	);
	watching.dispose();
	assert.deepEqual(
		ended.map(one => one.result?.record.state),
		['done', 'done'],
	);
	assert.equal(most, 1);
	await closeEditors();
});

test('an evaluation with errors does not run', async () => {
	const editor = await open('broken.eval.yaml', small('nonsense: 1'));
	const { queue } = await internals();
	const ended = new Promise<Ended>(resolve => queue.onDidEnd(resolve));
	void vscode.commands.executeCommand('evalLens.run', editor.document.uri);
	const { result, error } = await ended;
	assert.equal(result, null);
	assert(error instanceof Error);
	assert.match(error.message, /1 errors?/);
	await closeEditors();
});

/** How many engine processes this extension host has. */
function engines(): number {
	const children = execFileSync('ps', ['-eo', 'ppid=,args='], { encoding: 'utf8' }).split('\n');
	return children.filter(line => line.trim().startsWith(`${process.pid} `) && line.includes('engine.cjs')).length;
}
