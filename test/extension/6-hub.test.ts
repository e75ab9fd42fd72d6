import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../src/protocol/failure';
import type { RunRecord } from '../../src/run/record';
import { test, until } from './suite';
import { closeEditors, internals, root } from './workspace';

// They need the stand-in of the Hub, which test/extension/run.mjs starts.
const hubTest = process.env.HF_ENDPOINT
	? test
	: (name: string, _body: () => Promise<void>) => console.log(`- ${name}: skipped, HF_ENDPOINT is not set`);

const run = (id: string, ...args: unknown[]) => vscode.commands.executeCommand<unknown>(id, ...args);

async function datasets() {
	return (await internals()).hub.datasets.tree;
}
type DatasetsTree = Awaited<ReturnType<typeof datasets>>;
type Row = Awaited<ReturnType<DatasetsTree['getChildren']>>[number];

/** The rows below those with these labels, from the top of the view. */
async function rowsAt(tree: DatasetsTree, ...labels: readonly string[]): Promise<readonly Row[]> {
	let rows: readonly Row[] = await tree.getChildren();
	for (const label of labels) {
		const row = rows.find(one => tree.getTreeItem(one).label === label);
		assert(row, `${label} is not among ${labelsOf(tree, rows).join(', ')}`);
		rows = await tree.getChildren(row);
	}
	return rows;
}

const labelsOf = (tree: DatasetsTree, rows: readonly Row[]) => rows.map(row => String(tree.getTreeItem(row).label));

async function rowCalled(tree: DatasetsTree, ...labels: readonly string[]): Promise<Row> {
	const rows = await rowsAt(tree, ...labels.slice(0, -1));
	const row = rows.find(one => tree.getTreeItem(one).label === labels.at(-1));
	assert(row, `${labels.at(-1)} is not among ${labelsOf(tree, rows).join(', ')}`);
	return row;
}

hubTest('a search lists datasets page by page, and filters and sorting change the list', async () => {
	const tree = await datasets();
	await run('evalLens.searchDatasets', 'sentiment');
	const first = await rowsAt(tree, 'Results');
	assert.equal(tree.getTreeItem(first[0] as Row).label, 'acme/film-sentiment', 'the most downloaded stands first');
	assert.equal(labelsOf(tree, first).at(-1), 'Load More');
	await run('evalLens.loadMore', 'evalLens.datasets');
	const all = await rowsAt(tree, 'Results');
	assert(all.length > first.length);
	const ids = all.map(row => tree.getTreeItem(row).id);
	assert.equal(new Set(ids).size, ids.length);

	await run('evalLens.filterDatasets', { task: 'text-classification', language: 'de' });
	const german = labelsOf(tree, await rowsAt(tree, 'Results'));
	assert.equal(german.length, 25);
	assert(german.every(label => label.startsWith('corpus-de/')));
	await run('evalLens.filterDatasets', { task: 'text-classification', language: 'en' });
	await run('evalLens.sortDatasets', 'likes');
	const { query } = (await internals()).hub.datasets;
	assert.equal(query.description(), '“sentiment” · Text Classification · English · most likes');
	assert(labelsOf(tree, await rowsAt(tree, 'Results')).includes('acme/film-sentiment'));
});

hubTest('a dataset opens to its configs, splits and columns, with a tooltip of its card', async () => {
	const tree = await datasets();
	const row = await rowCalled(tree, 'Results', 'acme/film-sentiment');
	const { tooltip } = await tree.resolveTreeItem(tree.getTreeItem(row), row);
	assert(tooltip instanceof vscode.MarkdownString);
	assert.match(tooltip.value, /Short&nbsp;verdicts|Short verdicts/);
	assert.notEqual(tooltip.isTrusted, true);
	const below = ['Results', 'acme/film-sentiment'];
	assert.deepEqual(labelsOf(tree, await rowsAt(tree, ...below)), ['default']);
	const splits = await rowsAt(tree, ...below, 'default');
	assert.deepEqual(
		splits.map(one => [tree.getTreeItem(one).label, String(tree.getTreeItem(one).description).split(' · ')[0]]),
		[
			['train', '40 rows'],
			['test', '24 rows'],
		],
	);
	const columns = await rowsAt(tree, ...below, 'default', 'test');
	assert.deepEqual(
		columns.map(one => [tree.getTreeItem(one).label, tree.getTreeItem(one).description]),
		[
			['text', 'string'],
			['label', 'ClassLabel: unkind, kind'],
		],
	);
});

hubTest('what the Hub says is text: no markup of a card is drawn, no name is a path', async () => {
	const tree = await datasets();
	await run('evalLens.clearDatasets');
	await run('evalLens.searchDatasets', 'hostile');
	const row = await rowCalled(tree, 'Results', 'mallory/sentiment-hostile');
	const { tooltip } = await tree.resolveTreeItem(tree.getTreeItem(row), row);
	assert(tooltip instanceof vscode.MarkdownString);
	assert.notEqual(tooltip.supportHtml, true);
	assert.match(tooltip.value, /\\\[click\\\]\\\(/);
	assert(!tooltip.value.includes('\u001b'));
	const [config] = await tree.getChildren(row);
	assert(config);
	const [split] = await tree.getChildren(config);
	assert(split);
	await run('evalLens.firstRows', split);
	const document = vscode.window.activeTextEditor?.document;
	assert.equal(document?.uri.scheme, 'eval-lens-rows');
	assert.match(document.getText(), /\\u202e/);
	await closeEditors();
});

hubTest('first rows are a document that cannot be edited, one row a line', async () => {
	const tree = await datasets();
	await run('evalLens.searchDatasets', 'film');
	await run('evalLens.firstRows', await rowCalled(tree, 'Results', 'acme/film-sentiment', 'default', 'test'));
	const document = vscode.window.activeTextEditor?.document;
	assert.equal(document?.uri.scheme, 'eval-lens-rows');
	assert.equal(document.lineCount, 25, '24 rows and the end');
	assert.match(document.lineAt(0).text, /^\{ "text": ".*", "label": [01] \}$/);
	await closeEditors();
});

hubTest('what cannot be shown says why in a row, and is asked for again', async () => {
	const tree = await datasets();
	await run('evalLens.searchDatasets', 'acme/sentiment');
	const below = ['Results', 'acme/sentiment-gated'];
	const [problem] = await rowsAt(tree, ...below);
	assert.equal(problem?.kind, 'problem');
	const item = tree.getTreeItem(problem);
	assert.equal(item.label, 'Access needed');
	assert.match(String(item.tooltip), /owners grant access/);
	assert.equal(item.contextValue, 'hub.problem.access');

	const { accounts } = (await internals()).hub.connections;
	const session = await accounts.add('hf_test_good');
	await until('the account', async () => (await accounts.getSessions()).length === 1);
	assert.deepEqual(labelsOf(tree, await rowsAt(tree, ...below)), ['default']);
	await accounts.removeSession(session.id);
	await run('evalLens.retry', await rowCalled(tree, ...below));
	assert.equal((await rowsAt(tree, ...below))[0]?.kind, 'problem');
});

hubTest('a token that the Hub does not accept signs nobody in', async () => {
	const { accounts } = (await internals()).hub.connections;
	await assert.rejects(accounts.add('hf_test_dead'), (error: unknown) => {
		assert(error instanceof Error && error.name === Failure.prototype.constructor.name);
		assert.match(error.message, /does not accept/);
		assert(!error.message.includes('hf_test_dead'));
		return true;
	});
	assert.deepEqual(await accounts.getSessions(), []);
});

hubTest('pinned and looked-at datasets have sections of their own', async () => {
	const tree = await datasets();
	await run('evalLens.searchDatasets', 'film');
	await run('evalLens.pin', await rowCalled(tree, 'Results', 'acme/film-sentiment'));
	assert.deepEqual(labelsOf(tree, await rowsAt(tree, 'Pinned')), ['acme/film-sentiment']);
	assert(labelsOf(tree, await rowsAt(tree, 'Recent')).includes('mallory/sentiment-hostile'));
	assert(labelsOf(tree, await rowsAt(tree, 'On this computer')).includes('demo-questions'));
	await run('evalLens.unpin', await rowCalled(tree, 'Pinned', 'acme/film-sentiment'));
	assert(!labelsOf(tree, await tree.getChildren()).includes('Pinned'));
});

hubTest('a dataset of the Hub becomes an evaluation, a model is added, and it runs', async () => {
	const tree = await datasets();
	await run('evalLens.searchDatasets', 'film');
	await run('evalLens.newFromDataset', await rowCalled(tree, 'Results', 'acme/film-sentiment'));
	const editor = vscode.window.activeTextEditor;
	assert(editor);
	const { document } = editor;
	assert.equal(path.basename(document.uri.fsPath), 'film-sentiment.eval.yaml');
	const written = document.getText();
	assert.match(written, /^test_split: test$/m);
	assert.match(written, /^doc_to_choice: \[unkind, kind\]$/m);
	assert.match(written, /binary_classification/);

	const models = (await internals()).hub.models.tree;
	await run('evalLens.filterModels', { task: 'text-generation', dataset: 'acme/film-sentiment', onnx: true });
	const results = (await models.getChildren()).find(row => row.key === 'hub');
	assert(results);
	const [model, ...others] = await models.getChildren(results);
	assert(model?.kind === 'repository');
	assert.equal(model.id, 'eval-lens/demo-model');
	assert.equal(others.length, 0);
	assert.match(String(models.getTreeItem(model).description), /runs here/);
	const files = await models.getChildren(model);
	assert(files.length > 0 && files.every(row => row.kind === 'part'));
	await vscode.window.showTextDocument(document);
	await run('evalLens.addModel', model);
	assert.match(document.getText(), /^models:\n {2}- eval-lens\/demo-model$/m);
	assert.equal(document.getText().replace('models:\n  - eval-lens/demo-model', 'models: []'), written);
	await run('evalLens.addModel', model);
	assert.equal(document.getText().match(/demo-model/g)?.length, 1, 'it is added once');
	await document.save();

	const ended = (await run('evalLens.runSome', document.uri)) as {
		result: { record: RunRecord } | null;
		error: unknown;
	};
	assert.equal(ended.error, undefined, String(ended.error));
	assert.equal(ended.result?.record.state, 'done');
	assert.equal(ended.result.record.total, 40, '20 examples under two variants');
	await closeEditors();
	await run('evalLens.newFromDataset', 'acme/film-sentiment');
	assert.equal(
		path.basename(vscode.window.activeTextEditor?.document.uri.fsPath ?? ''),
		'film-sentiment-2.eval.yaml',
		'nothing is overwritten',
	);
	await closeEditors();
});

hubTest('a dataset of the workspace becomes an evaluation', async () => {
	const tree = await datasets();
	await run('evalLens.newFromDataset', await rowCalled(tree, 'On this computer', 'demo-questions'));
	const document = vscode.window.activeTextEditor?.document;
	assert.equal(path.basename(document?.uri.fsPath ?? ''), 'demo-questions.eval.yaml');
	assert.match(document?.getText() ?? '', /^dataset_path: "\.\/demo-questions"$/m);
	assert.match(document?.getText() ?? '', /original: mmlu\/original/);
	await closeEditors();
});

test('a task file of lm-evaluation-harness becomes an evaluation, and stays as it is', async () => {
	const task = [
		'task: small_quiz',
		'dataset_path: json',
		'dataset_kwargs:',
		'  data_files:',
		'    test: ./demo-questions/test.jsonl',
		'test_split: test',
		'output_type: multiple_choice',
		'doc_to_text: "{{question}}"',
		'doc_to_choice: choices',
		'doc_to_target: answer',
		'num_fewshot: 0',
		'',
	].join('\n');
	const file = vscode.Uri.joinPath(root(), 'small_quiz.yaml');
	await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(task));
	await run('evalLens.importTask', file);
	const document = vscode.window.activeTextEditor?.document;
	assert.equal(path.basename(document?.uri.fsPath ?? ''), 'small_quiz.eval.yaml');
	assert.match(document?.getText() ?? '', /^doc_to_target: answer$/m);
	assert.equal(readFileSync(file.fsPath, 'utf8'), task);
	await closeEditors();
});

hubTest('a token lies in the secret storage alone: in no file, no log, no argument of a process', async () => {
	const { connections } = (await internals()).hub;
	await connections.accounts.add('hf_test_good');
	const tree = await datasets();
	await run('evalLens.searchDatasets', 'acme/sentiment');
	assert.deepEqual(labelsOf(tree, await rowsAt(tree, 'Results', 'acme/sentiment-gated')), ['default']);
	const folders = [root().fsPath, process.env.EVAL_LENS_TEST_DATA ?? ''].filter(folder => folder !== '');
	assert.equal(folders.length, 2, 'EVAL_LENS_TEST_DATA names the folder of the editor’s own files');
	const files = folders.flatMap(filesOf);
	assert(
		files.some(file => file.endsWith('.log')),
		'there are logs',
	);
	// The token of the environment too: nobody has consented to it.
	for (const token of ['hf_test_good', 'hf_test_nogate']) {
		assert.deepEqual(
			files.filter(file => readFileSync(file).includes(token)),
			[],
		);
		const processes = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' });
		assert(!processes.includes(token));
	}
	assert(!JSON.stringify(vscode.workspace.getConfiguration('evalLens')).includes('hf_test'));
	await connections.signOut();
	assert.deepEqual(await connections.accounts.getSessions(), []);
	await run('evalLens.clearDatasets');
});

function filesOf(folder: string): readonly string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter(entry => entry.isFile())
		.map(entry => path.join(entry.parentPath, entry.name));
}
