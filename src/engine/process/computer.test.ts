import { describe, expect, it } from 'vitest';
import { plainEnding } from '../../../test/decoderEngine';
import { Failure } from '../../protocol/failure';
import type { ComputeRequest } from '../wire';
import { createComputer } from './computer';
import type { Decoder } from './decoder';
import { type CountingDecoder, historyDecoder, logitsAfter, vocabulary } from './historyDecoder';

const model = { file: 'model.onnx', device: 'cpu' };

type Changes = Partial<Omit<ComputeRequest, 'tokens' | 'parents'>> & { readonly parents?: readonly number[] };

function step(tokens: readonly number[], { parents, ...changes }: Changes = {}): ComputeRequest {
	return {
		tokens: Int32Array.from(tokens),
		parents: parents ? Int32Array.from(parents) : null,
		on: null,
		keep: null,
		forget: [],
		reads: [],
		write: null,
		...changes,
	};
}

const computerOf = (decoder: CountingDecoder = historyDecoder(), ending = async () => plainEnding) =>
	createComputer(decoder, model, ending);

function expected(history: readonly number[], ...tokens: number[]) {
	const row = logitsAfter(history);
	const sum = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
	return {
		logprobs: tokens.map(token => expect.closeTo((row[token] ?? Number.NaN) - sum, 9)),
		argmax: row.indexOf(Math.max(...row)),
	};
}

describe('a step', () => {
	it('reads what is expected after its tokens', async () => {
		const decoder = historyDecoder();
		const reads = [
			{ at: 0, tokens: [3] },
			{ at: 2, tokens: [0, 6, 0] },
		];
		const result = await computerOf(decoder)(step([1, 2, 3], { reads }));
		expect(result.reads).toEqual([expected([1], 3), expected([1, 2, 3], 0, 6, 0)]);
		expect(result.written).toBeNull();
		expect(result.seconds).toBeGreaterThanOrEqual(0);
		expect(decoder.forwards).toMatchObject([{ rows: [0, 2], past: null, keepPast: false }]);
	});

	it('reads a tree along each branch', async () => {
		const tree = { parents: [-1, 0, 0, -1, 2], reads: [1, 3, 4].map(at => ({ at, tokens: [5] })) };
		const { reads } = await computerOf()(step([1, 2, 3, 4, 5], tree));
		expect(reads).toEqual([expected([1, 2], 5), expected([4], 5), expected([1, 3, 5], 5)]);
	});

	it('stands on what is kept, as often as asked', async () => {
		const compute = computerOf();
		const read = (...tokens: number[]) => [{ at: tokens.length - 1, tokens: [0] }];
		expect((await compute(step([1, 2], { keep: 7 }))).reads).toEqual([]);
		expect((await compute(step([3], { on: 7, reads: read(3) }))).reads).toEqual([expected([1, 2, 3], 0)]);
		await compute(step([4], { on: 7, keep: 8 }));
		expect((await compute(step([5, 6], { on: 8, reads: read(5, 6) }))).reads).toEqual([expected([1, 2, 4, 5, 6], 0)]);
		expect((await compute(step([6], { on: 7, reads: read(6) }))).reads).toEqual([expected([1, 2, 6], 0)]);
	});

	it('gives up what is forgotten before it computes, and takes the number anew', async () => {
		const compute = computerOf();
		await compute(step([1], { keep: 0 }));
		await compute(step([2], { keep: 1 }));
		await expect(compute(step([3], { on: 0, forget: [0] }))).rejects.toThrow('no cache is kept under 0');
		const reads = [{ at: 0, tokens: [0] }];
		expect((await compute(step([3], { on: 1, reads }))).reads).toEqual([expected([2, 3], 0)]);
		await compute(step([5], { keep: 0, forget: [1, 99] }));
		expect((await compute(step([3], { on: 0, reads }))).reads).toEqual([expected([5, 3], 0)]);
	});

	it('writes from its end, beside what it reads', async () => {
		const decoder = historyDecoder();
		const write = { maxTokens: 3, until: [] };
		const reads = [{ at: 0, tokens: [1] }];
		const result = await computerOf(decoder)(step([1, 2], { reads, write }));
		expect(result.reads).toEqual([expected([1], 1)]);
		expect(result.written?.tokens).toHaveLength(3);
		expect(result.written?.tokens[0]).toBe(expected([1, 2]).argmax);
		// The end is asked for once, though it may be read too.
		const both = await computerOf(decoder)(step([1, 2], { reads: [{ at: 1, tokens: [1] }], write }));
		expect(both.reads).toEqual([expected([1, 2], 1)]);
		expect(both.written).toEqual(result.written);
		expect(decoder.forwards[0]?.rows).toEqual([0, 1]);
		expect(decoder.forwards[3]?.rows).toEqual([1]);
	});

	it('writes and is kept, each by itself', async () => {
		const compute = computerOf();
		const { written } = await compute(step([1, 2], { keep: 0, write: { maxTokens: 4, until: [] } }));
		expect(written?.tokens).toHaveLength(4);
		const { reads } = await compute(step([3], { on: 0, reads: [{ at: 0, tokens: [0] }] }));
		expect(reads).toEqual([expected([1, 2, 3], 0)]);
	});

	it('asks for a tokenizer where something is written alone', async () => {
		let asked = 0;
		const compute = computerOf(historyDecoder(), async () => {
			asked++;
			return plainEnding;
		});
		await compute(step([1], { reads: [{ at: 0, tokens: [0] }] }));
		expect(asked).toBe(0);
		await compute(step([1], { write: { maxTokens: 1, until: [] } }));
		expect(asked).toBe(1);
	});

	it('gives up each cache for the next while it writes', async () => {
		const caches: WeakRef<object>[] = [];
		const decoder: Decoder = {
			vocabularySize: vocabulary,
			bytesPerToken: 1e7,
			trees: false,
			async forward({ tokens, past }) {
				// As the real one; weak references hold until then.
				await new Promise(setImmediate);
				const after = { length: (past?.length ?? 0) + tokens.length, tensors: [] };
				caches.push(new WeakRef(after));
				return { rows: [Float32Array.of(0, 1, 0)], past: after };
			},
		};
		const write = { maxTokens: 40, until: [] };
		const { written } = await createComputer(decoder, model, async () => plainEnding)(step([1], { write }));
		expect(written?.tokens).toHaveLength(40);
		// A few may be younger than the last collection.
		expect(caches.filter(cache => cache.deref()).length).toBeLessThan(10);
	});
});

describe('a step that cannot be computed', () => {
	const read = { at: 0, tokens: [0] };
	it.each<[string, ComputeRequest, string | RegExp]>([
		['without tokens', step([]), 'at least one token'],
		['whose reads do not ascend', step([1, 2], { reads: [{ ...read, at: 1 }, read] }), 'ascend'],
		['that reads a place twice', step([1, 2], { reads: [read, read] }), 'ascend'],
		['that reads behind its tokens', step([1], { reads: [{ ...read, at: 1 }] }), 'ascend'],
		['that reads in front of its tokens', step([1], { reads: [{ ...read, at: -1 }] }), 'ascend'],
		['with a parent that is itself', step([1, 2], { parents: [-1, 1], reads: [read] }), 'parents'],
		['with a parent behind', step([1, 2], { parents: [1, -1], reads: [read] }), 'parents'],
		['with a parent out of range', step([1, 2], { parents: [-1, -2], reads: [read] }), 'parents'],
		['with fewer parents than tokens', step([1, 2], { parents: [-1], reads: [read] }), 'parents'],
		['on what is not kept', step([1], { on: 3, reads: [read] }), 'no cache is kept under 3'],
		['that writes nothing', step([1], { write: { maxTokens: 0, until: [] } }), 'at least one token'],
	])('is refused: one %s', async (_, request, sentence) => {
		const decoder = historyDecoder();
		await expect(computerOf(decoder)(request)).rejects.toThrow(sentence);
		expect(decoder.forwards).toEqual([]);
	});

	const failing = async (request: ComputeRequest, decoder = historyDecoder()) => {
		const error = await computerOf(decoder)(request).then(
			() => expect.fail('nothing failed'),
			(reason: unknown) => reason,
		);
		return error instanceof Failure ? error.reason : error;
	};

	it('names a token that the model does not have', async () => {
		const outOfRange = (token: number) => ({
			code: 'engine.token-out-of-range',
			params: { token, size: vocabulary, file: 'model.onnx' },
		});
		expect(await failing(step([vocabulary], { reads: [read] }))).toEqual(outOfRange(vocabulary));
		expect(await failing(step([-1], { reads: [read] }))).toEqual(outOfRange(-1));
		expect(await failing(step([0], { reads: [{ at: 0, tokens: [0, vocabulary] }] }))).toEqual(outOfRange(vocabulary));
		expect(await failing(step([0], { reads: [{ at: 0, tokens: [-1] }] }))).toEqual(outOfRange(-1));
	});

	it('does not pass on what is not a number', async () => {
		const overflowing = historyDecoder(() => new Array(vocabulary).fill(Number.NaN));
		const notFinite = { code: 'engine.not-finite', params: model };
		expect(await failing(step([0], { reads: [read] }), overflowing)).toEqual(notFinite);
		expect(await failing(step([0], { write: { maxTokens: 2, until: [] } }), overflowing)).toEqual(notFinite);
	});

	it('leaves what is kept as it was', async () => {
		const compute = computerOf();
		await compute(step([1], { keep: 0 }));
		await expect(compute(step([9], { on: 0, forget: [0] }))).rejects.toThrow();
		const { reads } = await compute(step([2], { on: 0, reads: [read] }));
		expect(reads).toEqual([expected([1, 2], 0)]);
	});
});
