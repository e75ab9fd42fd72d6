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

const labelOf = ({ label }: vscode.CompletionItem) => (typeof label === 'string' ? label : label.label);

/** What is offered at a place; the first hundred with their documentation. */
async function complete(document: vscode.TextDocument, at: vscode.Position): Promise<readonly vscode.CompletionItem[]> {
	const list = await vscode.commands.executeCommand<vscode.CompletionList>(
		'vscode.executeCompletionItemProvider',
		document.uri,
		at,
		undefined,
		100,
	);
	return list.items;
}

/** What is offered where `¦` stands in a text of its own. */
async function completeIn(name: string, marked: string): Promise<readonly string[]> {
	const { document } = await open(name, marked.replace('¦', ''));
	const items = await complete(document, document.positionAt(marked.indexOf('¦')));
	await closeEditors();
	return items.map(labelOf);
}

test('completion knows fields and presets, with what they are', async () => {
	const { document } = await open('completed.eval.yaml', `${small()}\n  own: \n`);
	const presets = await complete(document, new vscode.Position(document.lineCount - 2, 7));
	const helm = presets.filter(item => labelOf(item) === 'mmlu/helm');
	assert.equal(helm.length, 1, `there are ${presets.map(labelOf).join(', ')}`);
	const documentation = helm[0]?.documentation;
	assert(documentation instanceof vscode.MarkdownString);
	assert.match(documentation.value, /HELM/);
	const labels = (await complete(document, new vscode.Position(document.lineCount - 1, 0))).map(labelOf);
	assert(labels.includes('on_bad_row'), labels.join(', '));
	assert(!labels.includes('limit'), 'limit stands there already');
	await closeEditors();
});

test('completion knows the data: splits, columns, files, and what templates have', async () => {
	const splits = await completeIn('splits.eval.yaml', 'dataset_path: demo-questions\ntest_split: ¦\n');
	assert.deepEqual([...splits].sort(), ['dev', 'test', 'validation']);
	const columns = await completeIn('columns.eval.yaml', 'dataset_path: demo-questions\ndoc_to_text: "{{¦}}"\n');
	assert(
		['question', 'choices', 'answer', 'doc'].every(name => columns.includes(name)),
		columns.join(', '),
	);
	const filters = await completeIn(
		'filters.eval.yaml',
		'dataset_path: demo-questions\ndoc_to_text: "{{ question | ¦ }}"\n',
	);
	assert(filters.includes('trim') && !filters.includes('question'), filters.join(', '));
	const variants = await completeIn('extends.eval.yaml', `${small()}\n  own:\n    extends: ¦\n`);
	assert(variants.includes('helm') && variants.includes('mmlu/helm'), variants.join(', '));
	const paths = await completeIn('paths.eval.yaml', `${small().replace('demo-model', 'demo¦')}\n`);
	assert(paths.includes('demo-model/'), paths.join(', '));
});

/** Applies the preferred fix of the only problem, and waits until there is none. */
async function mend(name: string, text: string, code: string): Promise<string> {
	const { document } = await open(name, text);
	const [problem] = await problems(document.uri, 1);
	assert.equal(problem?.code, code);
	const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
		'vscode.executeCodeActionProvider',
		document.uri,
		problem.range,
	);
	const fix = actions.find(action => action.isPreferred);
	assert(fix?.edit, `there are ${actions.map(action => action.title).join(', ')}`);
	await vscode.workspace.applyEdit(fix.edit);
	await problems(document.uri, 0);
	const mended = document.getText();
	await closeEditors();
	return mended;
}

test('quick fixes mend templates, labels, splits and escapes', async () => {
	const head = 'dataset_path: demo-questions\n';
	const labels = 'doc_to_choice: ["A", "B", "C", "D"]\n';
	assert.match(
		await mend(
			'column.eval.yaml',
			`${head}${labels}doc_to_text: "{{quesiton}} Answer:"\n`,
			'language.unknown-name-closest',
		),
		/\{\{question\}\} Answer/,
	);
	assert.match(
		await mend(
			'unclosed.eval.yaml',
			`${head}${labels}doc_to_text: "{{question Answer:"\n`.replace(' Answer:', ''),
			'language.jinja-unclosed',
		),
		/"\{\{question \}\}"/,
	);
	assert.match(
		await mend(
			'label.eval.yaml',
			`${head}${labels.replace('"A"', '"A "')}doc_to_text: "{{question}}"\n`,
			'language.label-space',
		),
		/\["A", "B"/,
	);
	assert.match(
		await mend('escape.eval.yaml', `${head}${labels}doc_to_text: '{{question}}\\nAnswer:'\n`, 'config.literal-escape'),
		/"\{\{question\}\}\\nAnswer:"/,
	);
	assert.match(
		await mend(
			'split.eval.yaml',
			`${head}test_split: tset\nvariants:\n  a: mmlu/original\n`,
			'language.unknown-split-closest',
		),
		/test_split: test\n/,
	);
});

test('variants can be renamed and found; their data opens by a link', async () => {
	const { document } = await open(
		'named.eval.yaml',
		`${small()}  own:\n    extends: helm\nassert:\n  - {metric: delta, variant: helm, min: -1}\n`,
	);
	const at = document.positionAt(document.getText().indexOf('extends: helm') + 10);
	const found = await vscode.commands.executeCommand<vscode.Location[]>(
		'vscode.executeReferenceProvider',
		document.uri,
		at,
	);
	assert.equal(found.length, 3);
	const [definition] = await vscode.commands.executeCommand<vscode.Location[]>(
		'vscode.executeDefinitionProvider',
		document.uri,
		at,
	);
	assert.equal(definition?.range.start.line, 7);
	const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
		'vscode.executeDocumentRenameProvider',
		document.uri,
		at,
		'holistic',
	);
	await vscode.workspace.applyEdit(edit);
	assert.match(document.getText(), /holistic: mmlu\/helm[\s\S]*extends: holistic[\s\S]*variant: holistic/);
	const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri);
	assert.equal(links.length, 2);
	const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
		'vscode.executeDocumentSymbolProvider',
		document.uri,
	);
	const variants = symbols.find(symbol => symbol.name === 'variants');
	assert.deepEqual(
		variants?.children.map(child => child.name),
		['original', 'holistic', 'own'],
	);
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
