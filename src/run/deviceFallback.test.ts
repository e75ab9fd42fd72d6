import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeEvaluation } from '../../test/evaluationFolder';
import { demoModel } from '../../test/paths';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import { messageText } from '../protocol/messages';
import type { Sample } from '../protocol/sample';
import { evaluate } from './evaluate';
import { planRun } from './planRun';
import type { RunProgress } from './progress';
import type { ModelRecord } from './record';

const temporary = temporaryFolders();

/**
 * An engine that has WebGPU until its process is ended by the step of this number, of those that read something; a file `gone` beside it takes WebGPU away, a file `dies` ends the CPU's process at the fourth request. Log-probabilities tell the device: −1 on the CPU, −2 on WebGPU.
 */
function engineLosing(at: number): string {
	const file = path.join(temporary(), 'engine.cjs');
	writeFileSync(
		file,
		`const fs = require('node:fs');
		let device, asked = 0;
		process.on('disconnect', () => process.exit());
		process.on('message', ({ id, method, params }) => {
			const answer = result => process.send({ t: 'result', id, result });
			const gone = fs.existsSync(__dirname + '/gone');
			if (method === 'probe') {
				answer({ version: '1', threads: 1, probed: params.providers.map(provider => gone && provider !== 'cpu'
					? { provider, usable: false, precision: null, reason: { code: 'engine.device-refused', params: { reason: 'No adapter' } } }
					: { provider, usable: true, precision: 'single', reason: null }) });
			} else if (method === 'load') {
				device = params.device;
				answer({ version: '1', notes: [], threads: 1, vocabularySize: 100000, cacheBytesPerToken: 4,
					graph: { passes: [], trees: false, floatWeights: false, chunkSensitive: false } });
			} else {
				asked += params.reads.length > 0 ? 1 : 0;
				if (params.reads.length > 0 && asked === (device !== 'cpu' ? ${at} : fs.existsSync(__dirname + '/dies') ? 4 : 0)) {
					process.stderr.write('device lost\\n', () => process.exit(134));
					return;
				}
				const logprob = device === 'cpu' ? -1 : -2;
				answer({ reads: params.reads.map(({ tokens }) => ({ logprobs: tokens.map(() => logprob), argmax: 0 })), written: null, seconds: 0 });
			}
		});`,
	);
	return file;
}

const bothVariants = { original: 'mmlu/original', helm: 'mmlu/helm' };

async function runOn(
	enginePath: string,
	model: object,
	folder = temporary(),
	{ cache = false, variants = bothVariants }: { cache?: boolean; variants?: object } = {},
) {
	const file = writeEvaluation(folder, { models: [{ path: demoModel, ...model }], variants });
	const told: RunProgress[] = [];
	const onProgress = (progress: RunProgress) => told.push(progress);
	const options = { file, enginePath, version: '0', token: neverCancelled, onProgress, cache };
	const done = await evaluate(options);
	const lines = readFileSync(path.join(done.dir, 'samples.jsonl'), 'utf8').trim().split('\n');
	const samples = lines.filter(Boolean).map(line => JSON.parse(line) as Sample);
	const written = JSON.parse(readFileSync(path.join(done.dir, 'run.json'), 'utf8')) as { models: ModelRecord[] };
	const [record] = written.models;
	return { ...done, samples, model: record ?? expect.fail('no model in run.json'), told, folder, options };
}

const devicesOf = (samples: readonly Sample[]) =>
	samples.map(({ logprobs }) => (logprobs[0] === -1 ? 'cpu' : 'webgpu'));

it('records what was tried, chosen and why, and tells it with the progress', async () => {
	const { model, told, record } = await runOn(engineLosing(0), { device: 'auto' });
	expect(record.state).toBe('done');
	expect(model).toMatchObject({
		device: 'cpu',
		devices: { requested: 'auto', chosen: 'cpu', changed: null },
		notes: [],
	});
	expect(model.devices?.probed[0]).toMatchObject({ provider: 'cpu', usable: true });
	expect(model.devices?.reason.code).toMatch(/^engine\.auto-cpu/);
	expect(told.at(-1)?.device).toMatchObject({ chosen: 'cpu', reason: model.devices?.reason });
});

it('stops where the device is lost, and continues on it', async () => {
	const engine = engineLosing(4);
	const first = await runOn(engine, { device: 'webgpu' });
	expect(first.record).toMatchObject({ state: 'failed', reason: { code: 'engine.device-lost' } });
	expect(first.record.reason?.params).toEqual({ device: 'webgpu', reason: 'exit 134: device lost' });
	expect(devicesOf(first.samples)).toEqual(['webgpu', 'webgpu', 'webgpu']);
	const again = await runOn(engineLosing(0), { device: 'webgpu' }, first.folder);
	expect([again.dir, again.record.state]).toEqual([first.dir, 'done']);
	expect(new Set(devicesOf(again.samples))).toEqual(new Set(['webgpu']));
	expect(again.model.devices?.changed).toBeNull();
});

it('goes on on the CPU where that is wanted, and says from which sample on', async () => {
	const { samples, model, record } = await runOn(engineLosing(4), { device: 'webgpu', on_device_failure: 'cpu' });
	expect(record).toMatchObject({ state: 'done', done: 8 });
	expect(devicesOf(samples)).toEqual([...Array(3).fill('webgpu'), ...Array(5).fill('cpu')]);
	const next = samples[3];
	expect(model).toMatchObject({
		device: 'cpu',
		devices: { chosen: 'webgpu', changed: { from_sample: 3, variant: next?.variant, key: next?.key } },
	});
	expect(model.notes.map(note => messageText(note))).toEqual([
		expect.stringMatching(
			/^From sample 4 on \(original, .*was computed on cpu, as webgpu failed: exit 134: device lost\./,
		),
	]);
	expect(new Set(samples.map(({ key, variant }) => `${key} ${variant}`)).size).toBe(8);
});

it('refuses a run that was continued without its device, until the CPU is wanted', async () => {
	const engine = engineLosing(4);
	const first = await runOn(engine, { device: 'webgpu' });
	writeFileSync(path.join(path.dirname(engine), 'gone'), '');
	const refused = await runOn(engine, { device: 'webgpu' }, first.folder);
	expect(refused.record).toMatchObject({ state: 'failed', reason: { code: 'run.other-engine' } });
	expect(refused.samples).toEqual(first.samples);
	const done = await runOn(engine, { device: 'webgpu', on_device_failure: 'cpu' }, first.folder);
	expect([done.dir, done.record.state]).toEqual([first.dir, 'done']);
	expect(devicesOf(done.samples)).toEqual([...Array(3).fill('webgpu'), ...Array(5).fill('cpu')]);
	expect(done.model.devices?.changed).toMatchObject({ from_sample: 3, reason: { code: 'engine.device-missing' } });
	expect(done.model.notes.map(({ code }) => code)).toContain('engine.device-changed');
});

it('stays on the device that its samples are from', async () => {
	const engine = engineLosing(0);
	const gone = path.join(path.dirname(engine), 'gone');
	writeFileSync(gone, '');
	const dies = path.join(path.dirname(engine), 'dies');
	writeFileSync(dies, '');
	const first = await runOn(engine, { device: 'webgpu' });
	expect(first.record).toMatchObject({ state: 'failed', reason: { code: 'engine.crashed' } });
	expect(first.model).toMatchObject({ device: 'cpu', devices: { requested: 'webgpu', chosen: 'cpu', changed: null } });
	expect(first.model.notes.map(({ code }) => code)).toEqual(['engine.device-missing']);
	rmSync(gone);
	rmSync(dies);
	const again = await runOn(engine, { device: 'webgpu' }, first.folder);
	expect([again.dir, again.record.state]).toEqual([first.dir, 'done']);
	expect(devicesOf(again.samples)).toEqual(Array(8).fill('cpu'));
	expect(again.model.devices).toEqual(first.model.devices);
	expect(again.model.notes).toEqual(first.model.notes);
});

describe('with the cache on, where WebGPU is asked for and gone', () => {
	const webgpu = { device: 'webgpu' };
	const gone = (engine: string) => path.join(path.dirname(engine), 'gone');

	/** What its cache has of the first variant alone, from a time when WebGPU was there. */
	async function knownHalf() {
		const engine = engineLosing(0);
		const { original } = bothVariants;
		const { folder, record } = await runOn(engine, webgpu, temporary(), { cache: true, variants: { original } });
		expect(record).toMatchObject({ state: 'done', done: 4 });
		writeFileSync(gone(engine), '');
		return { engine, folder };
	}

	it('says from which sample on the CPU computed what WebGPU’s cache did not know', async () => {
		const { engine, folder } = await knownHalf();
		const { samples, model, record } = await runOn(engine, webgpu, folder, { cache: true });
		expect(record).toMatchObject({ state: 'done', done: 8 });
		expect(devicesOf(samples)).toEqual([...Array(4).fill('webgpu'), ...Array(4).fill('cpu')]);
		expect(model).toMatchObject({
			device: 'cpu',
			from_cache: 4,
			devices: {
				requested: 'webgpu',
				chosen: 'webgpu',
				reason: { code: 'engine.device-asked' },
				changed: { from_sample: 4, variant: 'helm', reason: { code: 'engine.device-missing' } },
			},
		});
		expect(model.notes.map(note => messageText(note))).toEqual([
			expect.stringMatching(/^The device webgpu is not available here \(No adapter\)/),
			expect.stringMatching(/^From sample 5 on \(helm, .*was computed on cpu, as webgpu failed: No adapter\./),
		]);
	});

	it('says so of a run that was interrupted after it, and stays on the CPU', async () => {
		const { engine, folder } = await knownHalf();
		const dies = path.join(path.dirname(engine), 'dies');
		writeFileSync(dies, '');
		const first = await runOn(engine, webgpu, folder, { cache: true });
		expect(first.record).toMatchObject({ state: 'failed', reason: { code: 'engine.crashed' } });
		expect(first.model.devices).toMatchObject({ chosen: 'webgpu', changed: { from_sample: 4 } });
		rmSync(dies);
		rmSync(gone(engine));
		const again = await runOn(engine, webgpu, folder, { cache: true });
		expect([again.dir, again.record.state]).toEqual([first.dir, 'done']);
		expect(devicesOf(again.samples)).toEqual([...Array(4).fill('webgpu'), ...Array(4).fill('cpu')]);
		expect(again.model.devices).toEqual(first.model.devices);
		expect(again.model.notes).toEqual(first.model.notes);
	});

	it('takes what the CPU’s cache knows, and computes nothing twice', async () => {
		const engine = engineLosing(0);
		writeFileSync(gone(engine), '');
		const first = await runOn(engine, webgpu, temporary(), { cache: true });
		expect(first.model).toMatchObject({ device: 'cpu', from_cache: 0, devices: { chosen: 'cpu', changed: null } });
		expect(first.model.tokens.computed).toBeGreaterThan(0);

		const [plan] = await planRun(first.options);
		expect(plan).toMatchObject({ samples: 8, from_cache: 8, tokens: { planned: 0 } });
		const again = await runOn(engine, webgpu, first.folder, { cache: true });
		expect(again.dir).not.toBe(first.dir);
		expect(again.record).toMatchObject({ state: 'done', done: 8 });
		expect(again.model).toMatchObject({ from_cache: 8, tokens: { computed: 0 } });
		expect(again.model.devices).toEqual(first.model.devices);
		expect(devicesOf(again.samples)).toEqual(Array(8).fill('cpu'));
	});

	it('takes the rest from the CPU’s cache, and says that it is of another device', async () => {
		const { engine, folder } = await knownHalf();
		const { helm } = bothVariants;
		await runOn(engine, webgpu, folder, { cache: true, variants: { helm } });
		const { samples, model, options } = await runOn(engine, webgpu, folder, { cache: true });
		expect(devicesOf(samples)).toEqual([...Array(4).fill('webgpu'), ...Array(4).fill('cpu')]);
		expect(model).toMatchObject({
			device: 'cpu',
			from_cache: 8,
			tokens: { computed: 0 },
			devices: { chosen: 'webgpu', changed: { from_sample: 4, variant: 'helm' } },
		});
		const [plan] = await planRun(options);
		expect(plan).toMatchObject({ samples: 8, from_cache: 8, tokens: { planned: 0 } });
	});
});
