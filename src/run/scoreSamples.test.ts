import { describe, expect, it } from 'vitest';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { Engine } from '../engine/contract';
import type { LoglikelihoodRequest, LoglikelihoodResult } from '../engine/requests';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import type { Asked } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { noCache, type ResponseCache } from './responseCache';
import { scoreSamples } from './scoreSamples';

const inFlight = 2;
const format = { ...presetFormat('mmlu/original'), num_fewshot: 0 };
const tokenizer: Tokenizer = {
	encode: () => [],
	decode: () => '',
	prefix: [],
	bos: null,
	vocabularySize: 0,
	sha256: '',
};

/** Example n: two choices, each a request of its own. */
function example(n: number): Asked {
	const request = (choice: number): LoglikelihoodRequest => ({ context: [n], prefix: 0, continuations: [[choice]] });
	return {
		question: questionOf({ question: `${n}`, choices: ['a', 'b'], answer: 1 }),
		variant: { name: 'v', preset: null, format },
		prompt: { segments: [], continuations: [' A', ' B'] },
		nTokens: 1,
		truncated: false,
		requests: [request(0), request(1)],
		places: [
			{ request: 0, continuation: 0 },
			{ request: 1, continuation: 0 },
		],
	};
}

const resultOf = ({ context, continuations }: LoglikelihoodRequest): LoglikelihoodResult => ({
	continuations: [{ logprob: -1 - (context[0] ?? 0) - (continuations[0]?.[0] ?? 0), greedy: false }],
	argmax: 0,
	computed: 1,
});

/** Answers after a while, one request at a time. */
function fakeEngine(asked: LoglikelihoodRequest[]): Engine {
	let last = Promise.resolve();
	return {
		// Nobody here looks at what it is.
		info: {} as Engine['info'],
		inFlight,
		loglikelihood(request) {
			asked.push(request);
			const mine = last.then(() => new Promise<void>(resolve => setTimeout(resolve, 1)));
			last = mine;
			return mine.then(() => resultOf(request));
		},
		generate: async () => expect.fail('nothing is to be written'),
		dispose() {},
	};
}

describe('scoreSamples', () => {
	it('yields every example once, in order, and prepares no more than the engine has use for', async () => {
		let prepared = 0;
		const examples = (function* () {
			for (; prepared < 20; prepared++) {
				yield example(prepared);
			}
		})();
		const read: number[] = [];
		for await (const { asked, scored } of scoreSamples(examples, fakeEngine([]), tokenizer, noCache, neverCancelled)) {
			read.push(Number(asked.question.question));
			expect(scored.logprobs).toEqual([-read.length, -read.length - 1]);
			expect(prepared).toBeLessThanOrEqual(read.length + inFlight);
		}
		expect(read).toEqual(Array.from({ length: 20 }, (_, i) => i));
	});

	it('asks only for what the cache does not know', async () => {
		const known = new Map([0, 1, 3].map(n => [n, true]));
		const put: LoglikelihoodRequest[] = [];
		const cache: ResponseCache = {
			...noCache,
			loglikelihood: {
				get: request => (known.has(request.context[0] ?? -1) ? resultOf(request) : undefined),
				put: async request => void put.push(request),
			},
		};
		const asked: LoglikelihoodRequest[] = [];
		const read: string[] = [];
		const examples = [0, 1, 2, 3, 4].map(example);
		for await (const sample of scoreSamples(examples, fakeEngine(asked), tokenizer, cache, neverCancelled)) {
			read.push(sample.asked.question.question);
		}
		expect(read).toEqual(['0', '1', '2', '3', '4']);
		expect(asked.map(request => request.context[0])).toEqual([2, 2, 4, 4]);
		expect(put).toHaveLength(4);
	});

	it('stops where it is cancelled, even if the cache answers everything', async () => {
		const cache: ResponseCache = { ...noCache, loglikelihood: { get: resultOf, put: async () => {} } };
		const source = new CancellationSource();
		let read = 0;
		const reading = (async () => {
			const examples = Array.from({ length: 1000 }, (_, n) => example(n));
			for await (const _ of scoreSamples(examples, fakeEngine([]), tokenizer, cache, source.token)) {
				if (++read === 3) {
					source.cancel();
				}
			}
		})();
		await expect(reading).rejects.toBeInstanceOf(Cancelled);
		expect(read).toBeLessThan(10);
	});
});
