import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo } from '../../test/hub/connect';
import { type HubStandIn, startHubStandIn } from '../../test/hub/standIn';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import type { Page } from './connection';
import type { DatasetQuery, DatasetSummary, ModelQuery } from './repository';
import { searchDatasets, searchModels } from './search';

let standIn: HubStandIn;

const anyDataset: DatasetQuery = { text: '', task: null, language: null, sort: 'downloads' };
const anyModel: ModelQuery = { text: '', task: null, dataset: null, parameters: null, onnx: false, sort: 'downloads' };

beforeAll(async () => {
	standIn = await startHubStandIn();
	for (let i = 0; i < 120; i++) {
		standIn.addDataset({ id: `acme/quiz-${String(i).padStart(3, '0')}`, downloads: 1000 - i });
	}
	standIn.addDataset({
		id: 'acme/moods',
		tags: [
			'task_categories:text-classification',
			'language:en',
			'language:fr',
			'license:mit',
			'size_categories:1K<n<10K',
		],
		description: '\n\t\tDataset \u202eCard\u0007 for\n\n <b>moods</b>',
		gated: 'auto',
		likes: 7,
	});
	standIn.addModel({ id: 'acme/mini', task: 'text-generation', parameters: 2e6, files: { 'onnx/model.onnx': 'x' } });
	standIn.addModel({ id: 'acme/midi', task: 'text-generation', parameters: 5e9, tags: ['dataset:acme/moods'] });
	standIn.addModel({ id: 'acme/tagger', task: 'token-classification', library: 'transformers' });
});

afterAll(() => standIn.close());

const lastQuery = () => new URL(standIn.requests.at(-1)?.url ?? '', standIn.endpoint).searchParams;
const answerWith = (body: unknown, headers = {}) =>
	standIn.fault(({ url }) => url.startsWith('/api/'), {
		status: 200,
		headers: { 'Content-Type': 'application/json', ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});

describe('datasets', () => {
	it('come in pages until there are no more', async () => {
		const hub = connectTo(standIn);
		const ids: string[] = [];
		let pages = 0;
		let page: Page<DatasetSummary> = { items: [], next: null };
		do {
			page = await searchDatasets(hub, { ...anyDataset, text: 'quiz' }, page.next, neverCancelled);
			ids.push(...page.items.map(({ id }) => id));
			pages++;
		} while (page.next !== null);
		expect(pages).toBe(3);
		expect(ids).toHaveLength(120);
		expect(ids).toEqual([...ids].sort());
	});

	it('are filtered and sorted by the Hub', async () => {
		const query: DatasetQuery = { text: ' mood ', task: 'text-classification', language: 'fr', sort: 'likes' };
		const { items, next } = await searchDatasets(connectTo(standIn), query, null, neverCancelled);
		expect(lastQuery().getAll('filter')).toEqual(['task_categories:text-classification', 'language:fr']);
		expect(lastQuery().get('search')).toBe('mood');
		expect(lastQuery().get('sort')).toBe('likes');
		expect(next).toBeNull();
		expect(items).toEqual([
			{
				id: 'acme/moods',
				downloads: 0,
				likes: 7,
				updated: '2026-01-02T03:04:05.000Z',
				private: false,
				gated: 'auto',
				tags: expect.arrayContaining(['license:mit']),
				license: 'mit',
				description: 'Dataset Card for <b>moods</b>',
				tasks: ['text-classification'],
				languages: ['en', 'fr'],
				size: '1K<n<10K',
			},
		]);
	});
});

describe('models', () => {
	const ids = async (query: Partial<ModelQuery>) =>
		(await searchModels(connectTo(standIn), { ...anyModel, ...query }, null, neverCancelled)).items.map(({ id }) => id);

	it('are filtered by task, dataset, size and ONNX files', async () => {
		expect(await ids({})).toHaveLength(3);
		expect(await ids({ task: 'token-classification' })).toEqual(['acme/tagger']);
		expect(await ids({ dataset: 'acme/moods' })).toEqual(['acme/midi']);
		expect(await ids({ parameters: 'min:0,max:3M' })).toEqual(['acme/mini']);
		expect(await ids({ onnx: true })).toEqual(['acme/mini']);
	});

	it('say what they are', async () => {
		const { items } = await searchModels(connectTo(standIn), { ...anyModel, text: '/mi' }, null, neverCancelled);
		expect(items).toMatchObject([
			{ id: 'acme/midi', task: 'text-generation', library: null, parameters: 5e9, hasOnnx: false },
			{ id: 'acme/mini', parameters: 2e6, hasOnnx: true, description: null },
		]);
	});
});

describe('answers that are not to be trusted', () => {
	it('lead to no other server for the next page', async () => {
		answerWith([{ id: 'acme/moods' }], { Link: '<https://evil.example/api/steal?cursor=abc&limit=50>; rel="next"' });
		const { next } = await searchDatasets(connectTo(standIn), anyDataset, null, neverCancelled);
		expect(next).toBe(`${standIn.endpoint}/api/datasets?cursor=abc&limit=50`);
		answerWith([], { Link: '</api?x>; rel="prev"' });
		expect((await searchDatasets(connectTo(standIn), anyDataset, null, neverCancelled)).next).toBeNull();
	});

	it('lose entries without a proper id, and what is of the wrong type', async () => {
		answerWith([
			{ id: '../../etc/passwd' },
			{},
			7,
			{ id: 'a/b', downloads: 'many', likes: -1, lastModified: 'yesterday', gated: 1, tags: [1, 'language:en', null] },
		]);
		const { items } = await searchDatasets(connectTo(standIn), anyDataset, null, neverCancelled);
		expect(items).toMatchObject([
			{ id: 'a/b', downloads: 0, likes: 0, updated: null, gated: false, tags: ['language:en'], languages: ['en'] },
		]);
	});

	it.each([
		['{"error":"x"}', 'hub.other-shape'],
		['[{"name":"no id"}]', 'hub.other-shape'],
		['[{"id":', 'hub.no-json'],
		['<!doctype html>', 'hub.html'],
		['', 'hub.no-json'],
	])('%s is %s', async (body, code) => {
		answerWith(body);
		await expect(searchDatasets(connectTo(standIn), anyDataset, null, neverCancelled)).rejects.toMatchObject({
			reason: { code },
		});
	});

	it('that break off are a sentence', async () => {
		standIn.fault(({ url }) => url.startsWith('/api/'), { cutAfterBytes: 20 });
		await expect(searchDatasets(connectTo(standIn), anyDataset, null, neverCancelled)).rejects.toMatchObject({
			reason: { code: 'hub.cut-off' },
		});
	});
});

it('stops when it is cancelled', async () => {
	const source = new CancellationSource();
	standIn.fault(({ url }) => url.startsWith('/api/'), { slowBytes: 10, pauseMs: 20 });
	const work = searchDatasets(connectTo(standIn), anyDataset, null, source.token);
	setTimeout(() => source.cancel(), 60);
	await expect(work).rejects.toBeInstanceOf(Cancelled);
});
