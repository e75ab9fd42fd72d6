import path from 'node:path';
import fc from 'fast-check';
import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { root } from '../../../test/paths';
import { Failure } from '../../protocol/failure';
import type { LoglikelihoodRequest } from '../contract';
import { createContextReader } from './contextReader';
import { createDecoder } from './decoder';
import { type DecoderLayout, decoderLayout } from './decoderLayout';
import { openSession } from './runtime';
import { createScorer } from './scorer';
import { summarise } from './vocabularyRow';
import { createWriter } from './writer';

const shape = { keyValueHeads: null, headSize: null, vocabularySize: null };
const fixture = (name: string) => path.join(root, 'test/fixtures/tiny-decoder', name, 'onnx/model.onnx');

async function open(name: string) {
	const file = fixture(name);
	const { session } = await openSession(runtime, file, 'cpu', 1);
	const layout = decoderLayout(session, shape, file);
	return { session, layout, decoder: createDecoder(runtime, session, layout, { file, device: 'cpu' }) };
}

/** All rows of logits of one plain forward over everything, nothing kept. */
async function plainRows({ session, layout }: Awaited<ReturnType<typeof open>>, tokens: readonly number[]) {
	const { Tensor } = runtime;
	const count = tokens.length;
	const feeds: Record<string, runtime.Tensor> = {
		input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, count]),
		attention_mask: new Tensor('int64', new BigInt64Array(count).fill(1n), [1, count]),
		position_ids: new Tensor(
			'int64',
			BigInt64Array.from(tokens, (_, i) => BigInt(i)),
			[1, count],
		),
		num_logits_to_keep: new Tensor('int64', BigInt64Array.of(0n), []),
	};
	for (const { past, heads, size } of layout.cache) {
		feeds[past] = new Tensor('float32', new Float32Array(), [1, heads, 0, size]);
	}
	const declared = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
	const { logits } = await session.run(Object.fromEntries(declared), ['logits']);
	const data = logits?.data;
	expect(data).toBeInstanceOf(Float32Array);
	const size = layout.vocabularySize;
	// Just tested.
	return Array.from({ length: count }, (_, i) => (data as Float32Array).subarray(i * size, (i + 1) * size));
}

describe.each(['full-logits', 'sentencepiece-like'])('%s', name => {
	it('scores with a kept prefix as one plain forward does', async () => {
		const opened = await open(name);
		const model = { file: name, device: 'cpu' };
		const scorer = createScorer(opened.decoder, createContextReader(opened.decoder, model), model);
		const token = fc.integer({ min: 0, max: opened.layout.vocabularySize - 1 });
		const beginning = fc.array(token, { minLength: 3, maxLength: 3 });
		const request = fc.record({
			context: fc
				.tuple(fc.constantFrom([5, 6, 7], [5, 6, 8], []), beginning, fc.array(token, { maxLength: 20 }))
				.map(parts => parts.flat()),
			prefix: fc.constantFrom(0, 1, 3, 5),
			continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), async requests => {
				for (const { context, continuations, prefix } of requests) {
					const asked: LoglikelihoodRequest = { context, continuations, prefix: Math.min(prefix, context.length - 1) };
					const result = await scorer.score(asked);
					for (const [i, tokens] of continuations.entries()) {
						const rows = (await plainRows(opened, [...context, ...tokens.slice(0, -1)])).slice(context.length - 1);
						const logprob = tokens.reduce((sum, id, k) => {
							const row = rows[k] ?? [];
							return sum + (row[id] ?? Number.NaN) - summarise(row).logSumExp;
						}, 0);
						expect(Math.abs((result.continuations[i]?.logprob ?? Number.NaN) - logprob)).toBeLessThan(1e-4);
						expect(result.argmax).toBe(summarise(rows[0] ?? []).argmax);
					}
				}
			}),
			{ numRuns: 40 },
		);
	});

	it('writes, token by token on the cache, what plain forwards over everything say', async () => {
		const opened = await open(name);
		const model = { file: name, device: 'cpu' };
		const ending = { decode: String, endOfText: new Set<number>() };
		const writer = createWriter(opened.decoder, createContextReader(opened.decoder, model), ending, model);
		const token = fc.integer({ min: 0, max: opened.layout.vocabularySize - 1 });
		const context = fc.array(token, { minLength: 1, maxLength: 20 });
		await fc.assert(
			fc.asyncProperty(context, fc.constantFrom(0, 1, 5), async (context, prefix) => {
				const asked = { context, prefix: Math.min(prefix, context.length - 1), maxTokens: 6, until: [] };
				const { tokens, logprobs } = await writer.generate(asked);
				const rows = (await plainRows(opened, [...context, ...tokens.slice(0, -1)])).slice(context.length - 1);
				expect(tokens).toEqual(rows.map(row => summarise(row).argmax));
				for (const [i, row] of rows.entries()) {
					const logprob = (row[tokens[i] ?? -1] ?? Number.NaN) - summarise(row).logSumExp;
					expect(Math.abs((logprobs[i] ?? Number.NaN) - logprob)).toBeLessThan(1e-4);
				}
			}),
			{ numRuns: 30 },
		);
	});
});

it('says what the runtime says where a forward fails', async () => {
	const { decoder } = await open('full-logits');
	const error = await decoder
		.forward({ tokens: [99_999], past: null, rows: 1, keepPast: false })
		.catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(Failure);
	expect(error).toMatchObject({ reason: { code: 'engine.forward-failed' } });
});

describe('what a graph is fed', () => {
	const size = 4;
	const layout: DecoderLayout = {
		cache: [{ past: 'past_key_values.0.key', present: 'present.0.key', type: 'float32', heads: 1, size: 1 }],
		attentionMask: true,
		positionIds: true,
		cacheBranch: true,
		keepDims: [],
		vocabularySize: size,
	};

	/** Records what it is fed; its logits are all rows of what comes in, or those to keep. */
	function recorder(layout: DecoderLayout) {
		const runs: { feeds: Record<string, unknown>; fetches: readonly string[] }[] = [];
		const run = async (feeds: Record<string, runtime.Tensor>, fetches: readonly string[]) => {
			const plain = Object.entries(feeds).map(([name, { type, dims, data }]) => [
				name,
				{ type, dims, data: [...data] },
			]);
			runs.push({ feeds: Object.fromEntries(plain), fetches });
			const count = feeds.input_ids?.dims[1] ?? 0;
			const total = feeds.attention_mask?.dims[1] ?? count;
			const rows = layout.keepDims ? Number(feeds.num_logits_to_keep?.data[0]) : count;
			const logits = new Float32Array(fetches.includes('logits') ? rows * layout.vocabularySize : 0);
			logits.set(Array.from({ length: Math.min(logits.length, 16) }, (_, i) => i));
			const half = layout.cache.some(({ type }) => type === 'float16');
			const present = half
				? new runtime.Tensor('float16', new Uint16Array(total), [1, 1, total, 1])
				: new runtime.Tensor('float32', new Float32Array(total), [1, 1, total, 1]);
			return {
				logits: new runtime.Tensor('float32', logits, [
					1,
					logits.length / layout.vocabularySize,
					layout.vocabularySize,
				]),
				'present.0.key': present,
			};
		};
		// Of a session, a decoder only runs it.
		const session = { run } as unknown as runtime.InferenceSession;
		return { runs, decoder: createDecoder(runtime, session, layout, { file: 'model.onnx', device: 'cpu' }) };
	}

	it('counts the past into mask and positions, and keeps as many rows as are asked for', async () => {
		const { runs, decoder } = recorder(layout);
		const first = await decoder.forward({ tokens: [7, 8, 9], past: null, rows: 0, keepPast: true });
		expect(first).toMatchObject({ rows: [], past: { length: 3 } });
		const second = await decoder.forward({ tokens: [1, 2], past: first.past, rows: 2, keepPast: false });
		expect(second.past).toBeNull();
		expect(second.rows.map(row => [...(row as Float32Array)])).toEqual([
			[0, 1, 2, 3],
			[4, 5, 6, 7],
		]);
		const int64 = (dims: number[], ...data: bigint[]) => ({ type: 'int64', dims, data });
		expect(runs).toEqual([
			{
				feeds: {
					input_ids: int64([1, 3], 7n, 8n, 9n),
					attention_mask: int64([1, 3], 1n, 1n, 1n),
					position_ids: int64([1, 3], 0n, 1n, 2n),
					use_cache_branch: { type: 'bool', dims: [1], data: [0] },
					num_logits_to_keep: int64([], 1n),
					'past_key_values.0.key': { type: 'float32', dims: [1, 1, 0, 1], data: [] },
				},
				fetches: ['present.0.key'],
			},
			{
				feeds: {
					input_ids: int64([1, 2], 1n, 2n),
					attention_mask: int64([1, 5], 1n, 1n, 1n, 1n, 1n),
					position_ids: int64([1, 2], 3n, 4n),
					use_cache_branch: { type: 'bool', dims: [1], data: [1] },
					num_logits_to_keep: int64([], 2n),
					'past_key_values.0.key': { type: 'float32', dims: [1, 1, 3, 1], data: [0, 0, 0] },
				},
				fetches: ['logits'],
			},
		]);
	});

	it('leaves out what the graph does not declare, and keeps a half-precision cache as it is', async () => {
		const slot = {
			past: 'past_key_values.0.key',
			present: 'present.0.key',
			type: 'float16',
			heads: 1,
			size: 1,
		} as const;
		const { runs, decoder } = recorder({
			cache: [slot],
			attentionMask: false,
			positionIds: false,
			cacheBranch: false,
			keepDims: null,
			vocabularySize: size,
		});
		const { past } = await decoder.forward({ tokens: [1, 2], past: null, rows: 0, keepPast: true });
		expect(past?.tensors.map(({ type }) => type)).toEqual(['float16']);
		expect(runs[0]?.feeds).toEqual({
			input_ids: { type: 'int64', dims: [1, 2], data: [1n, 2n] },
			'past_key_values.0.key': { type: 'float16', dims: [1, 1, 0, 1], data: [] },
		});
	});

	it('bounds the logits of a graph that computes all rows, and fetches only those asked for', async () => {
		const wide = 16 * 1024 * 1024; // One row is 64 MiB: one token at a time.
		const { runs, decoder } = recorder({ ...layout, keepDims: null, vocabularySize: wide });
		const { rows } = await decoder.forward({ tokens: [1, 2, 3], past: null, rows: 1, keepPast: false });
		expect(rows.map(row => row.length)).toEqual([wide]);
		expect(runs.map(({ feeds, fetches }) => ({ ids: feeds.input_ids, fetches }))).toMatchObject([
			{ ids: { data: [1n] }, fetches: ['present.0.key'] },
			{ ids: { data: [2n] }, fetches: ['present.0.key'] },
			{ ids: { data: [3n] }, fetches: ['logits'] },
		]);
	});
});
