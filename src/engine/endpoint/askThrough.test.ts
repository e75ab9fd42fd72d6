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
import type { QuestionRequests } from '../requests';
import { type Ask, tokensTo } from './endpointPlan';

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

/** What a server is sent. */
const sequenceOf = (ask: Ask) => (ask.kind === 'within' ? [...tokensTo(ask.node), ask.last] : tokensTo(ask.node));

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
		// No other prompt was looked at.
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
