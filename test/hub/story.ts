import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../paths';
import type { Row } from './repositories';
import type { HubStandIn } from './standIn';

/** What a person finds who looks for "sentiment": enough to search, filter, page, refuse and run. */
export function addStory(hub: HubStandIn): void {
	hub.addDataset({
		id: 'acme/film-sentiment',
		description: 'Short verdicts on films, each kind or unkind.',
		tags: ['task_categories:text-classification', 'language:en', 'license:cc-by-4.0', 'size_categories:n<1K'],
		downloads: 50_000,
		likes: 120,
		card: {
			license: 'cc-by-4.0',
			task_categories: ['text-classification'],
			'train-eval-index': [
				{
					config: 'default',
					task: 'text-classification',
					task_id: 'binary_classification',
					splits: { train_split: 'train', eval_split: 'test' },
					col_mapping: { text: 'text', label: 'target' },
					metrics: [{ type: 'accuracy', name: 'Accuracy' }],
				},
			],
		},
		rows: { default: { train: verdicts(40, 1), test: verdicts(24, 2) } },
		features: {
			default: {
				text: { dtype: 'string', _type: 'Value' },
				label: { names: ['unkind', 'kind'], _type: 'ClassLabel' },
			},
		},
		files: { 'README.md': '# Film sentiment\n' },
	});
	hub.addDataset({
		id: 'acme/quiz',
		description: 'School questions with four choices.',
		tags: ['task_categories:question-answering', 'language:en', 'license:apache-2.0'],
		downloads: 9_000,
		rows: { default: { test: demoRows('test'), validation: demoRows('validation'), dev: demoRows('dev') } },
		files: { 'README.md': '# Quiz\n' },
	});
	for (const language of ['de', 'fr', 'en']) {
		for (let i = 0; i < 25; i++) {
			hub.addDataset({
				id: `corpus-${language}/sentiment-${String(i).padStart(2, '0')}`,
				tags: ['task_categories:text-classification', `language:${language}`],
				downloads: 1000 - 10 * i,
				rows: { default: { test: verdicts(3, i) } },
			});
		}
	}
	hub.addDataset({
		id: 'mallory/sentiment-hostile',
		description: '<img src=x onerror=alert(1)> [click](command:workbench.action.quit) \u001b[31m\u0007 **bold**',
		tags: ['language:en', 'license:<b>'],
		downloads: 3,
		card: { 'train-eval-index': [{ config: ['../..'], col_mapping: 'x' }, null, 7] },
		rows: {
			'../../etc': { 'test\n': [{ 'text: {{ x }}': '</script><script>alert(1)</script>', __proto__x: '\u202e' }] },
		},
	});
	hub.addDataset({
		id: 'acme/sentiment-gated',
		gated: 'manual',
		downloads: 2,
		rows: { default: { test: verdicts(2, 3) } },
	});
	hub.addDataset({ id: 'acme/sentiment-broken', viewer: false, downloads: 1, files: { 'notes.txt': 'no data here' } });
	hub.addModel({
		id: 'eval-lens/demo-model',
		task: 'text-generation',
		library: 'transformers.js',
		tags: ['license:apache-2.0', 'dataset:acme/film-sentiment'],
		downloads: 7_000,
		parameters: 1_200_000,
		files: { ...demoModelFiles(), 'README.md': '# Demo model\n' },
	});
	hub.addModel({
		id: 'acme/large-without-onnx',
		task: 'text-generation',
		library: 'transformers',
		tags: ['license:mit'],
		downloads: 90_000,
		parameters: 7_000_000_000,
		files: { 'config.json': '{}', 'model.safetensors': Buffer.alloc(2000, 7) },
	});
	hub.addModel({
		id: 'acme/fill-mask',
		task: 'fill-mask',
		library: 'transformers',
		downloads: 50,
		files: { 'config.json': '{}' },
	});
}

function verdicts(count: number, seed: number): Row[] {
	const kind = ['I loved every minute', 'a warm and clever film', 'the best of the year', 'I would see it again'];
	const unkind = [
		'a waste of an evening',
		'dull from start to end',
		'I left before it was over',
		'nothing works in it',
	];
	return Array.from({ length: count }, (_, i) => {
		const label = (i + seed) % 2;
		return { text: `${(label === 1 ? kind : unkind)[(i * 7 + seed) % 4]}, part ${i}`, label };
	});
}

function demoRows(split: string): Row[] {
	const text = readFileSync(path.join(root, 'examples/demo-questions', `${split}.jsonl`), 'utf8');
	return text.split('\n').flatMap(line => (line ? [JSON.parse(line)] : []));
}

function demoModelFiles(): Record<string, Buffer> {
	const folder = path.join(root, 'examples/demo-model');
	const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
	const onnx = readdirSync(path.join(folder, 'onnx')).map(name => `onnx/${name}`);
	return Object.fromEntries([...names, ...onnx].map(name => [name, readFileSync(path.join(folder, name))]));
}
