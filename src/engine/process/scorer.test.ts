import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../protocol/failure';
import type { LoglikelihoodRequest, LoglikelihoodResult } from '../contract';
import { createContextReader } from './contextReader';
import { type CountingDecoder, historyDecoder, logitsAfter, vocabulary } from './historyDecoder';
import { createScorer } from './scorer';

const model = { file: 'model.onnx', device: 'cpu' };
const scorerOf = (decoder: CountingDecoder) => createScorer(decoder, createContextReader(decoder, model), model);

/** The definition, one token at a time. */
function naive({ context, continuations }: LoglikelihoodRequest): Omit<LoglikelihoodResult, 'computed'> {
	const argmaxAfter = (history: readonly number[]) => {
		const row = logitsAfter(history);
		return row.indexOf(Math.max(...row));
	};
	return {
		argmax: argmaxAfter(context),
		continuations: continuations.map(tokens => {
			let logprob = 0;
			let greedy = true;
			for (const [i, token] of tokens.entries()) {
				const history = [...context, ...tokens.slice(0, i)];
				const row = logitsAfter(history);
				logprob += (row[token] ?? 0) - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
				greedy &&= token === argmaxAfter(history);
			}
			return { logprob, greedy };
		}),
	};
}

const token = fc.integer({ min: 0, max: vocabulary - 1 });
const anyRequest = fc
	.record({
		context: fc.array(token, { minLength: 1, maxLength: 8 }),
		continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
		at: fc.nat(),
	})
	.map(
		({ context, continuations, at }): LoglikelihoodRequest => ({ context, continuations, prefix: at % context.length }),
	);

describe('scoring', () => {
	it('equals the definition for any requests, in any order, whatever prefixes they share', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(anyRequest, { minLength: 1, maxLength: 6 }), async requests => {
				const decoder = historyDecoder();
				const scorer = scorerOf(decoder);
				for (const request of requests) {
					const before = decoder.forwards.length;
					const { computed, ...result } = await scorer.score(request);
					const expected = naive(request);
					expect(result.argmax).toBe(expected.argmax);
					expect(result.continuations.map(({ greedy }) => greedy)).toEqual(
						expected.continuations.map(({ greedy }) => greedy),
					);
					for (const [i, { logprob }] of result.continuations.entries()) {
						expect(logprob).toBeCloseTo(expected.continuations[i]?.logprob ?? Number.NaN, 9);
					}
					const fed = decoder.forwards.slice(before).map(({ tokens }) => tokens.length);
					expect(computed).toBe(fed.reduce((sum, length) => sum + length, 0));
				}
			}),
			{ numRuns: 200 },
		);
	});

	it('takes one forward where every continuation is one token', async () => {
		const decoder = historyDecoder();
		const { computed } = await scorerOf(decoder).score({
			context: [1, 2, 3],
			prefix: 0,
			continuations: [[0], [1], [2], [1]],
		});
		expect(computed).toBe(3);
		expect(decoder.forwards).toEqual([{ tokens: [1, 2, 3], past: null, rows: 1, keepPast: false }]);
	});

	it('feeds longer continuations without their last token, and those that begin others not at all', async () => {
		const decoder = historyDecoder();
		const { computed } = await scorerOf(decoder).score({
			context: [1, 2, 3],
			prefix: 0,
			continuations: [[4, 5], [4, 5, 6, 0], [2], [4, 5, 6, 0], [4]],
		});
		expect(decoder.forwards.map(({ tokens, rows }) => ({ tokens, rows }))).toEqual([
			{ tokens: [1, 2, 3], rows: 1 },
			{ tokens: [4, 5, 6], rows: 3 },
		]);
		expect(computed).toBe(6);
	});
});

describe('the prefix', () => {
	const asked = async (requests: readonly Pick<LoglikelihoodRequest, 'context' | 'prefix'>[]) => {
		const decoder = historyDecoder();
		const scorer = scorerOf(decoder);
		const computed: number[] = [];
		for (const request of requests) {
			computed.push((await scorer.score({ ...request, continuations: [[0]] })).computed);
		}
		return { computed, fed: decoder.forwards.map(({ tokens }) => tokens) };
	};

	it('is computed once for the requests that share it', async () => {
		const { computed, fed } = await asked([
			{ context: [1, 2, 3, 4], prefix: 3 },
			{ context: [1, 2, 3, 5, 6], prefix: 3 },
			{ context: [1, 2, 3, 4], prefix: 3 },
		]);
		expect(computed).toEqual([4, 2, 1]);
		expect(fed).toEqual([[1, 2, 3], [4], [5, 6], [4]]);
	});

	it('is kept over requests without one', async () => {
		const { computed } = await asked([
			{ context: [1, 2, 3], prefix: 2 },
			{ context: [5, 6], prefix: 0 },
			{ context: [1, 2, 4], prefix: 2 },
		]);
		expect(computed).toEqual([3, 2, 1]);
	});

	it('is cut where the request says, so that the chunks do not depend on what came before', async () => {
		const { fed } = await asked([
			{ context: [1, 2, 3, 4], prefix: 2 },
			{ context: [1, 2, 3, 5], prefix: 3 },
			{ context: [1, 2, 6], prefix: 2 },
		]);
		expect(fed).toEqual([[1, 2], [3, 4], [1, 2, 3], [5], [1, 2], [6]]);
	});
});

describe('faults', () => {
	const failing = async (request: LoglikelihoodRequest, decoder = historyDecoder()) => {
		const error = await scorerOf(decoder)
			.score(request)
			.then(
				() => expect.fail('nothing failed'),
				(reason: unknown) => reason,
			);
		return error instanceof Failure ? error.reason.code : error;
	};

	it('names a token that the model does not have', async () => {
		expect(await failing({ context: [vocabulary], prefix: 0, continuations: [[0]] })).toBe('engine.token-out-of-range');
		expect(await failing({ context: [0], prefix: 0, continuations: [[0, -1]] })).toBe('engine.token-out-of-range');
	});

	it('does not pass on what is not a number', async () => {
		const overflowing = historyDecoder(() => new Array(vocabulary).fill(Number.NaN));
		expect(await failing({ context: [0], prefix: 0, continuations: [[0]] }, overflowing)).toBe('engine.not-finite');
	});

	it.each([
		{ context: [], prefix: 0, continuations: [[0]] },
		{ context: [0, 1], prefix: 2, continuations: [[0]] },
		{ context: [0], prefix: 0, continuations: [[]] },
	])('refuses %j', async request => {
		expect(await failing(request)).toBeInstanceOf(Error);
	});
});
