import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test, until } from './suite';
import { closeEditors, demo, open, small } from './workspace';

const problemsOf = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).filter(one => one.source === 'Eval Lens');

const plain = ({ start, end }: vscode.Range) => [start.line, start.character, end.line, end.character];

async function problems(uri: vscode.Uri, count: number): Promise<readonly vscode.Diagnostic[]> {
	return until(`${count} problems`, () => {
		const found = problemsOf(uri);
		return found.length === count && found;
	});
}

test('a misspelt field is a Problem at its place, and the quick fix mends it', async () => {
	const editor = await open('misspelt.eval.yaml', small().replace('num_fewshot', 'num_fewshots'));
	const { document } = editor;
	const [problem] = await problems(document.uri, 1);
	assert(problem);
	assert.equal(problem.message, '`num_fewshots` is not a field; did you mean `num_fewshot`?');
	assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
	assert.deepEqual(plain(problem.range), [1, 0, 1, 12]);

	const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
		'vscode.executeCodeActionProvider',
		document.uri,
		problem.range,
	);
	const fix = actions.find(action => action.title === 'Change to num_fewshot');
	assert(fix?.edit, `there are ${actions.map(action => action.title).join(', ')}`);
	assert.equal(fix.isPreferred, true);
	await vscode.workspace.applyEdit(fix.edit);
	assert.equal(document.lineAt(1).text, 'num_fewshot: 2');
	await problems(document.uri, 0);
	await closeEditors();
});

test('all errors of a file are Problems, as one types', async () => {
	const editor = await open('typed.eval.yaml', small());
	const { document } = editor;
	await editor.edit(edit => edit.replace(new vscode.Range(2, 7, 2, 8), 'many'));
	await editor.edit(edit => edit.insert(new vscode.Position(6, 2), 'own: mmlu/orignal\n  '));
	const found = await problems(document.uri, 2);
	assert.deepEqual(
		found.map(problem => problem.range.start.line),
		[2, 6],
	);
	await closeEditors();
	await until('the problems to go with the file', () => problemsOf(document.uri).length === 0);
});

test('the demo has no problem, and its commands stand above the first line', async () => {
	const document = await vscode.workspace.openTextDocument(demo());
	await vscode.window.showTextDocument(document);
	const lenses = await until('CodeLens', async () => {
		const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
			'vscode.executeCodeLensProvider',
			document.uri,
			10,
		);
		return found.length > 0 && found;
	});
	assert.deepEqual(
		lenses.map(lens => [lens.range.start.line, lens.command?.title, lens.command?.command]),
		[
			[0, '$(play) Run', 'evalLens.run'],
			[0, '$(play) Run 20', 'evalLens.runSome'],
			[0, 'Preview prompts', 'evalLens.preview'],
		],
	);
	assert.deepEqual(problemsOf(document.uri), []);
	await closeEditors();
});

test('completion knows fields and presets, with what they are', async () => {
	const editor = await open('completed.eval.yaml', `${small()}\n  own: \n`);
	const { document } = editor;
	const complete = async (line: number, column: number) => {
		const list = await vscode.commands.executeCommand<vscode.CompletionList>(
			'vscode.executeCompletionItemProvider',
			document.uri,
			new vscode.Position(line, column),
		);
		return list.items;
	};
	const presets = await complete(document.lineCount - 2, 7);
	const helm = presets.find(item => item.label === 'mmlu/helm');
	assert(helm, `there are ${presets.map(item => item.label).join(', ')}`);
	assert(helm.documentation instanceof vscode.MarkdownString);
	assert.match(helm.documentation.value, /HELM/);
	const fields = await complete(document.lineCount - 1, 0);
	const labels = fields.map(item => item.label);
	assert(labels.includes('on_bad_row'));
	assert(!labels.includes('limit'), 'limit stands there already');
	await closeEditors();
});

test('hover explains a field', async () => {
	const document = await vscode.workspace.openTextDocument(demo());
	const line = document
		.getText()
		.split('\n')
		.findIndex(text => text.startsWith('num_fewshot'));
	const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
		'vscode.executeHoverProvider',
		document.uri,
		new vscode.Position(line, 3),
	);
	const texts = hovers.flatMap(hover => hover.contents.map(one => (typeof one === 'string' ? one : one.value)));
	assert(
		texts.some(text => text.includes('solved examples')),
		texts.join('\n'),
	);
});
