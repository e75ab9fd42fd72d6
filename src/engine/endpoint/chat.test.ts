import { afterEach, describe, expect, it } from 'vitest';
import { type ChatOptions, chat, chatText } from '../../../test/servers/standIns/chat';
import { inventedModel, ranked } from '../../../test/servers/standIns/inventedModel';
import { answersOf, openOn, running } from '../../../test/servers/standIns/openOn';
import { neverCancelled } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import type { ChatMessage } from '../../protocol/prompt';
import { RequestTrie } from '../planning/requestTrie';
import type { QuestionRequests } from '../requests';

const model = inventedModel();
const { tokenizer } = model;
const servers: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.close())));

async function start(options: ChatOptions = {}) {
	const server = await running(serving => chat(serving, options));
	servers.push(server);
	return openOn(server.url);
}

function asked(question: string): { readonly context: number[]; readonly messages: readonly ChatMessage[] } {
	const messages: ChatMessage[] = [
		{ role: 'system', content: 'Answer: in the' },
		{ role: 'user', content: question },
	];
	return { context: [...tokenizer.prefix, ...tokenizer.encode(chatText(messages))], messages };
}

/** The two most probable tokens that a text can stand for. */
function labelsAfter(context: readonly number[]) {
	return ranked(model, context)
		.filter(({ text }) => text !== '\ufffd')
		.slice(0, 2);
}

function trieOf(questions: readonly QuestionRequests[]): RequestTrie {
	const trie = new RequestTrie(true);
	for (const question of questions) {
		trie.add(question);
	}
	return trie;
}

const questions = ['the quiz', 'in 12', 'A or B?'].map(asked);
const requests = questions.map(
	({ context, messages }): QuestionRequests => ({
		requests: [{ context, messages, prefix: 0, continuations: labelsAfter(context).map(({ token }) => [token]) }],
	}),
);

async function codeOf(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => null,
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error.reason.code : String(error);
}

describe('a server that has chats alone', () => {
	it.each([20, 5])('is sent the messages, and tells labels among the %i most probable tokens', async top => {
		const engine = await start({ top });
		expect(engine.route).toMatchObject({ prompts: 'messages', next: { top } });
		const trie = trieOf(requests);
		const { record } = await engine.probe(engine.plan(trie), neverCancelled);
		expect(record).toMatchObject({ tokens: 'count', repeat_difference: 0 });
		const answers = await answersOf(engine, trie);
		for (const [i, { context }] of questions.entries()) {
			const answer = answers.get(i);
			expect(answer?.kind === 'scored' && answer.result.continuations.map(({ logprob }) => logprob)).toEqual(
				labelsAfter(context).map(({ logprob }) => expect.closeTo(logprob, 9)),
			);
		}
	});

	it('writes', async () => {
		const engine = await start();
		const [question] = questions;
		const generation = {
			context: question?.context ?? [],
			prefix: 0,
			maxTokens: 6,
			until: ['.'],
			messages: question?.messages,
		};
		const answers = await answersOf(engine, trieOf([{ requests: [], generation }]));
		expect(answers.get(0)).toMatchObject({ kind: 'written', result: { text: expect.stringMatching(/^[^.]*$/) } });
	});

	it('is refused for prompts that are no chats', async () => {
		const engine = await start();
		const plain = { requests: [{ context: [0, 9, 10], prefix: 0, continuations: [[11]] }] };
		expect(() => engine.plan(trieOf([...requests, plain]))).toThrow(/takes chats alone/);
	});

	it('is refused where its template writes the conversation as other tokens', async () => {
		const engine = await start({ template: messages => `${chatText(messages)} the` });
		expect(await codeOf(engine.probe(engine.plan(trieOf(requests)), neverCancelled))).toBe('endpoint.other-count');
	});
});
