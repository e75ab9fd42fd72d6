import { afterAll, expect, it } from 'vitest';
import { startHubStandIn } from './standIn';

const hub = await startHubStandIn();
afterAll(() => hub.close());

hub.addDataset({
	id: 'acme/quiz',
	tags: ['language:en'],
	downloads: 7,
	rows: { default: { test: [{ question: 'Why?', choices: ['a', 'b'], answer: 1 }] } },
	files: { 'README.md': 'hello' },
});
hub.addDataset({ id: 'acme/secret', gated: 'manual', files: { 'a.jsonl': '{}' } });
hub.addModel({ id: 'acme/tiny', files: { 'onnx/model.onnx': Buffer.alloc(3000, 1) }, task: 'text-generation' });

const get = (path: string, init?: RequestInit) => fetch(`${hub.endpoint}${path}`, init);

it('answers in the shapes of the Hub', async () => {
	expect(await (await get('/api/datasets?search=quiz&filter=language%3Aen&expand=downloads')).json()).toEqual([
		{ _id: expect.any(String), id: 'acme/quiz', downloads: 7 },
	]);
	expect((await get('/datasets/acme/secret/resolve/main/a.jsonl')).headers.get('X-Error-Code')).toBe('GatedRepo');
	const file = await get('/acme/tiny/resolve/main/onnx/model.onnx', { headers: { Range: 'bytes=10-19' } });
	expect([file.status, (await file.arrayBuffer()).byteLength, new URL(file.url).origin]).toEqual([
		206,
		10,
		hub.storeEndpoint,
	]);
	const viewer = await fetch(`${hub.viewerEndpoint}/first-rows?dataset=acme/quiz&config=default&split=test`);
	expect(await viewer.json()).toMatchObject({ rows: [{ row_idx: 0, row: { answer: 1 } }] });
	const converted = await get('/datasets/acme/quiz/resolve/refs%2Fconvert%2Fparquet/default/test/0000.parquet');
	expect(
		Buffer.from(await converted.arrayBuffer())
			.subarray(0, 4)
			.toString(),
	).toBe('PAR1');
});

it('has faults', async () => {
	hub.fault(({ url }) => url.startsWith('/api/models'), { status: 429, headers: { 'Retry-After': '1' } });
	expect((await get('/api/models')).status).toBe(429);
	expect((await get('/api/models')).status).toBe(200);
	hub.fault(({ origin }) => origin === 'store', { cutAfterBytes: 100 });
	await expect(get('/acme/tiny/resolve/main/onnx/model.onnx').then(answer => answer.arrayBuffer())).rejects.toThrow();
});
