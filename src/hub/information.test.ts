import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo } from '../../test/hub/connect';
import { type HubStandIn, startHubStandIn } from '../../test/hub/standIn';
import { neverCancelled } from '../protocol/cancellation';
import { datasetInfo } from './datasetInfo';
import { repositoryUrl } from './hub';
import { modelInfo } from './modelInfo';
import { columnBounds, datasetColumns, datasetSplits, firstRows } from './viewer';
import { whoAmI } from './whoAmI';

let standIn: HubStandIn;

beforeAll(async () => {
	standIn = await startHubStandIn();
	standIn.addDataset({
		id: 'acme/moods',
		tags: ['license:mit'],
		card: { 'train-eval-index': [{ config: 'default', task_id: 'multi_class_classification' }], configs: 'odd' },
		rows: {
			default: {
				train: [{ text: 'x', label: 0 }],
				test: [
					{ text: 'Fine.', label: 1, notes: ['a', 'b'] },
					{ text: 'y'.repeat(20_000), label: 0, notes: [] },
				],
			},
			other: { test: [{ q: 1.5 }] },
		},
		features: {
			default: {
				text: { dtype: 'string', _type: 'Value' },
				label: { names: ['bad', 'good'], _type: 'ClassLabel' },
				notes: { feature: { dtype: 'string', _type: 'Value' }, _type: 'List' },
				answers: { feature: { text: { dtype: 'string', _type: 'Value' } }, _type: 'Sequence' },
				scan: { _type: 'Image' },
				pairs: [{ a: { dtype: 'int32', _type: 'Value' }, b: 7 }],
			},
		},
	});
	standIn.addDataset({ id: 'acme/scripted', viewer: false });
	standIn.addModel({
		id: 'acme/tiny',
		task: 'text-generation',
		files: {
			'onnx/model.onnx': 'x'.repeat(10),
			'onnx/model.onnx_data': 'x'.repeat(300),
			'onnx/model.onnx_data_1': 'x'.repeat(400),
			'onnx/model_q4.onnx': 'x'.repeat(50),
			'onnx/model_q4f16.onnx': 'x'.repeat(60),
			'onnx/vision_encoder.onnx': 'x',
			'tokenizer.json': '{}',
		},
	});
	standIn.addModel({ id: 'acme/torch', files: { 'model.safetensors': 'x' } });
});

afterAll(() => standIn.close());

describe('a dataset', () => {
	it('is told with its commit and card', async () => {
		const info = await datasetInfo(connectTo(standIn), 'acme/moods', 'main', neverCancelled);
		expect(info).toMatchObject({
			id: 'acme/moods',
			license: 'mit',
			commit: expect.stringMatching(/^[0-9a-f]{40}$/),
			card: { configs: 'odd' },
			trainEvalIndex: [{ config: 'default', taskId: 'multi_class_classification' }],
		});
		expect((await datasetInfo(connectTo(standIn), 'acme/moods', info.commit, neverCancelled)).commit).toBe(info.commit);
	});

	it('has splits with their sizes', async () => {
		const hub = connectTo(standIn);
		expect(await datasetSplits(hub, 'acme/moods', neverCancelled)).toEqual([
			{ config: 'default', split: 'train', rows: 1, bytes: expect.any(Number) },
			{ config: 'default', split: 'test', rows: 2, bytes: expect.any(Number) },
			{ config: 'other', split: 'test', rows: 1, bytes: expect.any(Number) },
		]);
		standIn.fault(({ url }) => url.startsWith('/size'), {
			status: 500,
			headers: { 'X-Error-Code': 'ResponseNotReady' },
		});
		expect((await datasetSplits(hub, 'acme/moods', neverCancelled))[0]).toMatchObject({ rows: null, bytes: null });
	});

	it('has columns of every kind', async () => {
		const columns = await datasetColumns(connectTo(standIn), 'acme/moods', 'default', neverCancelled);
		expect(columns).toEqual([
			{ name: 'text', type: 'string', classNames: null },
			{ name: 'label', type: 'ClassLabel', classNames: ['bad', 'good'] },
			{ name: 'notes', type: 'List(string)', classNames: null },
			{ name: 'answers', type: 'List({text: string})', classNames: null },
			{ name: 'scan', type: 'Image', classNames: null },
			{ name: 'pairs', type: 'List({a: int32, b: …})', classNames: null },
		]);
	});

	it('knows the bounds of columns of numbers', async () => {
		standIn.addDataset({
			id: 'acme/numbers',
			rows: {
				default: {
					test: [
						{ label: 0, text: 'a', share: 0.5 },
						{ label: 3, text: 'bbb', share: -1 },
					],
				},
			},
		});
		const bounds = await columnBounds(connectTo(standIn), 'acme/numbers', 'default', 'test', neverCancelled);
		expect([...bounds]).toEqual([
			['label', { min: 0, max: 3 }],
			['share', { min: -1, max: 0.5 }],
		]);
	});

	it('has first rows, some of them cut', async () => {
		const { columns, rows, cut } = await firstRows(connectTo(standIn), 'acme/moods', 'default', 'test', neverCancelled);
		expect(columns.map(({ name }) => name)).toContain('label');
		expect(rows[0]).toEqual(new Map(Object.entries({ text: 'Fine.', label: 1, notes: ['a', 'b'] })));
		expect(cut).toEqual([[], ['text']]);
	});

	it('that the viewer cannot show is a sentence', async () => {
		await expect(datasetSplits(connectTo(standIn), 'acme/scripted', neverCancelled)).rejects.toMatchObject({
			reason: { code: 'hub.viewer-cannot' },
		});
		await expect(firstRows(connectTo(standIn), 'acme/moods', 'default', 'dev', neverCancelled)).rejects.toMatchObject({
			reason: { code: 'hub.viewer-no-split' },
		});
	});

	it.each(['', '..', 'a/b/c', 'a b', 'a/../b', '<script>'])('"%s" is asked of nobody', async id => {
		const before = standIn.requests.length;
		for (const work of [
			datasetInfo(connectTo(standIn), id, 'main', neverCancelled),
			datasetSplits(connectTo(standIn), id, neverCancelled),
		]) {
			await expect(work).rejects.toMatchObject({ reason: { code: 'hub.bad-id' } });
		}
		expect(standIn.requests).toHaveLength(before);
	});
});

describe('a model', () => {
	it('is told with its ONNX files, external data counted', async () => {
		const info = await modelInfo(connectTo(standIn), 'acme/tiny', 'main', neverCancelled);
		expect(info).toMatchObject({ id: 'acme/tiny', task: 'text-generation', hasOnnx: true });
		expect(info.onnx).toEqual([
			{ dtype: 'fp32', path: 'onnx/model.onnx', size: 710 },
			{ dtype: 'q4', path: 'onnx/model_q4.onnx', size: 50 },
			{ dtype: 'q4f16', path: 'onnx/model_q4f16.onnx', size: 60 },
		]);
		expect(await modelInfo(connectTo(standIn), 'acme/torch', 'main', neverCancelled)).toMatchObject({
			hasOnnx: false,
			onnx: [],
		});
	});

	it('that is not there is a sentence', async () => {
		await expect(
			modelInfo(connectTo(standIn, 'hf_test_good'), 'acme/none', 'main', neverCancelled),
		).rejects.toMatchObject({
			kind: 'input',
			reason: { code: 'hub.missing' },
		});
	});
});

it('tells whose token it is', async () => {
	expect(await whoAmI(connectTo(standIn, 'hf_test_good'), neverCancelled)).toEqual({ name: 'ada' });
	await expect(whoAmI(connectTo(standIn, 'hf_old'), neverCancelled)).rejects.toMatchObject({
		reason: { code: 'hub.bad-token' },
	});
});

it('knows the pages of repositories', () => {
	const hub = { endpoint: 'https://huggingface.co' };
	expect(repositoryUrl(hub, 'dataset', 'acme/moods')).toBe('https://huggingface.co/datasets/acme/moods');
	expect(repositoryUrl(hub, 'model', 'gpt2')).toBe('https://huggingface.co/gpt2');
	expect(repositoryUrl(hub, 'model', 'a/b?c#d')).toBe('https://huggingface.co/a/b%3Fc%23d');
});
