import path from 'node:path';
import fc from 'fast-check';
import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { scoreAll, writeOne } from '../../../test/askEngine';
import { decoderEngine } from '../../../test/decoderEngine';
import { root } from '../../../test/paths';
import { Failure } from '../../protocol/failure';
import type { PlanSettings } from '../planning/plan';
import type { LoglikelihoodRequest } from '../requests';
import { createDecoder, type ForwardRequest } from './decoder';
import { type DecoderLayout, decoderLayout } from './decoderLayout';
import { openSession } from './runtime';
import { summarise, type VocabularyRow } from './vocabularyRow';

const shape = { keyValueHeads: null, headSize: null, vocabularySize: null };
const fixture = (name: string) => path.join(root, 'test/fixtures/tiny-decoder', name, 'onnx/model.onnx');

async function open(name: string) {
	const file = fixture(name);
	const { session } = await openSession(runtime, file, 'cpu', 1);
	const layout = decoderLayout(session, shape, file);
	return { session, layout, decoder: createDecoder(runtime, session, layout, { file, device: 'cpu' }) };
}

/** A chain of tokens in one forward that keeps nothing, where a test says no more. */
const forward = (tokens: readonly number[], changes: Partial<ForwardRequest> = {}): ForwardRequest => ({
	tokens,
	parents: null,
	past: null,
	rows: [],
	keepPast: false,
	...changes,
});

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

/** The graph with a mask of its own that has the same weights. */
const plainTwin = (name: string) => (name === 'trees' ? 'full-logits' : name);

const small: Partial<PlanSettings> = { pieceTokens: 12, longestPiece: 16 };
const ways: readonly Partial<PlanSettings>[] = [
	{ chunking: 'shared' },
	{ chunking: 'shared', ...small },
	{ chunking: 'shared', ...small, cacheBudget: 0 },
	{ chunking: 'fixed' },
	{ chunking: 'fixed', ...small },
	{ chunking: 'whole' },
];

describe.each(['full-logits', 'sentencepiece-like', 'trees', 'fused'])('%s', name => {
	it('scores as one plain forward does, whatever is shared and kept', async () => {
		const opened = await open(name);
		const plain = await open(plainTwin(name));
		const token = fc.integer({ min: 0, max: opened.layout.vocabularySize - 1 });
		const beginning = fc.array(token, { minLength: 3, maxLength: 3 });
		const request = fc
			.record({
				context: fc
					.tuple(fc.constantFrom([5, 6, 7], [5, 6, 8], []), beginning, fc.array(token, { maxLength: 20 }))
					.map(parts => parts.flat()),
				prefix: fc.constantFrom(0, 1, 3, 5),
				continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
			})
			.map(
				({ context, continuations, prefix }): LoglikelihoodRequest => ({
					context,
					continuations,
					prefix: Math.min(prefix, context.length - 1),
				}),
			);
		await fc.assert(
			fc.asyncProperty(
				fc.array(request, { minLength: 1, maxLength: 4 }),
				fc.constantFrom(...ways),
				async (requests, settings) => {
					const { results } = await scoreAll(decoderEngine(opened.decoder, { settings }), requests);
					for (const [n, { context, continuations }] of requests.entries()) {
						for (const [i, tokens] of continuations.entries()) {
							const rows = (await plainRows(plain, [...context, ...tokens.slice(0, -1)])).slice(context.length - 1);
							const logprob = tokens.reduce((sum, id, k) => {
								const row = rows[k] ?? [];
								return sum + (row[id] ?? Number.NaN) - summarise(row).logSumExp;
							}, 0);
							const got = results[n]?.continuations[i]?.logprob ?? Number.NaN;
							expect(Math.abs(got - logprob)).toBeLessThan(1e-4);
							expect(results[n]?.argmax).toBe(summarise(rows[0] ?? []).argmax);
						}
					}
				},
			),
			{ numRuns: 60 },
		);
	});

	it('writes, token by token on the cache, what plain forwards over everything say', async () => {
		const opened = await open(name);
		const plain = await open(plainTwin(name));
		const token = fc.integer({ min: 0, max: opened.layout.vocabularySize - 1 });
		const context = fc.array(token, { minLength: 1, maxLength: 20 });
		await fc.assert(
			fc.asyncProperty(
				context,
				fc.constantFrom(0, 1, 5),
				fc.constantFrom(...ways),
				async (context, prefix, settings) => {
					const asked = { context, prefix: Math.min(prefix, context.length - 1), maxTokens: 6, until: [] };
					const { tokens, logprobs } = await writeOne(decoderEngine(opened.decoder, { settings }), asked);
					const rows = (await plainRows(plain, [...context, ...tokens.slice(0, -1)])).slice(context.length - 1);
					expect(tokens).toEqual(rows.map(row => summarise(row).argmax));
					for (const [i, row] of rows.entries()) {
						const logprob = (row[tokens[i] ?? -1] ?? Number.NaN) - summarise(row).logSumExp;
						expect(Math.abs((logprobs[i] ?? Number.NaN) - logprob)).toBeLessThan(1e-4);
					}
				},
			),
			{ numRuns: 30 },
		);
	});
});

describe('a tree of tokens', () => {
	/** Tokens with the place of the one before each, from −1 on, and the places that are read. */
	const anyTree = fc
		.array(fc.record({ token: fc.integer({ min: 0, max: 383 }), up: fc.nat(), isRead: fc.boolean() }), {
			minLength: 1,
			maxLength: 16,
		})
		.map(nodes => ({
			tokens: nodes.map(({ token }) => token),
			parents: nodes.map(({ up }, i) => (up % (i + 1)) - 1),
			rows: nodes.flatMap(({ isRead }, i) => (isRead ? [i] : [])),
		}))
		.filter(({ rows }) => rows.length > 0);

	it('gives each token the logits of its own sequence alone', async () => {
		const { decoder } = await open('trees');
		const plain = await open('full-logits');
		const before = fc.array(fc.integer({ min: 0, max: 383 }), { maxLength: 6 });
		await fc.assert(
			fc.asyncProperty(anyTree, before, async ({ tokens, parents, rows }, before) => {
				const { past } =
					before.length === 0 ? { past: null } : await decoder.forward(forward(before, { keepPast: true }));
				const tree = await decoder.forward(forward(tokens, { parents, past, rows }));
				expect(tree.rows).toHaveLength(rows.length);
				for (const [i, at] of rows.entries()) {
					const own: number[] = [];
					for (let on = at; on >= 0; on = parents[on] ?? -1) {
						own.unshift(tokens[on] ?? -1);
					}
					const expected = (await plainRows(plain, [...before, ...own])).at(-1) ?? [];
					expect(largestDifference(tree.rows[i] ?? [], expected)).toBeLessThan(1e-3);
				}
			}),
			{ numRuns: 60 },
		);
	});

	it('is refused where the graph takes chains, and where something of it is to be kept', async () => {
		const tree = forward([1, 2, 3], { parents: [-1, 0, 0], rows: [1, 2] });
		await expect((await open('full-logits')).decoder.forward(tree)).rejects.toThrow('takes chains');
		await expect((await open('trees')).decoder.forward({ ...tree, keepPast: true })).rejects.toThrow('takes chains');
	});
});

function largestDifference(a: VocabularyRow, b: VocabularyRow): number {
	expect(a.length).toBe(b.length);
	return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

it('gives any rows of a chain, in their order', async () => {
	const opened = await open('sentencepiece-like');
	const tokens = [5, 6, 7, 8, 9];
	const expected = await plainRows(opened, tokens);
	for (const rows of [[0], [4], [1, 3], [0, 1, 2, 3, 4]]) {
		const got = await opened.decoder.forward(forward(tokens, { rows }));
		expect(got.rows).toHaveLength(rows.length);
		for (const [i, row] of got.rows.entries()) {
			expect(largestDifference(row, expected[rows[i] ?? -1] ?? [])).toBeLessThan(1e-3);
		}
	}
});

it('says what the runtime says where a forward fails', async () => {
	const { decoder } = await open('full-logits');
	const error = await decoder.forward(forward([99_999], { rows: [0] })).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(Failure);
	expect(error).toMatchObject({ reason: { code: 'engine.forward-failed' } });
});

describe('what a graph is fed', () => {
	const size = 4;
	const layout: DecoderLayout = {
		cache: [{ past: 'past_key_values.0.key', present: 'present.0.key', type: 'float32', heads: 1, size: 1 }],
		attentionMask: true,
		attentionBias: false,
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
		const first = await decoder.forward(forward([7, 8, 9], { keepPast: true }));
		expect(first).toMatchObject({ rows: [], past: { length: 3 } });
		const second = await decoder.forward(forward([1, 2], { past: first.past, rows: [0, 1] }));
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
			attentionBias: false,
			positionIds: false,
			cacheBranch: false,
			keepDims: null,
			vocabularySize: size,
		});
		const { past } = await decoder.forward(forward([1, 2], { keepPast: true }));
		expect(past?.tensors.map(({ type }) => type)).toEqual(['float16']);
		expect(runs[0]?.feeds).toEqual({
			input_ids: { type: 'int64', dims: [1, 2], data: [1n, 2n] },
			'past_key_values.0.key': { type: 'float16', dims: [1, 1, 0, 1], data: [] },
		});
	});

	it('bounds the logits of a graph that computes all rows, and fetches only those asked for', async () => {
		const wide = 16 * 1024 * 1024; // One row is 64 MiB: one token at a time.
		const { runs, decoder } = recorder({ ...layout, keepDims: null, vocabularySize: wide });
		const { rows } = await decoder.forward(forward([1, 2, 3], { rows: [2] }));
		expect(rows.map(row => row.length)).toEqual([wide]);
		expect(runs.map(({ feeds, fetches }) => ({ ids: feeds.input_ids, fetches }))).toMatchObject([
			{ ids: { data: [1n] }, fetches: ['present.0.key'] },
			{ ids: { data: [2n] }, fetches: ['present.0.key'] },
			{ ids: { data: [3n] }, fetches: ['logits'] },
		]);
	});

	it('finds rows in whichever chunk they are', async () => {
		const wide = 8 * 1024 * 1024; // Two tokens at a time.
		const { runs, decoder } = recorder({ ...layout, keepDims: null, vocabularySize: wide });
		const { rows } = await decoder.forward(forward([1, 2, 3, 4, 5], { rows: [0, 3, 4] }));
		// The recorder's logits count on from 0, the second token's are all 0.
		expect(rows.map(row => [row[0], row[1]])).toEqual([
			[0, 1],
			[0, 0],
			[0, 1],
		]);
		expect(runs.map(({ feeds, fetches }) => ({ ids: feeds.input_ids, fetches }))).toMatchObject([
			{ ids: { data: [1n, 2n] }, fetches: ['logits', 'present.0.key'] },
			{ ids: { data: [3n, 4n] }, fetches: ['logits', 'present.0.key'] },
			{ ids: { data: [5n] }, fetches: ['logits'] },
		]);
	});

	it('never cuts a tree, which has no beginning to keep', async () => {
		const wide = 8 * 1024 * 1024; // As a chain it would go two tokens at a time.
		const { runs, decoder } = recorder({ ...layout, attentionBias: true, keepDims: null, vocabularySize: wide });
		const { rows } = await decoder.forward(forward([1, 2, 3, 4], { parents: [-1, 0, -1, 2], rows: [1, 3] }));
		expect(rows).toHaveLength(2);
		expect(runs).toHaveLength(1);
		expect(runs[0]?.feeds.input_ids).toMatchObject({ dims: [1, 4] });
		expect(runs[0]?.feeds.attention_bias).toMatchObject({ dims: [1, 1, 4, 4] });
	});

	it('says who sees whom, with what is read last', async () => {
		const { runs, decoder } = recorder({ ...layout, attentionMask: false, attentionBias: true, cacheBranch: false });
		const { past } = await decoder.forward(forward([9], { keepPast: true }));
		const tree = await decoder.forward(forward([1, 2, 3], { parents: [-1, 0, 0], past, rows: [1] }));
		expect(tree.rows.map(row => [...(row as Float32Array)])).toEqual([[0, 1, 2, 3]]);
		const x = -3.4028234663852886e38;
		expect(runs[1]?.feeds).toMatchObject({
			// The second stands last.
			input_ids: { data: [1n, 3n, 2n] },
			position_ids: { data: [1n, 2n, 2n] },
			attention_bias: { type: 'float32', dims: [1, 1, 3, 4], data: [0, 0, x, x, 0, 0, 0, x, 0, 0, x, 0] },
			num_logits_to_keep: { data: [1n] },
		});
	});
});
