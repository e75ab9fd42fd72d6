import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decoderEngine } from '../../../test/decoderEngine';
import {
	inventedLogits,
	inventedModel,
	inventedTokenizer,
	inventedVocabulary,
	ranked,
} from '../../../test/servers/standIns/inventedModel';
import {
	answersOf,
	type Kind,
	kindNames,
	kinds,
	type OpenedEngine,
	openOn,
	running,
	trieOf,
} from '../../../test/servers/standIns/openOn';
import type { StandIn } from '../../../test/servers/standIns/serve';
import { neverCancelled } from '../../protocol/cancellation';
import { historyDecoder } from '../process/historyDecoder';
import type { Answer, LoglikelihoodRequest, QuestionRequests } from '../requests';

const model = inventedModel();
const { tokenizer } = model;

const local = decoderEngine(
	{ ...historyDecoder(history => inventedLogits(history)), vocabularySize: inventedVocabulary.length },
	{ ending: { decode: tokenizer.decode, endOfText: new Set([model.eos]) } },
);

async function localAnswers(questions: readonly QuestionRequests[]): Promise<Map<number, Answer>> {
	const answers = new Map<number, Answer>();
	const plan = local.plan(trieOf(questions));
	for await (const answer of local.work(plan, { isDone: () => false, token: neverCancelled })) {
		answers.set(answer.request, answer);
	}
	return answers;
}

/** Whether a text is read as the tokens that it was written from. */
function survivesAsText(ids: readonly number[]): boolean {
	const read = tokenizer.encode(tokenizer.decode(ids));
	return read.length === ids.length && read.every((id, i) => id === ids[i]);
}

/** What a kind of server may be asked: tokens that it tells of, and, as text, those that survive it. */
function continuationOf(kind: Kind, context: readonly number[], ranks: readonly number[]): number[] {
	const tokens: number[] = [];
	for (const rank of ranks.slice(0, kind.several ? 4 : 1)) {
		const history = [...context, ...tokens];
		const told = ranked(model, history).slice(0, kind.top ?? inventedVocabulary.length);
		const possible = told.filter(
			({ token, text }) => text !== '\ufffd' && (kind.prompts === 'ids' || survivesAsText([...history, token])),
		);
		const chosen = possible[rank % Math.max(1, possible.length)];
		if (!chosen) {
			break;
		}
		tokens.push(chosen.token);
	}
	return tokens;
}

const beginning = fc.constantFrom('', 'Answer: the', ' qu in th\n', 'Answer: the question\nA 12\n\nB 3');
const words = fc.array(fc.constantFrom(...inventedVocabulary.slice(4)), { minLength: 1, maxLength: 6 });
const asked = fc.record({
	beginning,
	words,
	ids: fc.array(fc.integer({ min: 2, max: inventedVocabulary.length - 1 }), { maxLength: 4 }),
	continuations: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
	cut: fc.nat(),
	writes: fc.option(
		fc.record({
			maxTokens: fc.integer({ min: 1, max: 5 }),
			until: fc.array(fc.constantFrom('e', '\n', 'th', '.', '1', ' A'), { maxLength: 3 }),
		}),
		{ nil: undefined, freq: 3 },
	),
});

function questionOf(
	kind: Kind,
	{ beginning, words, ids, continuations, cut, writes }: ArbitraryQuestion,
): QuestionRequests {
	const text = tokenizer.encode(beginning + words.join(''));
	// Of ids, any may follow each other; of a text, those alone that its tokenizer gives.
	const context = [model.bos, ...text, ...(kind.prompts === 'ids' ? ids : [])];
	const prefix = cut % context.length;
	const requests: LoglikelihoodRequest[] = [
		{
			context,
			prefix,
			continuations: continuations
				.map(ranks => continuationOf(kind, context, ranks))
				.filter(({ length }) => length > 0),
		},
	].filter(request => request.continuations.length > 0);
	const generation = writes && { context, prefix, ...writes, until: [...new Set(writes.until)] };
	return { requests, generation };
}
type ArbitraryQuestion = typeof asked extends fc.Arbitrary<infer T> ? T : never;

function expectSame(got: Answer | undefined, expected: Answer | undefined, kind: Kind): void {
	if (expected?.kind === 'written') {
		const result = got?.kind === 'written' ? got.result : null;
		expect(result?.text).toBe(expected.result.text);
		expect(result?.ended === 'length').toBe(expected.result.ended === 'length');
		if (kind.tellsIds) {
			expect(result?.tokens).toEqual(expected.result.tokens);
		}
		return;
	}
	expect(got?.kind).toBe('scored');
	const result = got?.kind === 'scored' ? got.result : null;
	const truth = expected?.kind === 'scored' ? expected.result : null;
	for (const [i, continuation] of truth?.continuations.entries() ?? []) {
		expect(result?.continuations[i]?.logprob).toBeCloseTo(continuation.logprob, 9);
		expect(result?.continuations[i]?.greedy).toBe(continuation.greedy);
	}
	expect(result?.continuations.length).toBe(truth?.continuations.length);
	const isKnown = truth !== null && (kind.tellsIds || inventedVocabulary[truth.argmax] !== '\ufffd');
	if (isKnown) {
		expect(result?.argmax).toBe(truth.argmax);
	}
}

describe.each(kindNames)('%s', name => {
	const kind: Kind = kinds[name];
	let server: StandIn;
	let engine: OpenedEngine;
	beforeAll(async () => {
		server = await running(kind.answer);
		engine = await openOn(server.url);
	});
	afterAll(() => server.close());

	it('gives the answers that this computer gives', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 6 }), async arbitrary => {
				const questions = arbitrary
					.map(one => questionOf(kind, one))
					.filter(({ requests, generation }) => requests.length > 0 || generation);
				fc.pre(questions.length > 0);
				const expected = await localAnswers(questions);
				const answers = await answersOf(engine, trieOf(questions));
				expect(answers.size).toBe(expected.size);
				for (const [request, answer] of answers) {
					expectSame(answer, expected.get(request), kind);
				}
			}),
			{ numRuns: 40 },
		);
	});

	it('is found to be good, and its prompts are sent as they can be', async () => {
		const context = [model.bos, ...tokenizer.encode('Answer: the question\nAnswer:')];
		const labels = ranked(model, context).filter(({ text }) => text.length === 1 && text !== '\ufffd');
		const continuations = labels.slice(0, 2).map(({ token }) => [token]);
		const { record, notes } = await engine.probe(
			engine.plan(trieOf([{ requests: [{ context, prefix: 3, continuations }] }])),
			neverCancelled,
		);
		expect(record).toMatchObject({ repeat_difference: 0, canary: { tokens: context.length } });
		expect(record.tokens).not.toBe('not told');
		expect(notes).toEqual([]);
		expect(engine.route.prompts).toBe(kind.prompts);
		const told = engine.route.next === 'any' ? null : engine.route.next.top;
		expect(told === null).toBe(kind.top === null);
	});

	if (!kind.several) {
		it('refuses answers of several tokens', () => {
			const questions = [{ requests: [{ context: [0, 5, 6], prefix: 0, continuations: [[7, 8]] }] }];
			expect(() => engine.plan(trieOf(questions))).toThrow(
				expect.objectContaining({ reason: expect.objectContaining({ code: 'endpoint.one-token-only' }) }),
			);
		});
	}
});

describe('an invented model', () => {
	it('has a tokenizer whose texts and ids agree where they can', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...inventedVocabulary.slice(4))), pieces => {
				const text = pieces.join('');
				expect(inventedTokenizer().decode(inventedTokenizer().encode(text))).toBe(text);
			}),
		);
	});
});
