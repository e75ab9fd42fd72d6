import { expect, test } from 'vitest';
import type { Table } from '../../data/table';
import { openHub } from '../../hub/hub';
import type { Column, DatasetInfo, FirstRows, SplitInfo } from '../../hub/repository';
import { neverCancelled } from '../../protocol/cancellation';
import type { Json } from '../../protocol/json';
import { draftEvaluation } from './draftEvaluation';
import { type HubReads, sourceOfFolder, sourceOfHub } from './readDataset';

const hub = openHub({
	endpoint: 'http://127.0.0.1:9',
	viewerEndpoint: 'http://127.0.0.1:9',
	cache: '/nowhere',
	offline: false,
	token: async () => null,
});

const info: DatasetInfo = {
	id: 'acme/glue',
	downloads: 0,
	likes: 0,
	updated: null,
	private: false,
	gated: false,
	tags: [],
	license: null,
	description: 'About it.',
	tasks: [],
	languages: [],
	size: null,
	commit: '0'.repeat(40),
	card: null,
	trainEvalIndex: [],
};
const columns: readonly Column[] = [
	{ name: 'sentence', type: 'string', classNames: null },
	{ name: 'label', type: 'ClassLabel', classNames: ['no', 'yes'] },
];

function reads(splits: readonly string[], labels: Readonly<Record<string, number>>): HubReads & { asked: string[] } {
	const asked: string[] = [];
	return {
		asked,
		datasetInfo: async () => info,
		datasetOutline: async () => ({
			splits: splits.map((split): SplitInfo => ({ config: 'default', split, rows: null, bytes: null })),
			columns: async () => columns,
			async firstRows(_config, split): Promise<FirstRows> {
				asked.push(split);
				const row = new Map<string, Json>([
					['sentence', 's'],
					['label', labels[split] ?? 0],
				]);
				return { columns, rows: [row], cut: [[]] };
			},
		}),
	};
}

test('a split whose labels are hidden gives way to one whose are not, unless it was asked for', async () => {
	const glue = reads(['train', 'validation', 'test'], { test: -1 });
	const source = await sourceOfHub(glue, hub, 'acme/glue', {}, neverCancelled);
	expect(source?.chosen.split).toBe('validation');
	expect(glue.asked).toEqual(['test', 'validation']);
	const asked = await sourceOfHub(glue, hub, 'acme/glue', { split: 'test' }, neverCancelled);
	expect(asked?.chosen.split).toBe('test');
});

test('a dataset without splits is no source', async () => {
	expect(await sourceOfHub(reads([], {}), hub, 'acme/glue', {}, neverCancelled)).toBeNull();
});

test('a folder of the workspace is read like a dataset of the Hub', async () => {
	const table: Table = {
		columns: ['question', 'choices', 'answer'],
		rows: [
			new Map<string, Json>([
				['question', 'q'],
				['choices', ['a', 'b']],
				['answer', 1],
			]),
		],
		classNames: new Map(),
	};
	const source = await sourceOfFolder('./my questions', ['dev', 'test'], async () => table, {});
	expect(source?.columns.map(({ type }) => type)).toEqual(['string', 'List(string)', 'int64']);
	const draft = source && draftEvaluation(source);
	expect(draft).toContain('dataset_path: "./my questions"\ntest_split: test\nfewshot_split: dev\n');
	expect(draft).toContain('original: mmlu/original');
});
