import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test, until } from './suite';
import { closeEditors, open } from './workspace';

// They need the stand-in of the Hub, which test/extension/run.mjs starts.
const hubTest = process.env.HF_ENDPOINT
	? test
	: (name: string, _body: () => Promise<void>) => console.log(`- ${name}: skipped, HF_ENDPOINT is not set`);

const head = 'dataset_path: acme/film-sentiment\ncolumns:\n  answer: label\nnum_fewshot: 0\n';
const texts = 'doc_to_text: "{{text}}\\nVerdict:"\n';
const whole = `${head}${texts}doc_to_choice: ["unkind", "kind"]\n`;

interface Offered {
	readonly labels: readonly string[];
	readonly items: readonly vscode.CompletionItem[];
}

let asked = 0;

/** What is offered where `¦` stands in a text, with the documentation of the first hundred. */
async function complete(marked: string): Promise<Offered> {
	// A name of its own: the editor may still have the text of one that was closed.
	asked++;
	const { document } = await open(`asked-${asked}.eval.yaml`, marked.replace('¦', ''));
	const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
		'vscode.executeCompletionItemProvider',
		document.uri,
		document.positionAt(marked.indexOf('¦')),
		undefined,
		100,
	);
	await closeEditors();
	return { labels: items.map(({ label }) => (typeof label === 'string' ? label : label.label)), items };
}

function documentationOf({ items, labels }: Offered, label: string): string {
	const documentation = items[labels.indexOf(label)]?.documentation;
	assert(documentation instanceof vscode.MarkdownString, `${label} among ${labels.join(', ')} has no documentation`);
	assert.notEqual(documentation.isTrusted, true);
	assert.notEqual(documentation.supportHtml, true);
	return documentation.value;
}

function includes(labels: readonly string[], ...wanted: readonly string[]): void {
	const missing = wanted.filter(label => !labels.includes(label));
	assert.deepEqual(missing, [], `not among ${labels.join(', ')}`);
	assert.equal(new Set(labels).size, labels.length, `offered twice: ${labels.join(', ')}`);
}

hubTest('completion asks the Hub for datasets and models, from the second letter on', async () => {
	const datasets = await complete('dataset_path: film¦\n');
	includes(datasets.labels, 'acme/film-sentiment');
	assert.match(documentationOf(datasets, 'acme/film-sentiment'), /verdicts/);
	const one = await complete('dataset_path: f¦\n');
	assert(!one.labels.includes('acme/film-sentiment'), one.labels.join(', '));
	const hostile = await complete('dataset_path: mallory¦\n');
	assert.doesNotMatch(documentationOf(hostile, 'mallory/sentiment-hostile'), /\[click\]\(command/);
	const models = await complete('dataset_path: acme/quiz\nmodels:\n  - id: demo¦\n');
	includes(models.labels, 'eval-lens/demo-model');
	includes((await complete('dataset_path: acme/quiz\nmodels: [demo¦]\n')).labels, 'eval-lens/demo-model');
});

hubTest('completion knows configs, splits, columns, cells and dtypes of the Hub', async () => {
	includes((await complete(`${head}dataset_name: ¦\n`)).labels, 'default');
	assert.deepEqual((await complete(`${head}test_split: ¦\n`)).labels.toSorted(), ['test', 'train']);
	const columns = await complete(head.replace('label', '¦'));
	includes(columns.labels, 'text', 'label');
	assert.match(documentationOf(columns, 'label'), /unkind/);
	includes((await complete(`${head}where:\n  ¦\n`)).labels, 'text', 'label');
	includes((await complete(`${head}doc_to_text: |-\n  Film: {{ ¦ }}\n`)).labels, 'text', 'label', 'doc');
	includes((await complete(`${head}doc_to_text: "{{ text | tr¦ }}"\n`)).labels, 'trim');
	const dtypes = await complete('dataset_path: acme/quiz\nmodels:\n  - id: eval-lens/demo-model\n    dtype: ¦\n');
	includes(dtypes.labels, 'fp32');
});

hubTest('completion knows presets, variants and metrics', async () => {
	const presets = await complete(`${head}variants:\n  one: ¦\n`);
	includes(presets.labels, 'mmlu/original', 'mmlu/olmes-cf', 'mmlu/lighteval-0.12-leaderboard');
	assert.match(documentationOf(presets, 'mmlu/original'), /hendrycks/);
	const parents = await complete(`${head}variants:\n  one: mmlu/original\n  two:\n    extends: ¦\n`);
	includes(parents.labels, 'one', 'mmlu/original');
	includes((await complete(`${head}metric_list:\n  - metric: ¦\n`)).labels, 'acc', 'acc_norm', 'exact_match');
	includes((await complete(`${head}assert:\n  - metric: ¦\n`)).labels, 'accuracy', 'delta');
	includes((await complete(`${head}output_type: ¦\n`)).labels, 'multiple_choice', 'generate_until');
});

hubTest('hover tells what a dataset, a column and a filter are', async () => {
	const text = whole.replace('{{text}}', '{{text | trim}}');
	const { document } = await open('hovered.eval.yaml', text);
	const hover = async (word: string, offset = 1) => {
		const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
			'vscode.executeHoverProvider',
			document.uri,
			document.positionAt(text.indexOf(word) + offset),
		);
		return hovers
			.flatMap(({ contents }) => contents.map(one => (typeof one === 'string' ? one : one.value)))
			.join('\n');
	};
	assert.match(await hover('acme/film'), /verdicts/);
	assert.match(await hover('answer: label', 9), /unkind/);
	assert.match(await hover('{{text', 3), /string/);
	assert.notEqual(await hover('trim'), '');
	await closeEditors();
});

hubTest('ids are links to the Hub, and long templates fold', async () => {
	const text = `${head}models: [eval-lens/demo-model]\ndoc_to_text: |-\n  {{text}}\n  Verdict:\n`;
	const { document } = await open('linked.eval.yaml', text);
	const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri);
	assert.deepEqual(
		links.map(({ target }) => String(target)),
		[`${process.env.HF_ENDPOINT}/datasets/acme/film-sentiment`, `${process.env.HF_ENDPOINT}/eval-lens/demo-model`],
	);
	const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
		'vscode.executeFoldingRangeProvider',
		document.uri,
	);
	assert(
		folds.some(({ start, end }) => start === 5 && end === 7),
		JSON.stringify(folds),
	);
	await closeEditors();
});

hubTest('a variant with a name that needs quotes is found and renamed everywhere', async () => {
	const text = `${head}variants:\n  "it's: 1":\n    extends: mmlu/original\n  two:\n    extends: 'it''s: 1'\nassert:\n  - {metric: delta, variant: "it's: 1", min: -1}\n`;
	const { document } = await open('quoted.eval.yaml', text);
	const at = document.positionAt(text.indexOf("'it''s") + 3);
	const [definition] = await vscode.commands.executeCommand<vscode.Location[]>(
		'vscode.executeDefinitionProvider',
		document.uri,
		at,
	);
	assert.equal(definition?.range.start.line, 5);
	const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
		'vscode.executeDocumentRenameProvider',
		document.uri,
		at,
		'yes # 2',
	);
	await vscode.workspace.applyEdit(edit);
	assert.equal(document.getText(), text.replaceAll('"it\'s: 1"', '"yes # 2"').replace("'it''s: 1'", "'yes # 2'"));
	await closeEditors();
});

/** A mistake, and what its preferred fix makes of it. */
const mistakes: readonly (readonly [code: string, wrong: string, mended: RegExp])[] = [
	['language.unknown-name-closest', whole.replace('{{text}}', '{{txet}}'), /\{\{text\}\}/],
	['language.jinja-unclosed', whole.replace('{{text}}', '{{text}'), /\{\{text\}\}/],
	['language.jinja-unended', whole.replace('{{text}}', '{% if text %}{{text}}'), /\{% endif %\}"/],
	['language.jinja-unopened', whole.replace('{{text}}', '{{text}}{% endif %}'), /\{\{text\}\}\\n/],
	['language.unknown-filter-closest', whole.replace('{{text}}', '{{text | uper}}'), /text \| upper/],
	['language.unknown-column-closest', whole.replace('label', 'lable'), /answer: label/],
	['language.unknown-config-closest', `${whole}dataset_name: defautl\n`, /dataset_name: default/],
	['language.unknown-split-closest', `${whole}test_split: trian\n`, /test_split: train/],
	['language.no-default-split', whole.replace('num_fewshot: 0', 'num_fewshot: 2'), /fewshot_split: train/],
	['language.shots-from-test', `${whole.replace('num_fewshot: 0', 'num_fewshot: 2')}fewshot_split: test\n`, /: train/],
	['language.gold-out-of-range', `${head}${texts}doc_to_choice: ["unkind"]\n`, /\["unkind", "kind"\]/],
	['language.label-space', whole.replace('"kind"', '"kind "'), /"kind"\]/],
	['language.label-two-spaces', whole.replace('"kind"', '" kind"'), /, "kind"\]/],
	['language.text-space', whole.replace('Verdict:', 'Verdict: '), /Verdict:"/],
	['language.text-line-end', `${head}doc_to_text: |\n  {{text}}\ndoc_to_choice: ["a", "b"]\n`, /doc_to_text: \|-\n/],
	['config.literal-escape', whole.replace(/"(\{\{text.*:)"/, "'$1'"), /"\{\{text\}\}\\nVerdict:"/],
	['config.unquoted-template', whole.replace(/"\{\{text.*:"/, '{{text}}'), /"\{\{text\}\}"/],
	['config.unknown-field-closest', whole.replace('num_fewshot', 'num_fewshots'), /num_fewshot: 0/],
	['config.missing-field', `${whole}sample:\n  seed: 1\n`, /size: 1/],
	['config.no-doc-to-text', whole.replace(texts, ''), /doc_to_text: /],
	['config.unknown-preset-closest', `${whole}variants:\n  a: mmlu/orignal\n`, /a: mmlu\/original/],
];

for (const [code, wrong, mended] of mistakes) {
	hubTest(`${code}: the quick fix leaves no error`, async () => {
		const { document } = await open(`${code}.eval.yaml`, wrong);
		const { uri } = document;
		const problems = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Eval Lens');
		const shown = await until(code, () => problems().find(problem => problem.code === code));
		const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
			'vscode.executeCodeActionProvider',
			uri,
			shown.range,
		);
		const fix = actions.find(({ isPreferred, edit }) => isPreferred && edit);
		assert(fix?.edit, `there are ${actions.map(({ title }) => title).join(', ')}`);
		const { version } = document;
		await vscode.workspace.applyEdit(fix.edit);
		assert(document.version > version);
		assert.match(document.getText(), mended);
		await until(`${code} to go, of ${JSON.stringify(document.getText())}`, () =>
			problems().every(problem => problem.code !== code && problem.severity !== vscode.DiagnosticSeverity.Error),
		);
		await closeEditors();
	});
}
