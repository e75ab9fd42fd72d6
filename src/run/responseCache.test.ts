import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineInfo, LoglikelihoodRequest, LoglikelihoodResult } from '../engine/contract';
import { openResponseCache } from './responseCache';

const info: EngineInfo = {
	name: 'onnxruntime-node',
	version: '1',
	device: 'cpu',
	notes: [],
	threads: 1,
	dtype: 'fp32',
	files: [{ path: 'model.onnx', sha256: 'aa' }],
	window: 10,
	vocabularySize: 10,
	capabilities: { continuations: 'any', argmax: true, prefixReuse: true },
};
const request: LoglikelihoodRequest = { context: [1, 2, 3], prefix: 2, continuations: [[4], [5]] };
const result: LoglikelihoodResult = {
	continuations: [
		{ logprob: -0.1234567890123456, greedy: true },
		{ logprob: -2, greedy: false },
	],
	argmax: 4,
	computed: 3,
};

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function fill(): Promise<string> {
	const cache = await openResponseCache(folder, info);
	await cache.put(request, result);
	await cache.close();
	return path.join(folder, readdirSync(folder)[0] ?? '');
}

async function ask(asked = request, settings = info): Promise<LoglikelihoodResult | undefined> {
	const cache = await openResponseCache(folder, settings);
	await cache.close();
	return cache.get(asked);
}

describe('the response cache', () => {
	it('gives back the same numbers to the bit', async () => {
		await fill();
		expect(await ask()).toEqual(result);
	});

	it('tells requests and engines apart', async () => {
		await fill();
		expect(await ask({ ...request, context: [1, 2, 4] })).toBeUndefined();
		expect(await ask({ ...request, prefix: 0 })).toBeUndefined();
		expect(await ask({ ...request, continuations: [[4, 5]] })).toBeUndefined();
		expect(await ask(request, { ...info, version: '2' })).toBeUndefined();
		expect(await ask(request, { ...info, device: 'webgpu' })).toBeUndefined();
		expect(await ask(request, { ...info, files: [{ path: 'model.onnx', sha256: 'bb' }] })).toBeUndefined();
	});

	it('does not believe a damaged entry, and is not stopped by it', async () => {
		const file = await fill();
		const line = readFileSync(file, 'utf8');
		const other = { ...request, context: [7] };
		for (const damaged of [line.replace('-2', '-1'), line.slice(0, 30), 'null\n', '{}\n']) {
			writeFileSync(file, damaged);
			expect(await ask()).toBeUndefined();
			const cache = await openResponseCache(folder, info);
			await cache.put(other, result);
			await cache.close();
			expect(await ask(other), damaged).toEqual(result);
		}
	});
});
