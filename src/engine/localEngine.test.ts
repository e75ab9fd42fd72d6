import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { scoreAll, writeOne } from '../../test/askEngine';
import { enginePath } from '../../test/buildEngine';
import { root } from '../../test/paths';
import { quantisedDecoder } from '../../test/quantisedDecoder';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, type CancellationToken, Cancelled, neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { loadTokenizer } from '../tokenizer/loadTokenizer';
import { platformProviders } from './device';
import { type LocalEngine, type LocalEngineOptions, startLocalEngine } from './localEngine';
import type { LoglikelihoodRequest } from './requests';
import type { LoadedModel } from './wire';

const fixtures = path.join(root, 'test/fixtures/tiny-decoder');
const folder = path.join(fixtures, 'full-logits');
const temporary = temporaryFolders();

let engineFile: string;
beforeAll(async () => {
	engineFile = await enginePath();
});

const started: LocalEngine[] = [];
afterEach(() => {
	for (const engine of started.splice(0)) {
		engine.dispose();
	}
});

async function start(
	options: Partial<LocalEngineOptions> = {},
	token: CancellationToken = neverCancelled,
): Promise<LocalEngine> {
	const engine = await startLocalEngine(
		{
			folder,
			dtype: null,
			device: 'cpu',
			threads: 1,
			enginePath: engineFile,
			hasNvidiaDriver: () => false,
			...options,
		},
		token,
	);
	started.push(engine);
	return engine;
}

async function scores(engine: LocalEngine, requests: readonly LoglikelihoodRequest[], token = neverCancelled) {
	return (await scoreAll(engine, requests, { token })).results;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
	const error = await work.then(
		() => expect.fail('nothing failed'),
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(Failure);
	return error as Failure;
}

function isRunning(processId: number): boolean {
	try {
		process.kill(processId, 0);
		return true;
	} catch {
		return false;
	}
}

async function expectGone(processId: number | null): Promise<void> {
	await vi.waitFor(() => expect(isRunning(processId ?? expect.fail('never started'))).toBe(false), { timeout: 10_000 });
}

const request = (context: number[], prefix = 0): LoglikelihoodRequest => ({
	context,
	prefix,
	continuations: [[7], [8, 9]],
});

describe('an engine on a local model', () => {
	it('says what it computes with', async () => {
		const { info } = await start();
		const file = path.join(folder, 'onnx/model.onnx');
		expect(info).toEqual({
			name: 'onnxruntime-node',
			version: expect.stringMatching(/^1\.\d+\.\d+$/),
			device: 'cpu',
			devices: {
				requested: 'cpu',
				chosen: 'cpu',
				reason: { code: 'engine.device-asked', params: { device: 'cpu' } },
				probed: [],
			},
			notes: [],
			threads: 1,
			dtype: 'fp32',
			files: [{ path: 'onnx/model.onnx', sha256: createHash('sha256').update(readFileSync(file)).digest('hex') }],
			window: 512,
			vocabularySize: 384,
			endOfText: [2],
			chunking: 'shared',
			graph: { passes: [], trees: false, floatWeights: false, chunkSensitive: false },
			capabilities: { continuations: 'any', argmax: true, prefixReuse: true, generate: true },
		});
	});

	it('answers each request the same, however its prompts are cut', async () => {
		const beginning = Array.from({ length: 20 }, (_, i) => 1 + 3 * i);
		const contexts = [
			[...beginning, 40],
			[...beginning, 41, 42],
			[1, 5],
			[...beginning, 43],
		];
		const asked = contexts.map(context => request(context, context.length > 2 ? beginning.length : 0));
		const plain = await scoreAll(await start({ chunking: 'whole' }), asked);
		// One token more than the context each, for the first token of the longer continuation.
		expect(plain.steps).toEqual([22, 23, 3, 22]);
		const cut = await scoreAll(await start({ chunking: 'fixed' }), asked);
		// What three of them begin with once; of each, the rest of its context and that one token.
		expect(cut.steps).toEqual([20, 1, 1, 2, 1, 1, 1, 2, 1]);
		const shared = await scoreAll(await start(), asked);
		expect(shared.computed).toBeLessThan(plain.computed / 2);
		for (const { results } of [cut, shared]) {
			for (const [i, { continuations, argmax }] of results.entries()) {
				expect(argmax).toBe(plain.results[i]?.argmax);
				for (const [k, { logprob, greedy }] of continuations.entries()) {
					const expected = plain.results[i]?.continuations[k];
					expect(Math.abs(logprob - (expected?.logprob ?? Number.NaN))).toBeLessThan(1e-4);
					expect(greedy).toBe(expected?.greedy);
				}
			}
		}
		expect(new Set(plain.results.map(({ continuations }) => continuations[0]?.logprob)).size).toBe(contexts.length);
	});

	it('that quantises activations gives the same bits beside whatever else, where prompts are cut each for itself', async () => {
		const folder = await quantisedDecoder(temporary());
		const graphFolder = temporary();
		const beginning = Array.from({ length: 20 }, (_, i) => 1 + 3 * i);
		const asked = [40, 41, 42].map(token => request([...beginning, token, 50], beginning.length));
		const others = [request([...beginning, 60, 61, 62], beginning.length), request([1, 5, 9, 200, 300], 2)];
		const engine = await start({ folder, graphFolder });
		expect(engine.info).toMatchObject({ chunking: 'fixed', graph: { chunkSensitive: true } });
		expect(engine.info.notes.map(({ code }) => code)).toEqual(['engine.chunk-sensitive']);
		const alone = await scores(engine, asked.slice(0, 1));
		const together = await scores(engine, [...others, ...asked]);
		expect(together[others.length]).toEqual(alone[0]);
		const inReverse = await scores(engine, [...asked, ...others].reverse());
		expect([...inReverse].reverse()).toEqual([...together.slice(others.length), ...together.slice(0, others.length)]);

		const shared = await start({ folder, graphFolder, chunking: 'shared' });
		expect(shared.info.notes.map(({ code }) => code)).toEqual(['engine.chunk-shared']);
		const sharedAlone = await scores(shared, asked.slice(0, 1));
		expect((await scores(shared, [...others, ...asked]))[others.length]).not.toEqual(sharedAlone[0]);
		expect((await start({ folder, graphFolder, chunking: 'whole' })).info.notes).toEqual([]);
	});

	it('gives the same bits for the same requests in another process and from another beginning', async () => {
		const requests = [request([1, 20, 30, 40], 3), request([1, 20, 30, 41, 42], 3), request([1, 20, 30, 43], 3)];
		const whole = await scoreAll(await start(), requests);
		const resumed = await scoreAll(await start(), requests, { isDone: id => id === 0 });
		expect(resumed.results[0]).toBeUndefined();
		expect(resumed.results.slice(1)).toEqual(whole.results.slice(1));
	});

	it('goes on as an earlier sitting planned, whatever it would plan itself', async () => {
		const { planSettings } = await start({ chunking: 'fixed', cacheBudget: 1234 });
		expect(planSettings).toMatchObject({ chunking: 'fixed', cacheBudget: 1234, trees: false });
		const again = await start({ planSettings });
		expect(again.planSettings).toEqual(planSettings);
		expect(again.info.chunking).toBe('fixed');
		const withLess = await start({ planSettings, cacheBudget: 5 });
		expect(withLess.planSettings).toEqual({ ...planSettings, cacheBudget: 5 });
	});

	it('writes what it finds most probable, step by step', async () => {
		const engine = await start();
		const context = [1, 20, 30, 40];
		const { text, tokens, logprobs, ended } = await writeOne(engine, { context, prefix: 2, maxTokens: 12, until: [] });
		expect([ended, tokens.length]).toEqual(['length', 12]);
		expect(text).toBe((await loadTokenizer(folder)).decode(tokens));
		const results = await scores(
			engine,
			tokens.map((token, i) => ({
				context: [...context, ...tokens.slice(0, i)],
				prefix: 0,
				continuations: [[token]],
			})),
		);
		for (const [i, token] of tokens.entries()) {
			expect(results[i]?.argmax).toBe(token);
			const logprob = results[i]?.continuations[0]?.logprob ?? Number.NaN;
			expect(Math.abs(logprob - (logprobs[i] ?? Number.NaN))).toBeLessThan(1e-4);
		}
	});

	it('ends at the end of the text as its configuration and its tokenizer have it, and at texts', async () => {
		const plain = await start();
		const request = { context: [1, 20, 30, 40], prefix: 0, maxTokens: 8, until: [] };
		const { tokens } = await writeOne(plain, request);
		const copy = path.join(temporary(), 'model');
		cpSync(folder, copy, { recursive: true });
		writeFileSync(path.join(copy, 'generation_config.json'), JSON.stringify({ eos_token_id: [383, tokens[3]] }));
		const ended = await writeOne(await start({ folder: copy }), request);
		const end = tokens.indexOf(tokens[3] ?? -1);
		expect(ended).toMatchObject({ tokens: tokens.slice(0, end + 1), ended: 'end_of_text' });
		const { decode } = await loadTokenizer(folder);
		expect(ended.text).toBe(decode(tokens.slice(0, end)));
		const until = [decode(tokens).slice(1, 3)];
		const cut = await writeOne(plain, { ...request, until });
		expect(cut).toMatchObject({ text: decode(tokens).split(until[0] ?? '')[0], ended: 'until' });
	});

	it('computes on the CPU, and says so, where the device is not there', async () => {
		const device = process.platform === 'win32' ? 'coreml' : 'dml';
		const engine = await start({ device });
		expect(engine.info.device).toBe('cpu');
		const reason = {
			code: 'engine.device-not-built',
			params: expect.objectContaining({ present: expect.any(String) }),
		};
		expect(engine.info.notes).toEqual([{ code: 'engine.device-missing', params: { device, reason } }]);
		expect(engine.info.devices).toEqual({
			requested: device,
			chosen: 'cpu',
			reason: engine.info.notes[0],
			probed: [{ provider: device, usable: false, precision: null, reason }],
		});
		expect(await scores(engine, [request([1, 2, 3])])).toEqual(await scores(await start(), [request([1, 2, 3])]));
	});

	it('tries what this platform has where the choice is its own, and takes the CPU', async () => {
		const { device, devices, notes } = (await start({ device: 'auto' })).info;
		expect([device, devices.requested, devices.chosen, notes]).toEqual(['cpu', 'auto', 'cpu', []]);
		expect(devices.reason.code).toMatch(/^engine\.auto-cpu-/);
		expect(devices.probed.map(({ provider }) => provider)).toEqual(platformProviders(process.platform, process.arch));
		expect(devices.probed[0]).toEqual({ provider: 'cpu', usable: true, precision: 'single', reason: null });
		for (const { usable, reason } of devices.probed) {
			expect(reason === null).toBe(usable);
		}
	});

	it('is refused where the device is not there and nothing else is wanted', async () => {
		const device = process.platform === 'win32' ? 'coreml' : 'dml';
		const { kind, reason } = await failureOf(start({ device, onDeviceFailure: 'stop' }));
		expect([kind, reason.code, reason.params.device]).toEqual(['input', 'engine.device-unusable', device]);
	});

	it('ends its process when disposed', async () => {
		const engine = await start();
		engine.dispose();
		await expectGone(engine.processId);
		await expect(scores(engine, [request([1])])).rejects.toThrow('disposed');
	});
});

describe('a model that cannot be used', () => {
	function copyOf(name: string): string {
		const copy = path.join(temporary(), name);
		cpSync(path.join(fixtures, name), copy, { recursive: true });
		return copy;
	}

	it('is named where its file is cut off', async () => {
		const copy = copyOf('full-logits');
		const file = path.join(copy, 'onnx/model.onnx');
		truncateSync(file, 60_000);
		const { kind, reason } = await failureOf(start({ folder: copy }));
		expect(kind).toBe('input');
		expect(reason).toEqual({
			code: 'engine.model-broken',
			params: { file, reason: expect.stringContaining('Protobuf parsing failed') },
		});
	});

	it('is named where it is no decoder', async () => {
		const { kind, reason } = await failureOf(start({ folder: path.join(fixtures, 'wrong-architecture') }));
		expect(kind).toBe('input');
		expect(reason).toMatchObject({
			code: 'engine.wrong-architecture',
			params: { missing: expect.stringContaining('input_ids') },
		});
	});

	it('is named where it has no tokenizer', async () => {
		const copy = copyOf('full-logits');
		rmSync(path.join(copy, 'tokenizer.json'));
		expect((await failureOf(start({ folder: copy }))).reason.code).toBe('tokenizer.missing');
	});

	it('fails the requests that it cannot answer, and goes on', async () => {
		const engine = await start();
		const { reason } = await failureOf(scores(engine, [request([1, 384])]));
		expect(reason).toMatchObject({ code: 'engine.token-out-of-range', params: { token: 384, size: 384 } });
		expect(await scores(engine, [request([1, 2])])).toHaveLength(1);
	});
});

describe('the end of the process', () => {
	it('becomes a sentence when it is killed in the middle of a run', async () => {
		const engine = await start();
		let read = 0;
		const kill = () => {
			if (++read === 3) {
				process.kill(engine.processId ?? expect.fail('never started'), 'SIGKILL');
			}
		};
		const requests = Array.from({ length: 1000 }, (_, i) => request([1, 2, i % 384, i % 383]));
		const { kind, reason, message } = await failureOf(scoreAll(engine, requests, { onAnswer: kill }));
		expect(read).toBeLessThan(1000);
		expect(kind).toBe('run');
		expect(reason).toEqual({ code: 'engine.crashed', params: { how: 'SIGKILL', stderr: '–' } });
		expect(message).toContain('run again to continue');
		expect((await failureOf(scores(engine, [request([1])]))).reason.code).toBe('engine.crashed');
	});

	/** A process in the engine's place that does what a test needs on its first message. */
	function impostor(onMessage: string): string {
		const file = path.join(temporary(), 'engine.cjs');
		writeFileSync(file, `process.on('message', frame => { ${onMessage} });`);
		return file;
	}
	const loaded = JSON.stringify({
		version: '1.0.0',
		notes: [],
		threads: 1,
		vocabularySize: 384,
		graph: { passes: [], trees: false, floatWeights: false, chunkSensitive: false },
		cacheBytesPerToken: 4,
	} satisfies LoadedModel);
	const probed = (found: string) =>
		`{ version: '1.0.0', threads: 1, probed: frame.params.providers.map(provider => (${found})) }`;
	const usable = probed("{ provider, usable: true, precision: 'single', reason: null }");
	/** One that passes its trial, and then does what a test needs. */
	const impostorOn = (onLoad: string, onScore = '') =>
		impostor(
			`const answer = result => process.send({ t: 'result', id: frame.id, result });
			if (frame.method === 'probe') answer(${usable});
			else if (frame.method === 'load') { ${onLoad} }
			else { ${onScore} }`,
		);

	it('tells its last words while loading', async () => {
		const enginePath = impostor(
			"process.stderr.write('first\\n\\u001b[1;31mterminate called\\u001b[m\\n', () => process.exit(134));",
		);
		const { reason } = await failureOf(start({ enginePath }));
		expect(reason).toEqual({ code: 'engine.crashed', params: { how: 'exit 134', stderr: 'terminate called' } });
	});

	it('becomes a note where the device brought it about', async () => {
		const enginePath = impostorOn(`frame.params.device === 'webgpu' ? process.exit(134) : answer(${loaded});`);
		const { info } = await start({ enginePath, device: 'webgpu' });
		expect(info.notes).toEqual([{ code: 'engine.device-crashed', params: { device: 'webgpu' } }]);
		expect(info.devices).toMatchObject({ requested: 'webgpu', chosen: 'cpu', reason: info.notes[0] });
		const { reason } = await failureOf(start({ enginePath, device: 'webgpu', onDeviceFailure: 'stop' }));
		expect(reason).toMatchObject({ code: 'engine.device-unusable', params: { device: 'webgpu' } });
	});

	it('in the middle of computing is the loss of the device', async () => {
		const die = "process.stderr.write('VK_ERROR_DEVICE_LOST\\n', () => process.exit(134));";
		const enginePath = impostorOn(`answer(${loaded});`, die);
		const engine = await start({ enginePath, device: 'webgpu' });
		expect(engine.info).toMatchObject({ device: 'webgpu', notes: [], devices: { chosen: 'webgpu' } });
		const { kind, reason, message } = await failureOf(scores(engine, [request([1, 2, 3])]));
		expect(kind).toBe('run');
		expect(reason).toEqual({
			code: 'engine.device-lost',
			params: { device: 'webgpu', reason: 'exit 134: VK_ERROR_DEVICE_LOST' },
		});
		expect(message).toContain('on_device_failure: cpu');
	});

	it('is told where it never began', async () => {
		const { reason } = await failureOf(start({ execPath: path.join(temporary(), 'no-such-node') }));
		expect(reason).toMatchObject({ code: 'engine.not-started', params: { reason: expect.stringContaining('ENOENT') } });
	});

	it('comes with the end of its parent', async () => {
		const parent = spawn(
			process.execPath,
			[
				'-e',
				"const c = require('node:child_process').fork(process.argv[1], [], { serialization: 'advanced' });" +
					"c.on('message', () => {}); console.log(c.pid); setInterval(() => {}, 1000);",
				engineFile,
			],
			{ stdio: ['ignore', 'pipe', 'inherit'] },
		);
		const [chunk] = await once(parent.stdout, 'data');
		const engineId = Number(String(chunk));
		expect(isRunning(engineId)).toBe(true);
		parent.kill('SIGKILL');
		await expectGone(engineId);
	});

	it('follows a cancellation while loading', async () => {
		const source = new CancellationSource();
		const enginePath = impostor("require('node:fs').writeFileSync(__filename + '.pid', String(process.pid));");
		const starting = start({ enginePath }, source.token);
		starting.catch(() => {});
		const processId = await vi.waitFor(() => Number(readFileSync(`${enginePath}.pid`, 'utf8')), { timeout: 20_000 });
		source.cancel();
		await expect(starting).rejects.toBeInstanceOf(Cancelled);
		await expectGone(processId);
	});

	it('follows a cancellation in the middle of a run', async () => {
		const engine = await start();
		const source = new CancellationSource();
		let read = 0;
		const cancel = () => {
			if (++read === 3) {
				source.cancel();
			}
		};
		const requests = Array.from({ length: 1000 }, (_, i) => request([1, 2, i % 384, i % 383]));
		const scoring = scoreAll(engine, requests, { token: source.token, onAnswer: cancel });
		await expect(scoring).rejects.toBeInstanceOf(Cancelled);
		expect(read).toBeLessThan(10);
		await expectGone(engine.processId);
	});

	it('does not come for a run that is cancelled before it began', async () => {
		const source = new CancellationSource();
		source.cancel();
		await expect(start({}, source.token)).rejects.toBeInstanceOf(Cancelled);
		const engine = await start();
		await expect(scores(engine, [request([1])], source.token)).rejects.toBeInstanceOf(Cancelled);
		expect(await scores(engine, [request([1])])).toHaveLength(1);
	});
});
