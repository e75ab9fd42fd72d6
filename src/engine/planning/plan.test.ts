import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createComputer } from '../process/computer';
import { historyDecoder, logitsAfter, vocabulary } from '../process/historyDecoder';
import type { Answer, GenerateRequest, LoglikelihoodRequest, QuestionRequests } from '../requests';
import type { ComputeRequest } from '../wire';
import type { Plan, PlanSettings } from './plan';
import { planRequests } from './planRequests';
import { RequestTrie } from './requestTrie';
import { workThrough } from './workThrough';

const decode = (tokens: readonly number[]) => tokens.join(' ');
const neverCancelled = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };

const defaults: PlanSettings = {
	chunking: 'shared',
	trees: true,
	pieceTokens: 8,
	longestPiece: 16,
	cacheBytesPerToken: 4,
	cacheBudget: 1000,
};

function trieOf(questions: readonly QuestionRequests[]): RequestTrie {
	const trie = new RequestTrie();
	for (const question of questions) {
		trie.add(question);
	}
	return trie;
}

/** What each request gets, and what went through the model. */
async function work(plan: Plan, isDone: (request: number) => boolean = () => false) {
	const decoder = { ...historyDecoder(), trees: plan.settings.trees };
	const compute = createComputer(decoder, { file: 'model.onnx', device: 'cpu' }, async () => ({
		decode,
		endOfText: new Set([0]),
	}));
	const asked: ComputeRequest[] = [];
	const answers = new Map<number, Answer>();
	let last: Promise<unknown> = Promise.resolve();
	const recorded = (request: ComputeRequest) => {
		asked.push(request);
		// One after the other, as the engine process does.
		const result = last.then(() => compute(request));
		last = result;
		return result;
	};
	for await (const answer of workThrough(plan, recorded, { isDone, token: neverCancelled })) {
		expect(answers.has(answer.request)).toBe(false);
		answers.set(answer.request, answer);
	}
	return { asked, answers };
}

/** The definition, one token at a time. */
function naiveScore({ context, continuations }: LoglikelihoodRequest) {
	const greatest = (row: readonly number[]) => row.indexOf(Math.max(...row));
	return {
		argmax: greatest(logitsAfter(context)),
		continuations: continuations.map(tokens => {
			let logprob = 0;
			let greedy = true;
			for (const [i, token] of tokens.entries()) {
				const row = logitsAfter([...context, ...tokens.slice(0, i)]);
				logprob += (row[token] ?? 0) - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
				greedy &&= token === greatest(row);
			}
			return { logprob, greedy };
		}),
	};
}

function naiveTokens({ context, maxTokens }: GenerateRequest): number[] {
	const tokens: number[] = [];
	while (tokens.length < maxTokens && tokens.at(-1) !== 0) {
		const row = logitsAfter([...context, ...tokens]);
		tokens.push(row.indexOf(Math.max(...row)));
	}
	return tokens;
}

const token = fc.integer({ min: 0, max: vocabulary - 1 });
// Few tokens and common beginnings, so that much is shared.
const beginning = fc.constantFrom([], [1, 2, 3, 4, 5, 6, 1, 2], [1, 2, 3], [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
const context = fc.tuple(beginning, fc.array(token, { minLength: 1, maxLength: 6 })).map(parts => parts.flat());
const cut = fc.nat();
const scored = fc
	.record({
		context,
		continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
		cut,
	})
	.map(({ context, continuations, cut }) => ({ context, continuations, prefix: cut % context.length }));
const written = fc
	.record({ context, maxTokens: fc.integer({ min: 1, max: 4 }), cut })
	.map(({ context, maxTokens, cut }) => ({ context, maxTokens, until: [], prefix: cut % context.length }));
const question: fc.Arbitrary<QuestionRequests> = fc
	.record({ requests: fc.array(scored, { maxLength: 3 }), generation: fc.option(written, { nil: undefined, freq: 6 }) })
	.filter(({ requests, generation }) => requests.length > 0 || generation !== undefined);
const questions = fc.array(question, { minLength: 1, maxLength: 12 });
const anySettings: fc.Arbitrary<PlanSettings> = fc.record({
	chunking: fc.constantFrom('shared', 'shared', 'fixed', 'whole'),
	trees: fc.boolean(),
	pieceTokens: fc.integer({ min: 1, max: 24 }),
	longestPiece: fc.integer({ min: 1, max: 24 }),
	cacheBytesPerToken: fc.constant(4),
	cacheBudget: fc.constantFrom(0, 40, 80, 10_000),
});

describe('a plan', () => {
	it('gives every request the answer of its definition, however it is cut', async () => {
		await fc.assert(
			fc.asyncProperty(questions, anySettings, async (asked, settings) => {
				const plan = planRequests(trieOf(asked), settings);
				const { answers, asked: steps } = await work(plan);
				let id = 0;
				for (const { requests, generation } of asked) {
					for (const request of requests) {
						const answer = answers.get(id++);
						const expected = naiveScore(request);
						expect(answer?.kind === 'scored' && answer.result.argmax).toBe(expected.argmax);
						for (const [i, { logprob, greedy }] of expected.continuations.entries()) {
							const got = answer?.kind === 'scored' ? answer.result.continuations[i] : undefined;
							expect(got?.logprob).toBeCloseTo(logprob, 9);
							expect(got?.greedy).toBe(greedy);
						}
					}
					if (generation) {
						const answer = answers.get(id++);
						expect(answer?.kind === 'written' && answer.result.tokens).toEqual(naiveTokens(generation));
					}
				}
				expect(answers.size).toBe(id);
				expect(steps.reduce((sum, { tokens }) => sum + tokens.length, 0)).toBe(plan.counts.planned);
				for (const { tokens, parents } of steps) {
					expect(parents === null || settings.trees).toBe(true);
					if (settings.chunking !== 'whole' && parents === null) {
						expect(tokens.length).toBeLessThanOrEqual(Math.max(settings.longestPiece, settings.pieceTokens));
					}
					// A tree is not cut: what it begins with is short, or kept.
					expect(parents === null || tokens.length <= settings.longestPiece + 2 * settings.pieceTokens).toBe(true);
				}
			}),
			{ numRuns: 400 },
		);
	});

	it('leaves out what answers that are not wanted need, and computes the rest as before', async () => {
		await fc.assert(
			fc.asyncProperty(questions, anySettings, fc.func(fc.boolean()), async (asked, settings, done) => {
				const plan = planRequests(trieOf(asked), settings);
				const whole = await work(plan);
				const isDone = (request: number) => done(request);
				const rest = await work(plan, isDone);
				for (const [request, answer] of whole.answers) {
					expect(rest.answers.get(request)).toEqual(isDone(request) ? undefined : answer);
				}
				const pieces = new Set(whole.asked.map(({ forget: _, ...piece }) => JSON.stringify(piece)));
				for (const { forget: _, ...piece } of rest.asked) {
					expect(pieces).toContain(JSON.stringify(piece));
				}
			}),
			{ numRuns: 200 },
		);
	});

	it('keeps no more than its budget, where no beginning is longer than a piece', () => {
		fc.assert(
			fc.property(questions, anySettings, (asked, settings) => {
				const plan = planRequests(trieOf(asked), { ...settings, chunking: 'shared', longestPiece: 24 });
				expect(plan.cacheBytes).toBeLessThanOrEqual(settings.cacheBudget);
			}),
		);
	});

	it('keeps a beginning that is longer than a piece, since its parts would be kept anyway', () => {
		const shots = Array.from({ length: 20 }, (_, i) => i % vocabulary);
		const asked = [1, 2, 3, 4, 5, 6].map(i => ({
			requests: [{ context: [...shots, i, i, i], prefix: 20, continuations: [[1]] }],
		}));
		const planned = (longestPiece: number) =>
			planRequests(trieOf(asked), { ...defaults, longestPiece, cacheBudget: 0 }).counts.planned;
		expect(planned(16)).toBe(20 + 6 * 3);
		expect(planned(32)).toBeGreaterThan(2 * 20);
	});

	it('does not depend on other prompts where prompts are cut by themselves', async () => {
		await fc.assert(
			fc.asyncProperty(scored, questions, async (request, others) => {
				const settings: PlanSettings = { ...defaults, chunking: 'fixed', trees: false };
				const chunks = async (asked: readonly QuestionRequests[]) => {
					const trie = trieOf(asked);
					const { asked: steps } = await work(planRequests(trie, settings), id => id !== trie.places.length - 1);
					return steps.map(({ tokens, on }) => [Array.from(tokens), on === null]);
				};
				const own = { requests: [request] };
				expect(await chunks([...others, own])).toEqual(await chunks([own]));
			}),
			{ numRuns: 1000 },
		);
	});

	it('computes what is shared once', () => {
		const shots = Array.from({ length: 100 }, (_, i) => i % vocabulary);
		const asked = Array.from({ length: 40 }, (_, i) => ({
			requests: [{ context: [...shots, 1, i % 7, (i >> 2) % 7, i % 5], prefix: 100, continuations: [[1], [2]] }],
		}));
		const { counts, steps } = planRequests(trieOf(asked), { ...defaults, longestPiece: 200, cacheBudget: 1e6 });
		expect(counts.naive).toBe(40 * 2 * 104);
		expect(counts.oneRequest).toBe(40 * 104);
		expect(counts.planned).toBeLessThan(1.1 * counts.distinct);
		expect(steps[0]).toMatchObject({ on: null, depth: 0, keep: 0 });
		expect(steps[0]?.tokens.length).toBeGreaterThanOrEqual(100);
	});
});

describe('token counts', () => {
	it('equal those of plain sets of beginnings', () => {
		fc.assert(
			fc.property(questions, asked => {
				const sequences = asked.map(({ requests, generation }) => [
					...requests.flatMap(({ context, continuations }) =>
						continuations.map(tokens => [...context, ...tokens.slice(0, -1)]),
					),
					...(generation ? [generation.context] : []),
				]);
				const beginnings = (of: readonly (readonly number[])[]) =>
					new Set(of.flatMap(sequence => sequence.map((_, i) => sequence.slice(0, i + 1).join()))).size;
				expect(trieOf(asked).counts).toEqual({
					naive: sequences.flat().reduce((sum, { length }) => sum + length, 0),
					oneRequest: sequences.reduce((sum, of) => sum + beginnings(of), 0),
					distinct: beginnings(sequences.flat()),
				});
			}),
		);
	});
});
