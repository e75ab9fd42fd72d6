import { describe, expect, it } from 'vitest';
import { decoderEngine } from '../../test/decoderEngine';
import { presetFormat, questionOf } from '../../test/resolvedEvaluation';
import type { StepTime } from '../engine/planning/costModel';
import { historyDecoder, logitsAfter, vocabulary } from '../engine/process/historyDecoder';
import type { LoglikelihoodRequest, LoglikelihoodResult } from '../engine/requests';
import type { ComputeRequest } from '../engine/wire';
import { neverCancelled } from '../protocol/cancellation';
import type { Asked } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { noCache, type ResponseCache } from './responseCache';
import { requestsOf, type SampleRequests } from './sampleRequests';
import { type ScoredSample, type ScoreOptions, scoredFromCache, scoreSamples } from './scoreSamples';

const format = { ...presetFormat('mmlu/original'), num_fewshot: 0 };
const tokenizer: Tokenizer = {
	encode: () => [],
	decode: () => '',
	prefix: [],
	bos: null,
	vocabularySize: 0,
	sha256: '',
};

const contextOf = (n: number) => [Math.floor(n / vocabulary), n % vocabulary];

/** Example n: two choices, each a request of its own. */
function example(n: number): Asked {
	const request = (choice: number): LoglikelihoodRequest => ({
		context: contextOf(n),
		prefix: 0,
		continuations: [[choice]],
	});
	return {
		question: questionOf({ question: `${n}`, choices: ['a', 'b'], answer: 1 }),
		variant: { name: 'v', preset: null, format },
		prompt: { segments: [], continuations: [' A', ' B'] },
		nTokens: 2,
		truncated: false,
		requests: [request(0), request(1)],
		places: [
			{ request: 0, continuation: 0 },
			{ request: 1, continuation: 0 },
		],
	};
}

const examples = (count: number) => Array.from({ length: count }, (_, n) => example(n));

/** What the engine has to find for example n. */
function logprobs(n: number): number[] {
	const row = logitsAfter(contextOf(n));
	const sum = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
	return [0, 1].map(choice => (row[choice] ?? Number.NaN) - sum);
}

const numberOf = ({ asked }: ScoredSample) => Number(asked.question.question);

/** Works through everything; `steps` are what the engine was asked, each a token's. */
async function scoreAll(requests: SampleRequests, options: Partial<ScoreOptions> = {}) {
	const steps: ComputeRequest[] = [];
	const samples: ScoredSample[] = [];
	const settings = { pieceTokens: 1, trees: false };
	const engine = decoderEngine(historyDecoder(), { settings, onCompute: step => void steps.push(step) });
	const all = { cache: noCache, token: neverCancelled, ...options };
	for await (const sample of scoreSamples(requests, engine.plan(requests.trie), engine, tokenizer, all)) {
		if (sample.kind === 'failed') {
			return expect.fail('a sample that failed');
		}
		samples.push(sample);
		// One more waits than the one that is computed, however slowly they are read.
		expect(steps.filter(({ reads }) => reads.length > 0).length).toBeLessThanOrEqual(samples.length + 2);
		await new Promise(resolve => setImmediate(resolve));
	}
	return { steps, samples };
}

describe('scoreSamples', () => {
	it('yields every sample once, and has the engine compute no more than it has use for', async () => {
		const { samples } = await scoreAll(requestsOf(examples(20)));
		expect(samples.map(numberOf).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
		for (const sample of samples) {
			expect(sample.scored.logprobs).toEqual(logprobs(numberOf(sample)).map(value => expect.closeTo(value, 9)));
		}
	});

	it('yields a sample as soon as the last of its requests is answered', async () => {
		// The second asks of the same places as the first and the third together.
		const [first, third] = [example(0), example(40)];
		const second = { ...example(1), requests: [...first.requests.slice(0, 1), ...third.requests.slice(1)] };
		const { samples } = await scoreAll(requestsOf([first, second, third]));
		expect(samples[0]?.asked).toBe(first);
		expect(samples.map(({ asked }) => asked)).toContain(second);
		expect(samples.find(({ asked }) => asked === second)?.scored.logprobs).toEqual(
			[logprobs(0)[0], logprobs(40)[1]].map(value => expect.closeTo(value ?? Number.NaN, 9)),
		);
	});

	it('asks anew for a prompt when its sample is answered, and no earlier', async () => {
		const requests = requestsOf(examples(20));
		let asked = 0;
		const counting = requests.samples.map(sample => ({
			...sample,
			ask() {
				asked++;
				return sample.ask();
			},
		}));
		let read = 0;
		const engine = decoderEngine(historyDecoder());
		const plan = engine.plan(requests.trie);
		const options = { cache: noCache, token: neverCancelled };
		for await (const _ of scoreSamples({ ...requests, samples: counting }, plan, engine, tokenizer, options)) {
			expect(asked).toBe(++read);
		}
		expect(read).toBe(20);
	});

	it('computes only what is wanted, and hands every answer to the cache', async () => {
		const put: [LoglikelihoodRequest, LoglikelihoodResult][] = [];
		const cache: ResponseCache = {
			...noCache,
			loglikelihood: { get: () => undefined, put: async (...entry) => void put.push(entry) },
		};
		const times: StepTime[] = [];
		const known = new Set(['0', '1', '3']);
		const { samples } = await scoreAll(requestsOf(examples(5)), {
			cache,
			isDone: ({ question }) => known.has(question.question),
			onStep: time => void times.push(time),
		});
		expect(samples.map(numberOf)).toEqual([2, 4]);
		expect(put.map(([{ context, continuations }]) => [context, continuations])).toEqual(
			[2, 4].flatMap(n => [0, 1].map(choice => [contextOf(n), [[choice]]])),
		);
		for (const [{ context, continuations }, result] of put) {
			const expected = logprobs(context[1] ?? -1)[continuations[0]?.[0] ?? -1];
			expect(result.continuations).toMatchObject([{ logprob: expect.closeTo(expected ?? Number.NaN, 9) }]);
		}
		expect(times.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(4);
	});
});

describe('scoredFromCache', () => {
	const cacheOf = (knows: (request: LoglikelihoodRequest) => boolean): ResponseCache => ({
		...noCache,
		loglikelihood: {
			get: request =>
				knows(request)
					? {
							continuations: request.continuations.map(([token = 0]) => ({ logprob: -1 - token, greedy: false })),
							argmax: 0,
						}
					: undefined,
			put: async () => {},
		},
	});

	it('scores a sample without an engine where all of it is known', () => {
		expect(
			scoredFromCache(
				example(3),
				cacheOf(() => true),
				tokenizer,
			)?.logprobs,
		).toEqual([-1, -2]);
	});

	it('knows nothing of a sample where one of its answers is not known', () => {
		expect(
			scoredFromCache(
				example(3),
				cacheOf(({ continuations }) => continuations[0]?.[0] === 0),
				tokenizer,
			),
		).toBeNull();
		expect(scoredFromCache(example(3), noCache, tokenizer)).toBeNull();
		const written = { ...example(3), generation: { context: [1], prefix: 0, maxTokens: 1, until: [] } };
		expect(
			scoredFromCache(
				written,
				cacheOf(() => true),
				tokenizer,
			),
		).toBeNull();
	});
});
