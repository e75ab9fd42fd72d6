import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../test/hub/connect';
import { type HubStandIn, startHubStandIn } from '../../test/hub/standIn';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { datasetOutline } from './datasetOutline';

let standIn: HubStandIn;
const temporaryFolder = temporaryFolders();

beforeAll(async () => {
	standIn = await startHubStandIn();
	const line = (n: number) => JSON.stringify({ question: `q${n}`, choices: ['a', 'b'], answer: n % 2, score: null });
	standIn.addDataset({
		id: 'acme/scripted',
		viewer: false,
		files: {
			'sums/test.jsonl': Array.from({ length: 150 }, (_, i) => line(i)).join('\n'),
			'words/test.jsonl': line(1),
			'words/dev.jsonl': line(0),
		},
	});
	standIn.addDataset({ id: 'acme/empty', viewer: false, files: { 'notes.txt': 'x' } });
	standIn.addDataset({ id: 'acme/shown', rows: { default: { test: [{ text: 'Fine.', label: 1 }] } } });
});

afterAll(() => standIn.close());

const toViewer = (path: string) => (request: { readonly url: string; readonly origin: string }) =>
	request.origin === 'viewer' && request.url.startsWith(path);
const unable = { status: 500, headers: { 'X-Error-Code': 'StreamingRowsError' }, body: '{"error":"no"}' };

describe('a dataset that the viewer cannot show', () => {
	it('is told from its files', async () => {
		const outline = await datasetOutline(connect(standIn, temporaryFolder()), 'acme/scripted', neverCancelled);
		expect(outline.splits).toEqual([
			{ config: 'sums', split: 'test', rows: null, bytes: expect.any(Number) },
			{ config: 'words', split: 'validation', rows: null, bytes: expect.any(Number) },
			{ config: 'words', split: 'test', rows: null, bytes: expect.any(Number) },
		]);
		expect(await outline.columns('words', 'test', neverCancelled)).toEqual([
			{ name: 'question', type: 'string', classNames: null },
			{ name: 'choices', type: 'List(string)', classNames: null },
			{ name: 'answer', type: 'int64', classNames: null },
			{ name: 'score', type: 'Json', classNames: null },
		]);
		const { rows, cut } = await outline.firstRows('sums', 'test', neverCancelled);
		expect(rows.map(row => row.get('question'))).toEqual(Array.from({ length: 100 }, (_, i) => `q${i}`));
		expect(cut).toHaveLength(100);
		await expect(outline.firstRows('sums', 'train', neverCancelled)).rejects.toMatchObject({
			reason: { code: 'hub.viewer-cannot' },
		});
	});

	it('is told offline once it was looked at', async () => {
		const cache = temporaryFolder();
		const looked = await datasetOutline(connect(standIn, cache), 'acme/scripted', neverCancelled);
		const seen = await looked.firstRows('words', 'validation', neverCancelled);
		const offline = await datasetOutline(connect(standIn, cache, { offline: true }), 'acme/scripted', neverCancelled);
		expect(offline.splits).toEqual(looked.splits);
		expect(await offline.firstRows('words', 'validation', neverCancelled)).toEqual(seen);
	});

	it('fails with a sentence where there is no data either, and where it is not there', async () => {
		const hub = connect(standIn, temporaryFolder());
		await expect(datasetOutline(hub, 'acme/empty', neverCancelled)).rejects.toMatchObject({
			reason: { code: 'data.hub-no-data' },
		});
		await expect(datasetOutline(hub, 'acme/none', neverCancelled)).rejects.toMatchObject({
			reason: { code: 'hub.missing-anonymous' },
		});
	});

	it('stops when it is cancelled', async () => {
		const source = new CancellationSource();
		source.cancel();
		const work = datasetOutline(connect(standIn, temporaryFolder()), 'acme/scripted', source.token);
		await expect(work).rejects.toBeInstanceOf(Cancelled);
	});
});

it('columns come from the first rows where the whole is not described, and from the files where nothing is', async () => {
	const outline = await datasetOutline(connect(standIn, temporaryFolder()), 'acme/shown', neverCancelled);
	const columns = await outline.columns('default', 'test', neverCancelled);
	expect(columns.map(({ name }) => name)).toEqual(['text', 'label']);
	standIn.fault(toViewer('/info'), unable);
	expect(await outline.columns('default', 'test', neverCancelled)).toEqual(columns);
	standIn.fault(toViewer('/info'), unable);
	standIn.fault(toViewer('/first-rows'), unable);
	const told = await outline.columns('default', 'test', neverCancelled);
	expect(told.map(({ name }) => name)).toEqual(['text', 'label']);
});
