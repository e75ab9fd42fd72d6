import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { presetNames } from '../../../config/presets';
import { analyse } from './analysis';
import { completionsAt } from './completion';
import { applyEdits } from './edits';
import { quizKnowledge } from './testKnowledge';

/** Asks at `|`, where the cursor is. */
async function ask(marked: string) {
	const offset = marked.indexOf('¦');
	const text = marked.replace('¦', '');
	const analysis = await analyse(text, { fileName: 'a.eval.yaml' });
	const found = await completionsAt(analysis, offset, quizKnowledge);
	return {
		labels: found?.suggestions.map(({ label }) => label) ?? null,
		details: found?.suggestions.map(({ detail }) => detail),
		replaced: found && text.slice(found.start, found.end),
		/** The text with the suggestion of a label put in. */
		with(label: string): string {
			const one = found?.suggestions.find(suggestion => suggestion.label === label);
			return found && one ? applyEdits(text, [{ start: found.start, end: found.end, text: one.insert }]) : '';
		},
	};
}

const head = 'dataset_path: acme/quiz\ndataset_name: law\n';
const own = ['question', 'choices', 'label', 'my topic', 'answer', 'subject', 'doc'];

test.each<readonly [string, readonly string[]]>([
	['dataset_path: ¦', ['acme/quiz', 'data/', 'demo model/', 'test.jsonl']],
	['dataset_path: ac¦me/q # mine', ['acme/quiz']],
	['dataset_path: ./¦', []],
	['dataset_path: acme/quiz\ndataset_name: ¦', ['law', 'art']],
	['dataset_path: acme/quiz\ndataset_name: [law, ¦]', ['art']],
	['dataset_path: acme/quiz\ndataset_name:\n  - ¦', ['law', 'art']],
	[`${head}test_split: ¦`, ['test', 'dev', 'train']],
	[`${head}fewshot_config:\n  split: ¦`, ['test', 'dev', 'train']],
	[`${head}variants:\n  a:\n    fewshot_config: {split: ¦}`, ['test', 'dev', 'train']],
	[`${head}columns:\n  answer: ¦`, ['question', 'choices', 'label', 'my topic']],
	[`${head}columns: {answer: label, question: ¦}`, ['question', 'choices', 'label', 'my topic']],
	[`${head}id_column: ¦`, ['question', 'choices', 'label', 'my topic']],
	[`${head}where:\n  label: 1\n  ¦`, ['question', 'choices', 'my topic']],
	[`${head}where:\n  my topic: ¦`, ['x: y']],
	[`${head}doc_to_text: ¦`, ['question', 'choices', 'label']],
	[`${head}doc_to_text: "{{¦}}"`, own],
	[`${head}doc_to_text: |-\n  Q: {{ que¦ }}\n`, own],
	[`${head}doc_to_choice: ["{{¦"]`, own],
	[`${head}variants:\n  a:\n    doc_to_text: '{% if ¦ %}'`, own],
	[`${head}doc_to_text: "{{ question.¦ }}"`, []],
	[`${head}variants:\n  a: ¦`, presetNames],
	[`${head}variants:\n  a: {}\n  b:\n    extends: ¦`, ['a', ...presetNames]],
	[`${head}variants:\n  a: {}\n  b: {}\nassert:\n  - variant: ¦`, ['a', 'b']],
	[`${head}models:\n  - ¦`, ['acme/tiny', 'data/', 'demo model/', 'test.jsonl']],
	[`${head}models:\n  - id: ¦`, ['acme/tiny']],
	[`${head}models:\n  - path: d¦`, ['data/', 'demo model/']],
	[`${head}models:\n  - id: acme/tiny\n    dtype: ¦`, ['fp32', 'q4']],
	[`${head}models:\n  - dtype: ¦\n    id: acme/tiny`, ['fp32', 'q4']],
	[`${head}models:\n  - id: acme/tiny\n    launch: { hf_jobs: { flavor: ¦`, ['t4-small', 'a10g-small']],
	[
		`${head}models:\n  - id: acme/tiny\n    launch: { hf_jobs: { timeout: 1h, flavor: a10¦ } }`,
		['t4-small', 'a10g-small'],
	],
	[`${head}models:\n  - id: acme/tiny\n    launch:\n      hf_jobs:\n        flavor: ¦`, ['t4-small', 'a10g-small']],
	[`${head}models: [acme/tiny]\nassert:\n  - model: ¦`, ['acme/tiny']],
])('%j has %j', async (marked, labels) => {
	expect((await ask(marked)).labels).toEqual(labels);
});

test.each([
	'# dataset_path: ¦',
	`${head}doc_to_text: "a ¦"`,
	`${head}doc_to_text: |-\n  dataset_path: ¦\n`,
	`${head}doc_to_text: "{# ¦ #}"`,
	`${head}doc_to_text: "{{ 'a¦b' }}"`,
	`${head}num_fewshot: ¦`,
])('%j has nothing that only we know', async marked => {
	const { labels } = await ask(marked);
	expect(
		labels === null || labels.length === 0 || labels.every(label => ['question', 'choices', 'label'].includes(label)),
	).toBe(true);
});

test('filters stand after a bar', async () => {
	const { labels, replaced, with: put } = await ask(`${head}doc_to_text: "{{ question | tr¦ }}"`);
	expect(labels).toContain('trim');
	expect(labels).not.toContain('question');
	expect(replaced).toBe('tr');
	expect(put('trim')).toContain('{{ question | trim }}');
});

test('a column whose name is no word is read from the row', async () => {
	const { with: put } = await ask(`${head}doc_to_text: '{{ ¦ }}'`);
	expect(put('my topic')).toContain(`'{{ doc["my topic"] }}'`);
});

test('what is put in is YAML that means the name', async () => {
	const value = async (marked: string, label: string) =>
		parse((await ask(marked)).with(label)) as Readonly<Record<string, unknown>>;
	expect((await value('dataset_path: ¦', 'demo model/')).dataset_path).toBe('demo model/');
	expect((await value('dataset_path: "de¦"', 'demo model/')).dataset_path).toBe('demo model/');
	expect((await value(`${head}where:\n  my topic: ¦`, 'x: y')).where).toEqual({ 'my topic': 'x: y' });
	expect((await value(`${head}where:\n  my topic: '¦'`, 'x: y')).where).toEqual({ 'my topic': 'x: y' });
	expect((await value(`${head}models:\n  - ¦`, 'data/')).models).toEqual(['./data/']);
	expect((await value(`${head}test_split: te¦xt # here`, 'test')).test_split).toBe('test');
});

test('details say what one chooses by', async () => {
	expect((await ask(`${head}test_split: ¦`)).details).toEqual(['1,000 rows', '1,000 rows', '1,000 rows']);
	expect((await ask(`${head}models:\n  - id: acme/tiny\n    dtype: ¦`)).details).toEqual(['540 MB', '90 MB']);
	const flavors = await ask(`${head}models:\n  - id: acme/tiny\n    launch: { hf_jobs: { flavor: ¦`);
	expect(flavors.details).toEqual(['$0.40 an hour', '$1.00 an hour']);
	expect((await ask(`${head}id_column: ¦`)).details).toEqual(['string', 'List(string)', 'ClassLabel', 'string']);
});
