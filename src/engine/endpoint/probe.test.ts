import { afterEach, describe, expect, it } from 'vitest';
import { type Behaviour, fields } from '../../../test/servers/standIns/behaviour';
import {
	type InventedModel,
	inventedModel,
	inventedTokenizer,
	inventedVocabulary,
	ranked,
} from '../../../test/servers/standIns/inventedModel';
import { llamaCpp } from '../../../test/servers/standIns/llamaCpp';
import { ollama } from '../../../test/servers/standIns/ollama';
import { openAi } from '../../../test/servers/standIns/openAi';
import { answersOf, kinds, openOn, running, trieOf } from '../../../test/servers/standIns/openOn';
import { type Exchange, json, type Reply, type StandIn } from '../../../test/servers/standIns/serve';
import { sglang } from '../../../test/servers/standIns/sglang';
import { tgi } from '../../../test/servers/standIns/tgi';
import { vllm } from '../../../test/servers/standIns/vllm';
import { neverCancelled } from '../../protocol/cancellation';
import type { QuestionRequests } from '../requests';
import type { EndpointOptions } from './endpointEngine';

const model = inventedModel();
const { tokenizer } = model;

const contexts = [5, 9, 30, 2].map((length, i) => [
	0,
	...tokenizer.encode(`Answer: ${'the question '.repeat(length)}${i}?\nAnswer:`),
]);
/** Two labels that are among the five most probable after each. */
const labelsAfter = (context: readonly number[]) =>
	ranked(model, context)
		.filter(({ text }) => text.length === 1 && text !== '\ufffd')
		.slice(0, 2)
		.map(({ token }) => [token]);
const questions: QuestionRequests[] = contexts.map(context => ({
	requests: [{ context, prefix: 0, continuations: labelsAfter(context) }],
}));
const longAnswers: QuestionRequests[] = contexts.map(context => ({
	requests: [{ context, prefix: 0, continuations: [[...tokenizer.encode('12 A')], [...tokenizer.encode('the B')]] }],
}));
const writing: QuestionRequests[] = contexts.map(context => ({
	requests: [],
	generation: { context, prefix: 0, maxTokens: 30, until: ['\n'] },
}));

const opened: StandIn[] = [];
afterEach(async () => {
	await Promise.all(opened.splice(0).map(server => server.close()));
});

type Answerer = (serving: Behaviour) => (exchange: Exchange) => Reply;

async function start(answer: Answerer, changes: Partial<Behaviour> = {}) {
	const server = await running(answer, changes);
	opened.push(server);
	return server;
}

async function probeOf(server: StandIn, asked = questions, options: Partial<EndpointOptions> = {}) {
	const engine = await openOn(server.url, options);
	return { engine, ...(await engine.probe(engine.plan(trieOf(asked)), neverCancelled)) };
}

const refusedAs = (code: string, params: object = {}) =>
	expect.objectContaining({
		reason: expect.objectContaining({ code: `endpoint.${code}`, params: expect.objectContaining(params) }),
	});

/** The model with other log-probabilities. */
function changed(after: InventedModel['after']): InventedModel {
	return { ...model, after };
}

const otherTokenizer: InventedModel = {
	...model,
	tokenizer: inventedTokenizer(inventedVocabulary.map(text => (text === ' the' ? ' thx' : text))),
};

describe('a server whose scores would mean something else is refused', () => {
	it.each([
		['vLLM', vllm, { bosOnIds: 1 }],
		['SGLang', sglang, { bosOnIds: 1 }],
		['llama.cpp', llamaCpp, { bosOnIds: 1 }],
		['Ollama', ollama, { bosOnTexts: 2 }],
		['TGI', tgi, { bosOnTexts: 2 }],
		['LM Studio', openAi, { bosOnTexts: 2 }],
	] as const)('%s that puts a second BOS in front', async (_, answer, changes) => {
		const server = await start(serving => answer(serving), changes);
		const ours = contexts[0]?.length ?? 0;
		await expect(probeOf(server)).rejects.toThrow(refusedAs('other-count', { ours, theirs: ours + 1 }));
	});

	it.each([
		['vLLM', vllm],
		['TGI', tgi],
		['LM Studio', openAi],
		['llama.cpp', llamaCpp],
	] as const)('%s that keeps the end of long prompts in silence', async (_, answer) => {
		// One prompt of four is too long, which is neither the first nor the last.
		const server = await start(serving => answer(serving), { truncate: 200 });
		const ours = contexts[2]?.length ?? 0;
		await expect(probeOf(server)).rejects.toThrow(refusedAs('other-count', { ours, theirs: 200 }));
	});

	it('Ollama with a smaller context, old or new', async () => {
		const old = await start(serving => ollama(serving, { truncate: false }), { window: 200 });
		await expect(probeOf(old)).rejects.toThrow(refusedAs('other-count', { theirs: 200 }));
		const recent = await start(serving => ollama(serving), { window: 200 });
		await expect(probeOf(recent)).rejects.toThrow(
			refusedAs('refused', { reason: 'HTTP 400: the input length exceeds the context length' }),
		);
	});

	it.each([
		['vLLM', vllm, 'other-tokens'],
		['vLLM that does not tell its tokens', (serving: Behaviour) => vllm(serving, { tokenizes: false }), 'other-tokens'],
		['SGLang', sglang, 'other-tokens'],
		['llama.cpp', llamaCpp, 'other-tokens'],
		['TGI', tgi, 'other-count'],
		['Ollama', ollama, 'other-count'],
		['LM Studio', openAi, 'other-count'],
	] as const)('%s with another tokenizer', async (_, answer, code) => {
		const server = await start(serving => answer(serving), { model: otherTokenizer });
		await expect(probeOf(server)).rejects.toThrow(refusedAs(code));
	});

	it.each(Object.entries(kinds))('%s that finds all labels as probable as each other', async (_, { answer }) => {
		const flat = changed(history => {
			const row = model.after(history);
			const best = Math.max(...row);
			return row.map(logprob => (logprob > best - 1.5 ? best : logprob));
		});
		const server = await start(answer, { model: flat });
		const asked = contexts.map(context => {
			const [first, ...others] = ranked(flat, context).filter(({ text }) => text !== '\ufffd');
			const second = others.find(({ logprob }) => logprob === first?.logprob);
			return { requests: [{ context, prefix: 0, continuations: [[first?.token ?? 0], [second?.token ?? 0]] }] };
		});
		await expect(probeOf(server, asked)).rejects.toThrow(refusedAs('equal-labels'));
	});

	it.each(Object.entries(kinds))('%s that samples its numbers', async (_, { answer }) => {
		let times = 0;
		const noisy = changed(history => model.after(history).map(logprob => logprob - ((times * 5) % 13) / 4));
		const server = await start(answer, { model: noisy });
		server.fault = () => {
			times++;
			return undefined;
		};
		await expect(probeOf(server)).rejects.toThrow(refusedAs('not-repeatable'));
	});

	it.each([
		['LM Studio', (serving: Behaviour) => openAi(serving, { tellsLogprobs: false })],
		['Ollama before 0.12.11', (serving: Behaviour) => ollama(serving, { logprobs: false })],
	] as const)('%s without log-probabilities', async (_, answer) => {
		await expect(probeOf(await start(answer))).rejects.toThrow(refusedAs('no-logprobs'));
	});

	it('one that gives logits', async () => {
		const server = await start(serving => vllm(serving), {
			model: changed(history => model.after(history).map(logprob => logprob + 20)),
		});
		await expect(probeOf(server)).rejects.toThrow(refusedAs('not-probabilities'));
	});

	it('one that does not tell of the labels', async () => {
		const [context = []] = contexts;
		const [first, ...others] = ranked(model, context);
		const asked = [
			{ requests: [{ context, prefix: 0, continuations: [[first?.token ?? 0], [others.at(-1)?.token ?? 0]] }] },
		];
		for (const answer of [openAi, ollama, tgi, (serving: Behaviour) => vllm(serving, { tokenIds: false })]) {
			const server = await start(serving => answer(serving));
			const labels = JSON.stringify(others.at(-1)?.text);
			await expect(probeOf(server, asked)).rejects.toThrow(refusedAs('labels-missing', { labels }));
		}
	});

	it.each(['vLLM that is asked by token', 'SGLang', 'TGI', 'llama.cpp'] as const)(
		'%s with a window smaller than the prompts',
		async name => {
			const longest = contexts[2]?.length ?? 0;
			const small = await start(kinds[name].answer, { window: longest });
			await expect(probeOf(small)).rejects.toThrow(refusedAs('window', { window: longest, tokens: longest + 1 }));
			await probeOf(await start(kinds[name].answer, { window: longest + 1 }));
		},
	);

	it('one whose window has no room for what is written', async () => {
		const longest = contexts[2]?.length ?? 0;
		const small = await start(serving => vllm(serving), { window: longest + 29 });
		await expect(probeOf(small, writing)).rejects.toThrow(refusedAs('window', { tokens: longest + 30 }));
		await probeOf(await start(serving => vllm(serving), { window: longest + 30 }), writing);
	});

	it('one that passes over echo in silence, as llama.cpp does', async () => {
		const server = await start(serving => openAi(serving, { ids: true, honoursEcho: false }));
		await expect(probeOf(server, longAnswers)).rejects.toThrow(refusedAs('one-token-only'));
	});

	it('one that echoes other tokens than it was sent, without a word on how many they are', async () => {
		const echoing = (serving: Behaviour) => openAi(serving, { honoursEcho: true, usage: false });
		await probeOf(await start(echoing), longAnswers);
		await expect(probeOf(await start(echoing, { bosOnTexts: 2 }), longAnswers)).rejects.toThrow(refusedAs('echo'));
	});

	it('one whose echo tells each token the row of the one after it', async () => {
		const server = await start(serving => openAi(serving, { honoursEcho: true }));
		server.fault = ({ body }) => (fields(body).echo === true ? { kind: 'alter', alter: shiftedRows } : undefined);
		await expect(probeOf(server, longAnswers)).rejects.toThrow(refusedAs('echo-differs'));
	});

	it('one that gives back a part of what it was to echo', async () => {
		const server = await start(serving => vllm(serving, { tokenIds: false }));
		const engine = await openOn(server.url);
		server.fault = ({ body }) =>
			fields(body).echo === true ? { kind: 'alter', alter: answer => withoutFirstLogprob(answer) } : undefined;
		const plan = engine.plan(trieOf(longAnswers));
		await expect(engine.probe(plan, neverCancelled)).rejects.toThrow(refusedAs('echo'));
	});
});

function shiftedRows(answer: unknown): unknown {
	const [choice] = [fields(answer).choices].flat();
	const told = fields(fields(choice).logprobs);
	const own = [told.token_logprobs].flat();
	const shifted = own.map((value, i) => (i === 0 ? null : (own[i + 1] ?? value)));
	return { ...fields(answer), choices: [{ ...fields(choice), logprobs: { ...told, token_logprobs: shifted } }] };
}

function withoutFirstLogprob(answer: unknown): unknown {
	const [choice] = [fields(answer).choices].flat();
	const told = fields(fields(choice).logprobs);
	const shorter = Object.fromEntries(
		Object.entries(told).map(([name, values]) => [name, Array.isArray(values) ? values.slice(1) : values]),
	);
	return { ...fields(answer), choices: [{ ...fields(choice), logprobs: shorter }] };
}

describe('a good server passes', () => {
	it.each(['Ollama', 'TGI', 'LM Studio', 'a server with echo'] as const)(
		'%s, whether or not it puts a BOS in front',
		async name => {
			for (const bosOnTexts of [0, 1]) {
				const server = await start(kinds[name].answer, { bosOnTexts });
				const { engine, record } = await probeOf(server);
				expect(record.tokens).toBe(name === 'TGI' ? 'ids' : 'count');
				for (const [request, answer] of await answersOf(engine, trieOf(questions))) {
					const context = contexts[request] ?? [];
					const expected = labelsAfter(context).map(([label = 0]) => ({
						logprob: expect.closeTo(model.after(context)[label] ?? 0, 9),
					}));
					expect(answer).toMatchObject({ kind: 'scored', result: { continuations: expected } });
				}
			}
		},
	);

	it.each(Object.entries(kinds))('%s that writes', async (_, { answer }) => {
		const { record } = await probeOf(await start(answer), writing);
		expect(record.canary.logprobs).toHaveLength(1);
		expect(record.tokens).not.toBe('not told');
	});

	it('with answers of several tokens by echo', async () => {
		const { record } = await probeOf(await start(serving => vllm(serving, { tokenIds: false })), longAnswers);
		expect(record.canary.logprobs).toHaveLength(longAnswers[0]?.requests[0]?.continuations[0]?.length ?? 0);
	});

	it('whose 16 bits make two labels of one prompt equal', async () => {
		const [, second = []] = contexts;
		const [[a = 0] = [], [b = 0] = []] = labelsAfter(second);
		const server = await start(serving => vllm(serving), {
			model: changed(history => {
				const row = [...model.after(history)];
				row[b] = history.length === second.length ? (row[a] ?? 0) : (row[b] ?? 0);
				return row;
			}),
		});
		await probeOf(server);
	});

	it('with a note where its numbers differ a little', async () => {
		let times = 0;
		const server = await start(serving => vllm(serving), {
			model: changed(history => model.after(history).map(logprob => logprob - (times % 2) / 20)),
		});
		server.fault = () => {
			times++;
			return undefined;
		};
		const { record, notes } = await probeOf(server);
		expect(record.repeat_difference).toBeCloseTo(0.05, 9);
		expect(notes).toMatchObject([{ code: 'endpoint.repeat' }]);
	});

	it('with a note where it does not say how many tokens it read', async () => {
		const { record, notes } = await probeOf(await start(serving => openAi(serving, { usage: false })));
		expect(record.tokens).toBe('not told');
		expect(notes).toMatchObject([{ code: 'endpoint.count-not-told' }]);
	});

	it('that has a letter and its byte, which look the same', async () => {
		const vocabulary = [...inventedVocabulary, 'A'];
		const letter = inventedVocabulary.indexOf('A');
		const after: InventedModel['after'] = history => {
			const row = model.after(history).map((logprob, id) => (id === letter ? -1 : logprob - 1));
			return [...row, -1.5];
		};
		const asked = contexts.map(context => ({ requests: [{ context, prefix: 0, continuations: [[letter]] }] }));
		const server = await start(serving => ollama(serving), { model: { ...model, vocabulary, after } });
		for (const answer of (await answersOf(await openOn(server.url), trieOf(asked))).values()) {
			expect(answer).toMatchObject({ result: { continuations: [{ logprob: -1 }] } });
		}
	});

	it('that fails where another one would refuse what it does not know', async () => {
		const server = await start(serving => openAi(serving));
		server.fault = ({ body }) =>
			Number(fields(body).logprobs) > 5 || fields(body).echo === true
				? { kind: 'reply', reply: json({ error: { message: 'Internal Server Error' } }, 500) }
				: undefined;
		const { engine } = await probeOf(server);
		expect(engine.route.next).toEqual({ top: 5 });
	});

	it('that writes tokens as its vocabulary has them', async () => {
		const shown = (text: string) => text.replaceAll(' ', 'Ġ').replaceAll('\n', 'Ċ');
		const blank = inventedVocabulary.indexOf(' A');
		const loved = changed(history => model.after(history).map((logprob, id) => (id === blank ? -0.01 : logprob - 5)));
		const asked = contexts.map(context => ({ requests: [{ context, prefix: 0, continuations: [[blank]] }] }));
		const server = await start(serving => openAi(serving, { shown }), { model: loved });
		const { engine } = await probeOf(server, asked);
		for (const answer of (await answersOf(engine, trieOf(asked))).values()) {
			expect(answer).toMatchObject({ result: { argmax: blank, continuations: [{ logprob: -0.01, greedy: true }] } });
		}
	});
});

describe('a server is known by what it says', () => {
	it.each([
		['vLLM that is asked by token', 'vllm', '0.26.1', 4096, null],
		['SGLang', 'sglang', '0.5.10', 4096, null],
		['TGI', 'tgi', '3.3.6', 4096, null],
		['Ollama', 'ollama', '0.13.1', null, null],
		['LM Studio', 'openai', null, null, null],
		['llama.cpp', 'llama.cpp', 'b7000-0123abcd', 4096, 1],
	] as const)('%s', async (name, kind, version, window, slots) => {
		const server = await start(kinds[name].answer);
		const engine = await openOn(server.url);
		expect(engine.server).toMatchObject({ kind, version, window, slots });
	});

	it('also where it shows a page for whatever it does not know', async () => {
		const server = await start(serving => {
			const answer = openAi(serving);
			return exchange => {
				const reply = answer(exchange);
				return reply.status === 404
					? { status: 200, body: '<html></html>', headers: { 'content-type': 'text/html' } }
					: reply;
			};
		});
		expect((await openOn(server.url)).server.kind).toBe('openai');
	});

	it('and not taken for a newer one where the token asked for is the most probable', async () => {
		const { ids } = { ids: [0, ...tokenizer.encode('Hello world')] };
		for (const id of ids) {
			const server = await start(serving => vllm(serving, { tokenIds: false }), {
				model: changed(history => model.after(history).map((logprob, token) => (token === id ? -0.01 : logprob - 5))),
			});
			expect((await openOn(server.url)).route.next).toEqual({ top: 20 });
		}
	});
});

describe('the name of a model', () => {
	const open = async (answer: Answerer, names: EndpointOptions['names']) =>
		(await openOn((await start(answer)).url, { names })).model;

	it('is the one written for the server', async () => {
		const several = (serving: Behaviour) => vllm(serving, { alsoServed: ['other', 'third'] });
		expect(await open(several, ['third', 'acme/model'])).toBe('third');
		await expect(open(several, ['fourth', 'invented-1'])).resolves.toBe('invented-1');
		await expect(open(several, ['fourth', 'acme/model'])).rejects.toThrow(
			refusedAs('no-model', { models: 'invented-1, other, third' }),
		);
		await expect(open(vllm, ['fourth', 'acme/model'])).rejects.toThrow(refusedAs('no-model'));
	});

	it('is the model’s own, or that of the only one there', async () => {
		const several = (serving: Behaviour) => vllm(serving, { alsoServed: ['acme/model'] });
		expect(await open(several, [null, 'acme/model'])).toBe('acme/model');
		expect(await open(vllm, [null, 'acme/model'])).toBe('invented-1');
		await expect(open(several, [null, 'acme/unknown'])).rejects.toThrow(refusedAs('no-model'));
	});

	it('may be written without Ollama’s tag', async () => {
		expect(await open(ollama, ['invented-1', null])).toBe('invented-1:latest');
	});
});
