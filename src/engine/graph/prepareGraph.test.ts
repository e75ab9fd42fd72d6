import { fork } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { contributed, externalTensor, node, someBytes, someFloats, tensor, writeOnnx } from '../../../test/onnxModel';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { CancellationSource, Cancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { guardCopy, needRoom } from './guardCopy';
import { integersTensor, valueInfo } from './parts';
import { type PrepareRequest, prepareGraph } from './prepareGraph';

const folder = temporaryFolders();
const k = 64;
const n = 4096;
const sha256 = '0123456789abcdef'.repeat(4);

/** y = x · packed weights, of which the float32 form takes a megabyte. */
function packed() {
	return {
		nodes: [contributed('MatMulNBits', ['x', 'w', 'scales'], 'y', { K: k, N: n, bits: 4, block_size: 32 })],
		inputs: [valueInfo('x', 1, [1, 'rows', k])],
		outputs: [valueInfo('y', 1, [1, 'rows', n])],
		initializers: [tensor('w', [n, 2, 16], someBytes(n * 32, 1)), tensor('scales', [n * 2], someFloats(n * 2, 2))],
	};
}

async function packedRequest(): Promise<PrepareRequest> {
	const at = folder();
	const file = await writeOnnx(path.join(at, 'model.onnx'), packed());
	return { file, sha256, folder: path.join(at, 'cache', 'graphs'), passes: ['floatWeights'] };
}

const weightsOf = (file: string) => path.join(path.dirname(file), 'eval-lens-weights.bin');

async function firstValue(file: string): Promise<unknown> {
	const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3 });
	const { y } = await session.run({ x: new runtime.Tensor('float32', someFloats(k, 4), [1, 1, k]) });
	return y?.data[0];
}

describe('a copy', () => {
	it('is written once and used again', async () => {
		const request = await packedRequest();
		const olderVersion = path.join(request.folder, '0123456789abcdef-floatWeights-1');
		await mkdir(olderVersion, { recursive: true });
		const steps: number[] = [];
		const first = await prepareGraph(request, undefined, (done, total) => steps.push(done / total));
		expect(path.relative(request.folder, first.file)).toBe(path.join('0123456789abcdef-floatWeights-2', 'model.onnx'));
		expect(first).toMatchObject({ floatWeights: true, treeAttention: false, lastRows: false, notes: [] });
		expect(steps.at(-1)).toBe(1);
		const { mtimeMs } = await stat(first.file);
		expect(await prepareGraph(request)).toEqual(first);
		expect((await stat(first.file)).mtimeMs).toBe(mtimeMs);
		expect(await readdir(request.folder)).toHaveLength(1);
	});

	it.each([
		['a graph cut off', (file: string) => truncate(file, 100)],
		['weights cut off', (file: string) => truncate(weightsOf(file), 5000)],
		['weights gone', (file: string) => rm(weightsOf(file))],
		['a block of weights lost', (file: string) => zero(weightsOf(file), 70_000)],
		['a manifest cut off', (file: string) => truncate(path.join(path.dirname(file), 'manifest.json'), 50)],
		['a manifest of something else', (file: string) => writeFile(path.join(path.dirname(file), 'manifest.json'), '{}')],
	])('that is damaged is made anew: %s', async (_, damage) => {
		const request = await packedRequest();
		const { file } = await prepareGraph(request);
		const whole = await readFile(weightsOf(file));
		await damage(file);
		expect((await prepareGraph(request)).file).toBe(file);
		expect((await readFile(weightsOf(file))).equals(whole)).toBe(true);
		expect(await firstValue(file)).toBeCloseTo(Number(await firstValue(request.file)), 4);
		expect(await readdir(request.folder)).toHaveLength(1);
	});

	it('is right where several make it at once', async () => {
		const request = await packedRequest();
		const { file } = await prepareGraph(request);
		await truncate(file, 10);
		const all = await Promise.all([1, 2, 3, 4].map(() => prepareGraph(request)));
		expect(new Set(all.map(each => each.file))).toEqual(new Set([file]));
		expect(await firstValue(file)).toBeCloseTo(Number(await firstValue(request.file)), 4);
		expect(await readdir(request.folder)).toHaveLength(1);
	});

	it('clears away what a process that was killed left', async () => {
		const request = await packedRequest();
		const { file } = await prepareGraph(request);
		const copy = path.basename(path.dirname(file));
		const gone = await processThatEnded();
		const leftovers = {
			dead: `${copy}.${hostPart(await temporaryNames(request))}-${gone}-00000000.tmp`,
			forgotten: `${copy}.ffffffff-1-00000000.tmp`,
			others: `${copy}.ffffffff-2-00000000.tmp`,
		};
		for (const name of Object.values(leftovers)) {
			await mkdir(path.join(request.folder, name), { recursive: true });
			await writeFile(path.join(request.folder, name, 'model.onnx'), 'half');
		}
		await utimes(path.join(request.folder, leftovers.forgotten), 0, 0);
		await truncate(file, 10);
		await prepareGraph(request);
		expect((await readdir(request.folder)).sort()).toEqual([copy, leftovers.others].sort());
	});

	it('is not made where nothing applies, and says why', async () => {
		const request = await packedRequest();
		const prepared = await prepareGraph({ ...request, passes: ['lastRows', 'attentionBias'] });
		expect(prepared).toMatchObject({ file: request.file, lastRows: false, treeAttention: false });
		expect(prepared.notes.map(({ code }) => code)).toEqual(['graph.head-not-found', 'graph.no-positions']);
		await expect(readdir(request.folder)).rejects.toThrow('ENOENT');
	});

	it('keeps its notes', async () => {
		const request: PrepareRequest = { ...(await packedRequest()), passes: ['attentionBias', 'floatWeights'] };
		const { notes } = await prepareGraph(request);
		expect(notes.map(({ code }) => code)).toEqual(['graph.no-positions']);
		expect((await prepareGraph(request)).notes).toEqual(notes);
	});
});

/** Puts a lost block of zeros into a file. */
async function zero(file: string, bytes: number): Promise<void> {
	const handle = await open(file, 'r+');
	await handle.write(new Uint8Array(bytes), 0, bytes, 0);
	await handle.close();
}

/** The id of a process that is no more. */
async function processThatEnded(): Promise<number> {
	const child = fork('-e', [], { execArgv: [], stdio: 'ignore' });
	await new Promise(resolve => child.once('exit', resolve));
	return child.pid ?? 0;
}

/** The names of temporary folders, seen while a copy is being made. */
async function temporaryNames(request: PrepareRequest): Promise<readonly string[]> {
	const folder2 = path.join(request.folder, 'seen');
	let names: readonly string[] = [];
	let reading: Promise<void> | null = null;
	await prepareGraph({ ...request, folder: folder2 }, undefined, () => {
		reading ??= readdir(folder2).then(found => {
			names = found;
		});
	});
	await reading;
	await rm(folder2, { recursive: true });
	return names;
}

function hostPart(names: readonly string[]): string {
	const host = names.map(name => /\.([0-9a-f]{8})-\d+-[0-9a-f]{8}\.tmp$/.exec(name)?.[1]).find(Boolean);
	expect(host).toBeDefined();
	return host ?? '';
}

describe('weights in a file beside the model', () => {
	async function externalRequest(location: string): Promise<PrepareRequest> {
		const at = folder();
		const weights = someFloats(k * 8, 3);
		await mkdir(path.join(at, 'parts'));
		await writeFile(path.join(at, 'parts', 'weights.data'), new Uint8Array(weights.buffer));
		await writeFile(path.join(at, 'model.onnx_data'), someBytes(n * 32, 1));
		const { inputs, initializers } = packed();
		const file = await writeOnnx(path.join(at, 'model.onnx'), {
			nodes: [
				node('MatMul', ['x', 'embedding'], 'a'),
				node('ReduceMean', ['a', 'last'], 'mean'),
				contributed('MatMulNBits', ['x', 'w', 'scales'], 'b', { K: k, N: n, bits: 4, block_size: 32 }),
				node('Add', ['b', 'mean'], 'y'),
			],
			inputs,
			outputs: [valueInfo('y', 1, [1, 'rows', n])],
			initializers: [
				externalTensor('embedding', [k, 8], 1, { location, offset: '0', length: String(weights.byteLength) }),
				externalTensor('w', [n, 2, 16], 2, { location: 'model.onnx_data', offset: '0', length: String(n * 32) }),
				...initializers.slice(1),
				integersTensor('last', [-1n]),
			],
		});
		return { file, sha256, folder: path.join(at, 'cache'), passes: ['floatWeights'] };
	}

	it('are found from the copy where they are still used', async () => {
		const request = await externalRequest('parts/weights.data');
		const { file } = await prepareGraph(request);
		expect((await readdir(path.dirname(file))).sort()).toEqual([
			'eval-lens-weights.bin',
			'manifest.json',
			'model.onnx',
			'parts',
		]);
		expect(await firstValue(file)).toBeCloseTo(Number(await firstValue(request.file)), 4);
	});

	it('that changed make the copy anew', async () => {
		const request = await externalRequest('parts/weights.data');
		const { file } = await prepareGraph(request);
		const before = await firstValue(file);
		await writeFile(path.join(path.dirname(request.file), 'model.onnx_data'), someBytes(n * 32, 7));
		const after = await firstValue((await prepareGraph(request)).file);
		expect(after).not.toBe(before);
		expect(after).toBeCloseTo(Number(await firstValue(request.file)), 4);
	});

	it.each(['../secret', '/etc/passwd', 'a/../../b', '..\\secret', 'C:\\secret', ''])(
		'outside of the model’s folder are refused: %s',
		async location => {
			await expect(prepareGraph(await externalRequest(location))).rejects.toThrow(/which is outside of its folder/);
		},
	);

	it('that are missing, or too short, are named', async () => {
		await expect(prepareGraph(await externalRequest('none'))).rejects.toThrow(/weights in none.*\(ENOENT\)/);
		const request = await externalRequest('parts/weights.data');
		await truncate(path.join(path.dirname(request.file), 'model.onnx_data'), 100);
		await expect(prepareGraph(request)).rejects.toThrow(/model.onnx_data end before they should/);
		expect(await readdir(request.folder)).toEqual([]);
	});
});

describe('making a copy', () => {
	it('stops when cancelled, and leaves nothing', async () => {
		const request = await packedRequest();
		const source = new CancellationSource();
		await expect(prepareGraph(request, source.token, () => source.cancel())).rejects.toThrow(Cancelled);
		expect(await readdir(request.folder)).toEqual([]);
	});

	it('fails with a sentence where the folder cannot be', async () => {
		const request = await packedRequest();
		await expect(prepareGraph({ ...request, folder: path.join(request.file, 'cache') })).rejects.toThrow(Failure);
	});

	it('fails with a sentence where the disk is full', async () => {
		const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
		const writing = guardCopy('/cache/model.onnx', () => Promise.reject(full));
		await expect(writing).rejects.toThrow(/The disk is full: \/cache\/model.onnx could not be written/);
		await expect(needRoom(folder(), 2 ** 60)).rejects.toThrow(/has no room.*1152921504607 MB are needed/);
	});
});
