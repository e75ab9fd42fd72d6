import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineInfo } from '../engine/contract';
import type { GenerateRequest, GenerateResult, LoglikelihoodRequest, LoglikelihoodResult } from '../engine/requests';
import { message } from '../protocol/messages';
import { openResponseCache } from './responseCache';

const info: EngineInfo = {
	name: 'onnxruntime-node',
	version: '1',
	device: 'cpu',
	devices: {
		requested: 'cpu',
		chosen: 'cpu',
		reason: message('engine.device-asked', { device: 'cpu' }),
		probed: [],
	},
	notes: [],
	threads: 1,
	graph: { passes: [], trees: false, floatWeights: false, chunkSensitive: false },
	chunking: 'shared',
	dtype: 'fp32',
	files: [{ path: 'model.onnx', sha256: 'aa' }],
	window: 10,
	vocabularySize: 10,
	endOfText: [2],
	capabilities: { continuations: 'any', argmax: true, prefixReuse: true, generate: true },
};
const request: LoglikelihoodRequest = { context: [1, 2, 3], prefix: 2, continuations: [[4], [5]] };
const result: LoglikelihoodResult = {
	continuations: [
		{ logprob: -0.1234567890123456, greedy: true },
		{ logprob: -2, greedy: false },
	],
	argmax: 4,
};

const writing: GenerateRequest = { context: [1, 2, 3], prefix: 2, maxTokens: 3, until: ['\n'] };
const written: GenerateResult = {
	text: 'a\u0000b',
	tokens: [4, 5, 6],
	logprobs: [-0.1234567890123456, Number.NEGATIVE_INFINITY, -2],
	ended: 'until',
};

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function fill(settings = info): Promise<string> {
	const cache = await openResponseCache(folder, settings, 'cc');
	await cache.loglikelihood.put(request, result);
	await cache.generate.put(writing, written);
	await cache.close();
	return path.join(folder, readdirSync(folder)[0] ?? '');
}

async function ask(asked = request, settings = info, tokenizer = 'cc'): Promise<LoglikelihoodResult | undefined> {
	const cache = await openResponseCache(folder, settings, tokenizer);
	await cache.close();
	return cache.loglikelihood.get(asked);
}

async function askWritten(asked = writing, settings = info): Promise<GenerateResult | undefined> {
	const cache = await openResponseCache(folder, settings, 'cc');
	await cache.close();
	return cache.generate.get(asked);
}

describe('the response cache', () => {
	it('gives back the same numbers to the bit', async () => {
		await fill();
		expect(await ask()).toEqual(result);
		expect(await askWritten()).toEqual(written);
	});

	it('tells requests and engines apart', async () => {
		await fill();
		expect(await ask({ ...request, context: [1, 2, 4] })).toBeUndefined();
		expect(await ask({ ...request, continuations: [[4, 5]] })).toBeUndefined();
		expect(await ask(request, { ...info, version: '2' })).toBeUndefined();
		expect(await ask(request, { ...info, device: 'webgpu' })).toBeUndefined();
		expect(await ask(request, { ...info, dtype: 'q4' })).toBeUndefined();
		expect(await ask(request, { ...info, chunking: 'whole' })).toBeUndefined();
		expect(await ask(request, { ...info, files: [{ path: 'model.onnx', sha256: 'bb' }] })).toBeUndefined();
	});

	it('tells requests apart by where they are cut, where that is the request’s own doing alone', async () => {
		const fixed: EngineInfo = { ...info, chunking: 'fixed' };
		await fill(fixed);
		expect(await ask(request, fixed)).toEqual(result);
		expect(await ask({ ...request, prefix: 0 }, fixed)).toBeUndefined();
		expect(await askWritten({ ...writing, prefix: 0 }, fixed)).toBeUndefined();
		await fill();
		expect(await ask({ ...request, prefix: 0 })).toEqual(result);
		expect(await askWritten({ ...writing, prefix: 0 })).toEqual(written);
	});

	it('is shared by runs that go on at once', async () => {
		const [one, two] = [await openResponseCache(folder, info, 'cc'), await openResponseCache(folder, info, 'cc')];
		const contexts = Array.from({ length: 20 }, (_, i) => [i]);
		await Promise.all(
			contexts.map((context, i) => (i % 2 ? one : two).loglikelihood.put({ ...request, context }, result)),
		);
		await one.close();
		await two.close();
		for (const context of contexts) {
			expect(await ask({ ...request, context })).toEqual(result);
		}
	});

	it('tells what is written apart by where it ends and by who reads it', async () => {
		await fill();
		expect(await askWritten({ ...writing, maxTokens: 4 })).toBeUndefined();
		expect(await askWritten({ ...writing, until: [] })).toBeUndefined();
		expect(await ask(request, { ...info, endOfText: [3] })).toBeUndefined();
		expect(await ask(request, info, 'dd')).toBeUndefined();
	});

	it('does not believe a damaged entry, and is not stopped by it', async () => {
		const file = await fill();
		const line = readFileSync(file, 'utf8');
		const other = { ...request, context: [7] };
		for (const damaged of [line.replaceAll('-2', '-1'), line.slice(0, 30), 'null\n', '{}\n']) {
			writeFileSync(file, damaged);
			expect(await ask()).toBeUndefined();
			expect(await askWritten()).toBeUndefined();
			const cache = await openResponseCache(folder, info, 'cc');
			await cache.loglikelihood.put(other, result);
			await cache.close();
			expect(await ask(other), damaged).toEqual(result);
		}
	});
});
