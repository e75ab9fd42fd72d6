import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../test/hub/connect';
import { startHubStandIn } from '../../test/hub/standIn';
import { demoModel } from '../../test/paths';
import { temporaryFolders } from '../../test/temporaryFolder';
import type { ModelSpec } from '../config/resolved';
import type { DownloadProgress } from '../hub/download';
import { localRepositories } from '../hub/localRepositories';
import { neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { openModels, openReader } from './models';

const standIn = await startHubStandIn();
afterAll(() => standIn.close());
const newFolder = temporaryFolders();

const own = (name: string) => readFileSync(path.join(demoModel, name));
const texts = Object.fromEntries(
	['config.json', 'tokenizer.json', 'tokenizer_config.json'].map(name => [name, own(name)]),
);
const weights = (seed: number) => Buffer.alloc(3000, seed);

const spec = (id: string, changes: Partial<ModelSpec> = {}): ModelSpec => ({
	name: id,
	source: { id },
	launch: null,
	revision: 'main',
	dtype: null,
	device: 'auto',
	chunking: null,
	on_device_failure: 'cpu_at_load',
	...changes,
});

async function sentence(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => expect.fail('it opened'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error.message : expect.fail(String(error));
}

const { branches } = standIn.addModel({
	id: 'acme/tiny',
	files: {
		...texts,
		'README.md': '# Tiny',
		'chat_template.jinja': '{{ messages[0].content }}',
		'onnx/model_q4.onnx': weights(1),
		'onnx/model_fp16.onnx': weights(2),
		'onnx/model_fp16.onnx_data': weights(3),
		'onnx/model_fp16.onnx_data_1': weights(4),
		'model.safetensors': weights(5),
	},
});
const commit = branches.get('main')?.commit ?? '';

describe('a model of the Hub', () => {
	it('is downloaded in the files that are needed, the widest dtype first, and works offline', async () => {
		const hub = connect(standIn, newFolder());
		const told: DownloadProgress[] = [];
		const place = { folder: newFolder(), hub, onDownload: (progress: DownloadProgress) => told.push(progress) };
		const [model] = await openModels([spec('acme/tiny')], place, neverCancelled);
		const folder = path.join(hub.cache, 'models--acme--tiny', 'snapshots', commit);
		expect(model).toMatchObject({ folder, dtype: 'fp16', origin: { id: 'acme/tiny', commit } });
		const stored = branches.get('main')?.files;
		expect(model?.files).toEqual(
			['onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data', 'onnx/model_fp16.onnx_data_1'].map(name => ({
				path: name,
				sha256: stored?.get(name)?.sha256,
				// Of the file as it lies in the cache.
				stamp: expect.stringMatching(/^\d+ [\d.]+ \d+$/),
			})),
		);
		expect(readdirSync(folder).sort()).toEqual(
			['chat_template.jinja', 'config.json', 'onnx', 'tokenizer.json', 'tokenizer_config.json'].sort(),
		);
		expect(readdirSync(path.join(folder, 'onnx'))).toHaveLength(3);
		const last = told.at(-1);
		expect(last?.received).toBe(last?.total);
		const offline = { ...place, hub: connect(standIn, hub.cache, { offline: true }) };
		const before = standIn.requests.length;
		const [again] = await openModels([spec('acme/tiny')], offline, neverCancelled);
		expect(again?.files).toEqual(model?.files);
		expect(standIn.requests).toHaveLength(before);
		expect(await sentence(openModels([spec('acme/tiny', { dtype: 'q4' })], offline, neverCancelled))).toMatch(
			/not in the cache/,
		);
		const [local] = await localRepositories(hub, 'model');
		expect(local).toMatchObject({ id: 'acme/tiny', commits: [commit] });
		expect(local?.size).toBeGreaterThan(9000);
	});

	it('is read without its weights where prompts alone matter', async () => {
		const hub = connect(standIn, newFolder());
		const reader = await openReader(spec('acme/tiny'), { folder: newFolder(), hub }, neverCancelled);
		expect(reader.tokenizer.encode('Question').length).toBeGreaterThan(0);
		expect(existsSync(path.join(hub.cache, 'models--acme--tiny', 'snapshots', commit, 'onnx'))).toBe(false);
	});

	it('says what it lacks', async () => {
		standIn.addModel({
			id: 'acme/big',
			files: { ...texts, 'model-00001-of-00002.safetensors': weights(1), 'big.Q4.gguf': weights(2) },
		});
		standIn.addModel({ id: 'acme/mute', files: { 'config.json': '{}', 'onnx/model.onnx': weights(1) } });
		const place = { folder: newFolder(), hub: connect(standIn, newFolder()) };
		const said = (id: string, changes: Partial<ModelSpec> = {}) =>
			sentence(openModels([spec(id, changes)], place, neverCancelled));
		expect(await said('acme/big')).toMatch(
			/no ONNX file .* It has: model-00001-of-00002\.safetensors, big\.Q4\.gguf\. .*onnx-community/,
		);
		expect(await said('acme/mute')).toMatch(/no tokenizer\.json.* It has: config\.json, onnx\/model\.onnx\./);
		expect(await said('acme/tiny', { dtype: 'int8' })).toMatch(/no ONNX file for dtype int8\. It has: fp16, q4\./);
		expect(await said('acme/tiny', { dtype: 'fp64' })).toMatch(/fp64 is no dtype/);
		expect(await said('acme/tiny', { revision: 'v9' })).toMatch(/no revision “v9”/);
		expect(await said('acme/nobody')).toMatch(/does not have the model acme\/nobody/);
	});

	it('gives way to a folder of its name', async () => {
		const place = { folder: path.dirname(demoModel), hub: connect(standIn, newFolder()) };
		const before = standIn.requests.length;
		const [model] = await openModels([spec(path.basename(demoModel))], place, neverCancelled);
		expect(model).toMatchObject({ folder: demoModel, origin: null });
		expect(standIn.requests).toHaveLength(before);
	});
});
