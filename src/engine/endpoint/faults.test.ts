import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Behaviour } from '../../../test/servers/standIns/behaviour';
import { fields } from '../../../test/servers/standIns/behaviour';
import { inventedModel, ranked } from '../../../test/servers/standIns/inventedModel';
import { openAi } from '../../../test/servers/standIns/openAi';
import { answersOf, openOn, quickClock, running, trieOf } from '../../../test/servers/standIns/openOn';
import { type Exchange, type Fault, json, type Reply, type StandIn } from '../../../test/servers/standIns/serve';
import { vllm } from '../../../test/servers/standIns/vllm';
import { neverCancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { messageText } from '../../protocol/messages';
import type { Answer, QuestionRequests } from '../requests';

const model = inventedModel();
const { tokenizer } = model;

/** Questions whose contexts part early and late. */
const contexts = Array.from({ length: 24 }, (_, i) => [0, ...tokenizer.encode(`Answer: the ${i % 3}\n${i}?`)]);
const questions: QuestionRequests[] = contexts.map(context => ({
	requests: [{ context, prefix: 2, continuations: [[20], [21], [22]] }],
}));
const scoredAs = (context: readonly number[]) => [20, 21, 22].map(token => model.after(context)[token] ?? Number.NaN);

const opened: StandIn[] = [];
afterEach(async () => {
	await Promise.all(opened.splice(0).map(server => server.close()));
});

async function start(
	answer: (serving: Behaviour) => (exchange: Exchange) => Reply = serving => vllm(serving),
	options = {},
) {
	const server = await running(answer, {}, options);
	opened.push(server);
	return server;
}

/** What a prompt of the plan is asked with; the probe's and the first questions' come before. */
const isAbout = (context: readonly number[]) => (exchange: Exchange) =>
	JSON.stringify(fields(exchange.body).prompt) === JSON.stringify(context);

function expectRight(answers: ReadonlyMap<number, Answer>, except: readonly number[] = []): void {
	for (const [request, context] of contexts.entries()) {
		const answer = answers.get(request);
		if (except.includes(request)) {
			expect(answer?.kind).toBe('failed');
			continue;
		}
		const got = answer?.kind === 'scored' ? answer.result.continuations.map(({ logprob }) => logprob) : [];
		expect(got).toEqual(scoredAs(context).map(logprob => expect.closeTo(logprob, 9)));
	}
}

/** Every third prompt goes wrong, the first time. */
function onceEachThird(fault: Fault): StandIn['fault'] {
	const seen = new Set<string>();
	return ({ body }) => {
		const prompt = JSON.stringify(fields(body).prompt);
		if (seen.has(prompt) || seen.size % 3 !== 0) {
			seen.add(prompt);
			return undefined;
		}
		seen.add(prompt);
		return fault;
	};
}

const overloaded: Fault = {
	kind: 'reply',
	reply: { ...json({ error: { message: 'too many' } }, 429), headers: { 'retry-after': '7' } },
};
const failing: Fault = { kind: 'reply', reply: json({ error: { message: 'out of memory' } }, 500) };
const halfJson: Fault = {
	kind: 'reply',
	reply: { status: 200, body: '{"choices": [{"text', headers: { 'content-type': 'application/json' } },
};
const stalling: Fault = { kind: 'stall' };
const resetting: Fault = { kind: 'reset' };

describe('a request that goes wrong', () => {
	it.each([
		['busy', overloaded],
		['server-error', failing],
		['malformed', halfJson],
		['broken', resetting],
		['timeout', stalling],
	] as const)('is sent again where it may go right: %s', async (cause, fault) => {
		const server = await start();
		const clock = quickClock();
		const engine = await openOn(server.url, { clock, timeout: 300 });
		server.fault = onceEachThird(fault);
		expectRight(await answersOf(engine, trieOf(questions)));
		expect(engine.counts.retries[cause]).toBeGreaterThanOrEqual(8);
		expect(Object.values(engine.counts.retries).reduce((sum, count) => sum + count, 0)).toBe(
			engine.counts.retries[cause],
		);
		// As long as asked for, or a second at first, and never exactly.
		expect(Math.min(...clock.waits)).toBeGreaterThan(cause === 'busy' ? 8000 : 750);
	});

	it('is sent five times, with growing waits', async () => {
		const server = await start();
		const clock = quickClock();
		const engine = await openOn(server.url, { clock });
		const isBad = isAbout(contexts[9] ?? []);
		server.fault = exchange => (isBad(exchange) ? failing : undefined);
		const before = server.prompts.length;
		const answers = await answersOf(engine, trieOf(questions));
		expectRight(answers, [9]);
		expect(server.prompts.slice(before).filter(isBad)).toHaveLength(5);
		expect(clock.waits).toEqual([1000, 2000, 4000, 8000].map(wait => expect.closeTo(wait * 1.125)));
		expect(answers.get(9)).toMatchObject({ reason: { code: 'endpoint.server-failed', params: { tries: 5 } } });
	});

	it.each([
		['timeout', stalling],
		['malformed', halfJson],
		['unreachable', resetting],
	] as const)('fails alone where it never goes right: %s', async (code, fault) => {
		const server = await start();
		const engine = await openOn(server.url, { timeout: 200 });
		await engine.probe(engine.plan(trieOf(questions)), neverCancelled);
		const isBad = isAbout(contexts[4] ?? []);
		server.fault = exchange => (isBad(exchange) ? fault : undefined);
		const answers = await answersOf(engine, trieOf(questions));
		expectRight(answers, [4]);
		expect(answers.get(4)).toMatchObject({ reason: { code: `endpoint.${code}` } });
	});

	it.each([400, 413, 422])('is not sent again where it was refused, and ends nothing: %d', async status => {
		const server = await start();
		const engine = await openOn(server.url);
		const isBad = isAbout(contexts[7] ?? []);
		server.fault = exchange =>
			isBad(exchange) ? { kind: 'reply', reply: json({ error: { message: 'no' } }, status) } : undefined;
		const answers = await answersOf(engine, trieOf(questions));
		expectRight(answers, [7]);
		expect(server.prompts.filter(isBad)).toHaveLength(1);
		expect(engine.counts.retries).toEqual({ busy: 0, 'server-error': 0, broken: 0, timeout: 0, malformed: 0 });
	});

	it.each([
		[401, 'endpoint.key-refused'],
		[402, 'endpoint.no-credit'],
		[403, 'endpoint.key-refused'],
		[404, 'endpoint.no-path'],
		[307, 'endpoint.redirected'],
	])('ends the run where no other would be answered: %d', async (status, code) => {
		const server = await start();
		const engine = await openOn(server.url);
		server.fault = (_, index) =>
			index > 12 ? { kind: 'reply', reply: json({ error: { message: 'no' } }, status) } : undefined;
		await expect(answersOf(engine, trieOf(questions))).rejects.toMatchObject({ reason: { code } });
		expect(engine.counts.retries['server-error']).toBe(0);
	});

	it('fails where the answer has no log-probabilities, and gets no number', async () => {
		const server = await start();
		const engine = await openOn(server.url);
		const isBad = isAbout(contexts[11] ?? []);
		const without = (body: unknown) => ({
			...fields(body),
			choices: [{ text: 'a', finish_reason: 'length', logprobs: null }],
		});
		server.fault = exchange => (isBad(exchange) ? { kind: 'alter', alter: without } : undefined);
		expectRight(await answersOf(engine, trieOf(questions)), [11]);
	});

	it('fails where the server has begun to cut prompts in silence', async () => {
		const server = await running(serving => vllm(serving));
		opened.push(server);
		const engine = await openOn(server.url);
		server.serving.truncate = (contexts[0]?.length ?? 0) - 2;
		const answers = await answersOf(engine, trieOf(questions));
		for (const answer of answers.values()) {
			expect(answer).toMatchObject({ kind: 'failed', reason: { code: 'endpoint.other-count' } });
		}
		expect(answers.size).toBe(24);
	});
});

describe('any requests that go wrong', () => {
	const withoutLogprobs = (body: unknown) => ({ ...fields(body), choices: [{ text: 'a', logprobs: null }] });
	const shorter = (body: unknown) => ({ ...fields(body), usage: { prompt_tokens: 3, completion_tokens: 1 } });
	const passing = fc.constantFrom<Fault>(overloaded, failing, halfJson, resetting, { kind: 'late', milliseconds: 3 });
	const lasting = fc.constantFrom<Fault>(
		{ kind: 'reply', reply: json({ error: { message: 'no' } }, 400) },
		{ kind: 'reply', reply: json({ choices: 'none' }) },
		{ kind: 'alter', alter: withoutLogprobs },
		{ kind: 'alter', alter: shorter },
	);
	const fate = fc.oneof(
		{ weight: 3, arbitrary: fc.constant(null) },
		{ weight: 3, arbitrary: fc.record({ fault: passing, times: fc.integer({ min: 1, max: 4 }) }) },
		{ weight: 1, arbitrary: fc.record({ fault: lasting, times: fc.constant(Number.POSITIVE_INFINITY) }) },
	);

	it('get the right numbers or none', async () => {
		const server = await start();
		const engine = await openOn(server.url);
		await fc.assert(
			fc.asyncProperty(fc.array(fate, { minLength: 24, maxLength: 24 }), async fates => {
				const left = new Map(contexts.map((context, i) => [JSON.stringify(context), { times: fates[i]?.times ?? 0 }]));
				server.fault = ({ body }) => {
					const prompt = JSON.stringify(fields(body).prompt);
					const own = left.get(prompt);
					const at = contexts.findIndex(context => JSON.stringify(context) === prompt);
					return own && own.times-- > 0 ? fates[at]?.fault : undefined;
				};
				const lost = fates.flatMap((one, i) => (one?.times === Number.POSITIVE_INFINITY ? [i] : []));
				expectRight(await answersOf(engine, trieOf(questions)), lost);
			}),
			{ numRuns: 20 },
		);
	});

	it('end the run where the server refuses fifty of them in a row', async () => {
		const server = await start();
		const engine = await openOn(server.url);
		server.fault = () => ({ kind: 'reply', reply: json({ error: { message: 'no such field' } }, 400) });
		const many = Array.from({ length: 200 }, (_, i) => ({
			requests: [{ context: [0, 5, 4 + (i % 40), 4 + Math.floor(i / 40)], prefix: 0, continuations: [[20]] }],
		}));
		await expect(answersOf(engine, trieOf(many))).rejects.toMatchObject({ reason: { code: 'endpoint.refused' } });
		expect(server.prompts.length).toBeLessThan(80);
	});
});

describe('a label that the server does not tell of', () => {
	it('fails the requests that ask for it, and no other', async () => {
		const server = await start(serving => vllm(serving, { tokenIds: false }));
		const engine = await openOn(server.url);
		const context = contexts[3] ?? [];
		const order = ranked(model, context).map(({ token }) => token);
		const [first = 0, second = 0] = order;
		const last = order.at(-1) ?? 0;
		const asked = [[[first], [second]], [[first], [last]], [[second]]].map(continuations => ({
			requests: [{ context, prefix: 0, continuations }],
		}));
		const answers = await answersOf(engine, trieOf(asked));
		expect([...answers.values()].sort((a, b) => a.request - b.request)).toMatchObject([
			{ kind: 'scored', result: { argmax: first } },
			{ kind: 'failed', reason: { code: 'endpoint.label-missing', params: { given: 20 } } },
			{ kind: 'scored' },
		]);
	});
});

describe('a server that is gone', () => {
	it('ends the run with the reason after five requests, none of which is told to have failed', async () => {
		const server = await start();
		const engine = await openOn(server.url);
		let asked = 0;
		server.fault = () => (asked++ >= 8 ? failing : undefined);
		const answers: Answer[] = [];
		const work = async () => {
			for await (const answer of engine.work(engine.plan(trieOf(questions)), {
				isDone: () => false,
				token: neverCancelled,
			})) {
				answers.push(answer);
			}
		};
		await expect(work()).rejects.toMatchObject({ reason: { code: 'endpoint.server-failed' } });
		expect(answers.length).toBeGreaterThan(0);
		expect(answers.every(({ kind }) => kind === 'scored')).toBe(true);
	});

	it('is said to be unreachable, also when the run was at its end', async () => {
		const server = await start();
		const engine = await openOn(server.url);
		await server.close();
		for (const some of [questions, questions.slice(0, 2)]) {
			await expect(answersOf(engine, trieOf(some))).rejects.toMatchObject({ reason: { code: 'endpoint.unreachable' } });
		}
	});

	it('is asked where it is now', async () => {
		const [first, second] = [await start(), await start()];
		const address = { url: first.url, headers: async () => ({}) };
		const engine = await openOn(first.url, { address });
		await first.close();
		address.url = second.url;
		expectRight(await answersOf(engine, trieOf(questions)));
	});

	it('is not waited for until tomorrow', async () => {
		const server = await start();
		const clock = quickClock();
		const engine = await openOn(server.url, { clock });
		const quota = { ...json({ error: { message: 'Daily quota reached' } }, 429), headers: { 'retry-after': '86400' } };
		server.fault = () => ({ kind: 'reply', reply: quota });
		const work = answersOf(engine, trieOf(questions));
		await expect(work).rejects.toMatchObject({ reason: { params: { reason: 'HTTP 429: Daily quota reached' } } });
		expect(clock.waits).toEqual([]);
	});
});

describe('a model that is replaced', () => {
	async function probed() {
		const server = await running(serving => vllm(serving));
		opened.push(server);
		const engine = await openOn(server.url);
		const { record } = await engine.probe(engine.plan(trieOf(questions)), neverCancelled);
		return { server, engine, record };
	}

	it('is noticed after the connection broke, before a number of it is given', async () => {
		const { server, engine } = await probed();
		let asked = 0;
		server.fault = () => {
			asked++;
			if (asked < 12) {
				return undefined;
			}
			server.serving.model = inventedModel({ seed: 99 });
			return asked < 20 ? resetting : undefined;
		};
		const answers = new Map<number, Answer>();
		const work = async () => {
			for await (const answer of engine.work(engine.plan(trieOf(questions)), {
				isDone: () => false,
				token: neverCancelled,
			})) {
				answers.set(answer.request, answer);
			}
		};
		await expect(work()).rejects.toMatchObject({ reason: { code: 'endpoint.model-changed' } });
		expect(answers.size).toBeGreaterThan(0);
		for (const [request, answer] of answers) {
			const expected = scoredAs(contexts[request] ?? []).map(logprob => ({ logprob: expect.closeTo(logprob, 9) }));
			expect(answer).toMatchObject({ kind: 'scored', result: { continuations: expected } });
		}
	});

	it('is noticed at the end at the latest', async () => {
		const { server, engine } = await probed();
		server.serving.model = inventedModel({ seed: 99 });
		await expect(answersOf(engine, trieOf(questions))).rejects.toMatchObject({
			reason: { code: 'endpoint.model-changed' },
		});
	});

	it('is refused where an earlier sitting knew another one', async () => {
		const { server, record } = await probed();
		const same = await openOn(server.url, { before: record });
		await same.probe(same.plan(trieOf(questions)), neverCancelled);
		server.serving.model = inventedModel({ seed: 99 });
		const other = await openOn(server.url, { before: record });
		const work = other.probe(other.plan(trieOf(questions)), neverCancelled);
		await expect(work).rejects.toMatchObject({ reason: { code: 'endpoint.model-changed' } });
	});
});

describe('a key', () => {
	const key = 'sk-0123456789abcdef';
	const headers = async () => ({ Authorization: `Bearer ${key}` });

	it('goes to its server', async () => {
		const server = await start(serving => vllm(serving), { key });
		const engine = await openOn(server.url, { address: { url: `${server.url}/v1`, headers } });
		expectRight(await answersOf(engine, trieOf(questions)));
		await expect(openOn(server.url)).rejects.toMatchObject({ reason: { code: 'endpoint.key-refused' } });
	});

	it('is told of as refused, also where the server would have to say what it serves', async () => {
		const server = await start(serving => vllm(serving), { key });
		const nameless = openOn(server.url, { names: [null, null] });
		await expect(nameless).rejects.toMatchObject({ reason: { code: 'endpoint.key-refused' } });
	});

	it('stands in no sentence, whatever the server says', async () => {
		for (const status of [400, 401, 402, 404, 429, 500, 503]) {
			const server = await start(serving => openAi(serving));
			const engine = await openOn(server.url, { address: { url: server.url, headers } });
			const reply = json({ error: { message: `The key Bearer ${key} is not one. ${key}` } }, status);
			server.fault = () => ({ kind: 'reply', reply });
			const asked = [{ requests: [{ context: [0, 5], prefix: 0, continuations: [[20]] }] }];
			const sentences: string[] = [];
			try {
				for (const answer of (await answersOf(engine, trieOf(asked))).values()) {
					sentences.push(answer.kind === 'failed' ? messageText(answer.reason) : '');
				}
			} catch (error) {
				sentences.push(
					error instanceof Failure ? `${messageText(error.reason)} ${error.message} ${error.stack}` : String(error),
				);
			}
			expect(sentences).toHaveLength(1);
			expect(sentences[0]).toContain('is not one');
			expect(sentences[0]).not.toContain(key);
		}
	});

	it('follows no redirection', async () => {
		const elsewhere = await start();
		const server = await start(serving => {
			const answer = vllm(serving);
			return exchange =>
				exchange.method === 'POST'
					? { status: 307, body: '', headers: { location: `${elsewhere.url}${exchange.path}` } }
					: answer(exchange);
		});
		await expect(openOn(server.url, { address: { url: server.url, headers } })).rejects.toMatchObject({
			reason: { code: 'endpoint.redirected' },
		});
		expect(elsewhere.asked).toEqual([]);
	});
});
