import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Behaviour, fields } from '../../../test/servers/standIns/behaviour';
import { inventedModel, inventedVocabulary, logSoftmax } from '../../../test/servers/standIns/inventedModel';
import { llamaCpp } from '../../../test/servers/standIns/llamaCpp';
import { openAi } from '../../../test/servers/standIns/openAi';
import { answersOf, openOn, running, trieOf } from '../../../test/servers/standIns/openOn';
import { type Exchange, json, type Reply, type ServeOptions, type StandIn } from '../../../test/servers/standIns/serve';
import { vllm } from '../../../test/servers/standIns/vllm';
import { systemClock } from '../../hub/retry';
import { CancellationSource, Cancelled, neverCancelled } from '../../protocol/cancellation';
import { commonLength } from '../../tokenizer/commonLength';
import type { QuestionRequests } from '../requests';
import { adaptiveConcurrency } from './concurrency';
import { type Ask, asksLeft, planAsks, tokensTo } from './endpointPlan';
import type { Route } from './route';

const model = inventedModel();
const { tokenizer } = model;

const opened: StandIn[] = [];
afterEach(async () => {
	await Promise.all(opened.splice(0).map(server => server.close()));
});

async function start(
	answer: (serving: Behaviour) => (exchange: Exchange) => Reply = serving => vllm(serving, { cachedTokens: true }),
	options: ServeOptions = {},
) {
	const server = await running(answer, {}, options);
	opened.push(server);
	const engine = await openOn(server.url);
	const before = server.prompts.length;
	return { server, engine, sent: () => server.prompts.slice(before) };
}

const promptOf = ({ body }: Exchange): number[] => {
	const { prompt } = fields(body);
	return Array.isArray(prompt) ? prompt : [];
};

function questionsOf(count: number): QuestionRequests[] {
	return Array.from({ length: count }, (_, i) => ({
		requests: [
			{
				context: [0, ...tokenizer.encode(`Answer: the ${'abc'[i % 3]}${'th in '.repeat(20)}${i}?`)],
				prefix: 1,
				continuations: [[20], [21]],
			},
		],
	}));
}

const token = fc.integer({ min: 4, max: 9 });
const beginning = fc.constantFrom([], [5, 6, 7, 8, 9, 5, 6], [5, 6, 7], [4, 4, 4, 4, 4]);
const context = fc.tuple(beginning, fc.array(token, { minLength: 1, maxLength: 5 })).map(parts => parts.flat());
const question: fc.Arbitrary<QuestionRequests> = fc.record({
	requests: fc.array(
		fc.record({
			context,
			prefix: fc.constant(0),
			continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
		}),
		{ minLength: 1, maxLength: 3 },
	),
	generation: fc.option(
		fc.record({ context, prefix: fc.constant(0), maxTokens: fc.constant(2), until: fc.constant([]) }),
		{
			nil: undefined,
			freq: 4,
		},
	),
});
const questions = fc.array(question, { minLength: 1, maxLength: 10 });

const unused = () => Promise.reject(new Error('not asked'));
const byToken: Route = { name: 'by token', prompts: 'ids', next: 'any', after: unused };
const byEcho: Route = { ...byToken, next: { top: 5 }, within: unused };

/** What a server is sent. */
const sequenceOf = (ask: Ask) => (ask.kind === 'within' ? [...tokensTo(ask.node), ask.last] : tokensTo(ask.node));

describe('a plan for a server', () => {
	it('asks for every token once, neighbours sharing what can be shared', () => {
		fc.assert(
			fc.property(questions, asked => {
				const { asks } = planAsks(trieOf(asked), byToken, 'host');
				const sequences = asks.filter(({ kind }) => kind === 'next').map(ask => sequenceOf(ask).join());
				const needed = asked.flatMap(({ requests }) =>
					requests.flatMap(({ context, continuations }) =>
						continuations.flatMap(tokens => tokens.map((_, i) => [...context, ...tokens.slice(0, i)].join())),
					),
				);
				expect([...sequences].sort()).toEqual([...new Set(needed)].sort());
				// Depth first: once a beginning was left, it does not come back.
				const all = asks.map(sequenceOf);
				for (const [i, sequence] of all.entries()) {
					const shared = commonLength(sequence, all[i - 1] ?? []);
					for (const earlier of all.slice(0, Math.max(0, i - 1))) {
						expect(commonLength(sequence, earlier)).toBeLessThanOrEqual(shared);
					}
				}
			}),
		);
	});

	it('counts what a cache of what neighbours share cannot spare', () => {
		fc.assert(
			fc.property(questions, fc.func(fc.boolean()), fc.constantFrom(byToken, byEcho), (asked, done, route) => {
				const trie = trieOf(asked);
				const plan = planAsks(trie, route, 'host');
				const isDone = (request: number) => done(request);
				const wanted = plan.asks.filter(ask =>
					ask.kind === 'next' ? ask.marks.some(({ request }) => !isDone(request)) : !isDone(ask.request),
				);
				let [tokens, pairs] = [0, 0];
				for (const [i, ask] of wanted.entries()) {
					const sequence = sequenceOf(ask);
					const before = wanted[i - 1];
					// A cache holds what the neighbour was sent; the last token is computed for its row.
					const known = ask.kind === 'within' || !before ? 0 : commonLength(sequence, tokensTo(before.node));
					const depth = Math.min(known, sequence.length - 1);
					tokens += sequence.length - depth;
					pairs += (sequence.length - depth) * (depth + (sequence.length - depth) / 2);
				}
				expect(asksLeft(plan, isDone)).toEqual({ steps: wanted.length, tokens, pairs: expect.closeTo(pairs, 6) });
				expect(plan.counts.planned).toBe(asksLeft(plan, () => false).tokens);
				if (route === byToken && asked.every(({ generation }) => !generation)) {
					expect(plan.counts.planned).toBe(plan.counts.distinct);
				}
			}),
		);
	});

	it('reads several tokens with their context where a server tells of no single ones', () => {
		fc.assert(
			fc.property(questions, asked => {
				const { asks } = planAsks(trieOf(asked), byEcho, 'host');
				const isLong = ({ continuations }: { continuations: readonly (readonly number[])[] }) =>
					continuations.some(({ length }) => length > 1);
				const expected = asked.flatMap(({ requests }) =>
					requests
						.filter(isLong)
						.flatMap(({ context, continuations }) => continuations.map(own => [...context, ...own].join())),
				);
				const within = asks.filter(({ kind }) => kind === 'within').map(ask => sequenceOf(ask).join());
				expect([...within].sort()).toEqual([...expected].sort());
			}),
		);
	});
});

describe('asking for a plan', () => {
	it('goes through it in order, so that the server’s own cache computes what is shared once', async () => {
		const { engine, sent } = await start(llamaCpp);
		const trie = trieOf(questionsOf(30));
		const plan = engine.plan(trie);
		await answersOf(engine, trie);
		const order = plan.asks.map(sequenceOf);
		// Two at a time may change places.
		for (const [i, exchange] of sent().entries()) {
			expect(order.slice(Math.max(0, i - 1), i + 2)).toContainEqual(promptOf(exchange));
		}
		const { tokens_in, cached, requests } = engine.counts;
		expect(requests).toBe(30);
		expect(tokens_in).toBe(order.reduce((sum, { length }) => sum + length, 0));
		expect(tokens_in - (cached ?? 0)).toBe(plan.counts.planned);
	});

	it('sends nothing whose answer is not wanted', async () => {
		const { engine, sent } = await start();
		const asked = questionsOf(20);
		const answers = await answersOf(engine, trieOf(asked), request => request % 2 === 0);
		expect([...answers.keys()].sort((a, b) => a - b)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
		const wanted = asked.filter((_, i) => i % 2 === 1).map(({ requests }) => requests[0]?.context);
		expect(sent().map(promptOf)).toEqual(expect.arrayContaining(wanted));
		expect(sent()).toHaveLength(10);
	});

	it('asks for no label of a request that is done', async () => {
		const { engine, sent } = await start();
		const asked = [[20], [21], [22]].map(own => ({ requests: [{ context: [0, 5], prefix: 0, continuations: [own] }] }));
		const answers = await answersOf(engine, trieOf(asked), request => request === 1);
		expect([...answers.keys()]).toEqual([0, 2]);
		expect(sent().map(({ body }) => fields(body).logprob_token_ids)).toEqual([[20, 22]]);
	});

	it('asks for more labels than a server tells of at a time in several requests', async () => {
		const vocabulary = [...inventedVocabulary, ...Array.from({ length: 300 }, (_, i) => `word${i}`)];
		const logprobs = logSoftmax(vocabulary.map((_, id) => (id * 37) % 11));
		const large = { ...model, vocabulary, after: () => logprobs };
		const server = await running(serving => vllm(serving), { model: large });
		opened.push(server);
		const engine = await openOn(server.url);
		const before = server.prompts.length;
		const continuations = Array.from({ length: 300 }, (_, i) => [20 + i]);
		const answers = await answersOf(engine, trieOf([{ requests: [{ context: [0, 5], prefix: 0, continuations }] }]));
		expect(answers.get(0)).toMatchObject({
			result: { continuations: continuations.map(([id = 0]) => ({ logprob: logprobs[id] })) },
		});
		expect(server.prompts.length - before).toBe(3);
	});

	it('has no more under way than the server works on, and one', async () => {
		for (const slots of [1, 3]) {
			const { server, engine } = await start(serving => llamaCpp(serving, { slots }), { takes: 5 });
			await answersOf(engine, trieOf(questionsOf(20)));
			expect(server.mostAtOnce).toBe(slots + 1);
			expect(engine.counts.at_once).toBe(slots + 1);
		}
	});

	it('has more under way as the server answers, and half as many where it asks for less', async () => {
		const { server, engine } = await start(undefined, { takes: 5 });
		await answersOf(engine, trieOf(questionsOf(100)));
		const most = server.mostAtOnce;
		expect(most).toBeGreaterThan(10);
		// From here on, more than four at a time are too many.
		const busy = await start(undefined, { takes: 5 });
		let atOnce = 0;
		busy.server.fault = () => {
			atOnce++;
			setTimeout(() => atOnce--, 5);
			return atOnce > 4 ? { kind: 'reply', reply: json({ error: { message: 'busy' } }, 429) } : undefined;
		};
		const answers = await answersOf(busy.engine, trieOf(questionsOf(100)));
		expect(answers.size).toBe(100);
		expect(busy.server.mostAtOnce).toBeLessThan(most);
		expect(busy.engine.counts.retries.busy).toBeGreaterThan(0);
	});

	it('waits for who reads its answers', async () => {
		const { server, engine, sent } = await start(serving => llamaCpp(serving, { slots: 3 }));
		const work = engine.work(engine.plan(trieOf(questionsOf(30))), { isDone: () => false, token: neverCancelled });
		await work.next();
		await new Promise(resolve => setTimeout(resolve, 100));
		// Those under way, and the one that was read.
		expect(sent().length).toBeLessThanOrEqual(5);
		await work.return(undefined);
		expect(server.mostAtOnce).toBeLessThanOrEqual(4);
	});

	it('ends at once when it is cancelled, or left', async () => {
		for (const how of ['cancelled', 'left'] as const) {
			const { server, engine } = await start();
			server.fault = (_, index) => (index > 5 ? { kind: 'stall' } : undefined);
			const source = new CancellationSource();
			const work = engine.work(engine.plan(trieOf(questionsOf(30))), { isDone: () => false, token: source.token });
			await work.next();
			const began = performance.now();
			if (how === 'cancelled') {
				setTimeout(() => source.cancel(), 50);
				const rest = async () => {
					for await (const _ of work) {
						// Answers that were there already.
					}
				};
				await expect(rest()).rejects.toThrow(Cancelled);
			} else {
				await work.return(undefined);
			}
			expect(performance.now() - began).toBeLessThan(1000);
			await expect.poll(() => server.left, { timeout: 1000 }).toBeGreaterThan(0);
		}
	});

	it('ends at once while it waits to send again', async () => {
		const { server } = await start();
		// The clock of the computer: a minute would pass.
		const engine = await openOn(server.url, { clock: systemClock });
		server.fault = () => ({
			kind: 'reply',
			reply: { ...json({ error: 'busy' }, 429), headers: { 'retry-after': '60' } },
		});
		const source = new CancellationSource();
		const work = engine.work(engine.plan(trieOf(questionsOf(3))), { isDone: () => false, token: source.token });
		setTimeout(() => source.cancel(), 100);
		const began = performance.now();
		await expect(work.next()).rejects.toThrow(Cancelled);
		expect(performance.now() - began).toBeLessThan(1000);
	});

	it('says what each answer took', async () => {
		const { engine } = await start();
		const steps: { tokens: number; depth: number; seconds: number }[] = [];
		const plan = engine.plan(trieOf(questionsOf(10)));
		for await (const _ of engine.work(plan, {
			isDone: () => false,
			onStep: step => steps.push(step),
			token: neverCancelled,
		})) {
			// The answers themselves are looked at elsewhere.
		}
		expect(steps.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(plan.counts.planned);
		expect(steps.every(({ seconds }) => seconds >= 0)).toBe(true);
	});
});

describe('a prompt that cannot be sent as text', () => {
	it('fails, where the server takes texts alone', async () => {
		const { engine, sent } = await start(openAi);
		// “th” is one token: the two letters would be read as it.
		const letters = [0, ...['t', 'h'].flatMap(letter => tokenizer.encode(letter))];
		const good = [0, ...tokenizer.encode('th')];
		const [best = 0] = [model.after(good)].map(row => row.indexOf(Math.max(...row)));
		const asked = [letters, good].map(context => ({ requests: [{ context, prefix: 0, continuations: [[best]] }] }));
		const answers = await answersOf(engine, trieOf(asked));
		expect(answers.get(0)).toMatchObject({ kind: 'failed', reason: { code: 'endpoint.not-as-text' } });
		expect(answers.get(1)).toMatchObject({ kind: 'scored' });
		expect(sent()).toHaveLength(1);
	});
});

describe('concurrency', () => {
	it('grows by one with each full round, and is halved once for all that were under way', () => {
		const own = adaptiveConcurrency(null);
		expect(own.limit).toBe(8);
		for (let i = 0; i < 8; i++) {
			own.succeeded();
		}
		expect(own.limit).toBe(9);
		for (let i = 0; i < 9; i++) {
			own.refused();
		}
		expect(own.limit).toBe(4);
		own.refused();
		expect(own.limit).toBe(2);
	});

	it('stays between one and what the server works on, and one', () => {
		fc.assert(
			fc.property(
				fc.array(fc.boolean(), { maxLength: 500 }),
				fc.option(fc.integer({ min: 1, max: 8 })),
				(events, slots) => {
					const own = adaptiveConcurrency(slots);
					for (const isGood of events) {
						if (isGood) {
							own.succeeded();
						} else {
							own.refused();
						}
						expect(own.limit).toBeGreaterThanOrEqual(1);
						expect(own.limit).toBeLessThanOrEqual(slots === null ? 64 : slots + 1);
					}
				},
			),
		);
	});
});
