import { afterEach, describe, expect, it } from 'vitest';
import { fields } from '../../../test/servers/standIns/behaviour';
import { chat, chatText } from '../../../test/servers/standIns/chat';
import { inventedModel } from '../../../test/servers/standIns/inventedModel';
import { answersOf, type Kind, kinds, openOn, running } from '../../../test/servers/standIns/openOn';
import { RequestTrie } from '../planning/requestTrie';
import type { Answer, GenerateResult } from '../requests';

const { tokenizer } = inventedModel();
const opened: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(opened.splice(0).map(server => server.close())));

/** Where a kind of server says why a text ended. */
interface Says {
	readonly answer: Kind['answer'];
	readonly saying: (body: unknown, reason: string | null) => unknown;
}

const inChoices = (body: unknown, reason: string | null) => {
	const { choices } = fields(body);
	return {
		...fields(body),
		choices: Array.isArray(choices) ? choices.map(choice => ({ ...choice, finish_reason: reason })) : [],
	};
};

const servers = {
	vLLM: { answer: kinds['vLLM that is asked by token'].answer, saying: inChoices },
	'a server in OpenAI’s words': { answer: kinds['LM Studio'].answer, saying: inChoices },
	'a server of chats': { answer: serving => chat(serving), saying: inChoices },
	SGLang: {
		answer: kinds.SGLang.answer,
		saying: (body, reason) => {
			const finish_reason = reason === null ? null : { type: reason, message: 'Aborted' };
			return { ...fields(body), meta_info: { ...fields(fields(body).meta_info), finish_reason } };
		},
	},
	TGI: {
		answer: kinds.TGI.answer,
		saying: (body, reason) => ({
			...fields(body),
			details: { ...fields(fields(body).details), finish_reason: reason ?? '' },
		}),
	},
	Ollama: {
		answer: kinds.Ollama.answer,
		saying: (body, reason) => ({ ...fields(body), done_reason: reason ?? undefined }),
	},
	'llama.cpp': {
		answer: kinds['llama.cpp'].answer,
		saying: (body, reason) => ({ ...fields(body), stop_type: reason ?? undefined }),
	},
} as const satisfies Record<string, Says>;
type Name = keyof typeof servers;

/** What comes of a text that the server says to have ended so. */
async function written(name: Name, reason: string | null): Promise<Answer | undefined> {
	const { answer, saying }: Says = servers[name];
	const server = await running(answer);
	opened.push(server);
	const engine = await openOn(server.url);
	server.fault = () => ({ kind: 'alter', alter: body => saying(body, reason) });
	const messages = [{ role: 'user' as const, content: 'the quiz' }];
	const context = [...tokenizer.prefix, ...tokenizer.encode(chatText(messages))];
	const trie = new RequestTrie(true);
	trie.add({ requests: [], generation: { context, messages, prefix: 0, maxTokens: 3, until: [] } });
	return (await answersOf(engine, trie)).get(0);
}

describe('a text that the server broke off', () => {
	it.each<readonly [Name, string]>([
		['vLLM', 'abort'],
		['vLLM', 'error'],
		['a server in OpenAI’s words', 'content_filter'],
		['a server in OpenAI’s words', 'error'],
		['a server of chats', 'content_filter'],
		['a server of chats', 'tool_calls'],
		['SGLang', 'abort'],
		['TGI', 'error'],
		['Ollama', 'load'],
		['llama.cpp', 'none'],
	])('is no answer: %s says %s', async (name, reason) => {
		expect(await written(name, reason)).toMatchObject({
			kind: 'failed',
			reason: { code: 'endpoint.broken-off', params: { reason } },
		});
	});

	it('is told of in a word, whatever the server makes of it', async () => {
		const answer = await written('vLLM', 'x'.repeat(10_000));
		expect(answer).toMatchObject({ kind: 'failed', reason: { params: { reason: 'x'.repeat(60) } } });
	});
});

describe('a text that ended', () => {
	it.each<readonly [Name, string | null, GenerateResult['ended']]>([
		['vLLM', 'length', 'length'],
		['vLLM', 'stop', 'end_of_text'],
		['vLLM', null, 'end_of_text'],
		['a server in OpenAI’s words', 'length', 'length'],
		['a server in OpenAI’s words', 'stop', 'end_of_text'],
		['a server in OpenAI’s words', 'eos', 'end_of_text'],
		['a server in OpenAI’s words', 'model_length', 'length'],
		['a server in OpenAI’s words', '', 'end_of_text'],
		['a server in OpenAI’s words', null, 'end_of_text'],
		['a server of chats', 'length', 'length'],
		['a server of chats', 'stop', 'until'],
		['a server of chats', null, 'until'],
		['SGLang', 'length', 'length'],
		['SGLang', 'stop', 'end_of_text'],
		['SGLang', null, 'end_of_text'],
		['TGI', 'length', 'length'],
		['TGI', 'eos_token', 'end_of_text'],
		['TGI', 'stop_sequence', 'until'],
		['Ollama', 'length', 'length'],
		['Ollama', 'stop', 'end_of_text'],
		['Ollama', null, 'end_of_text'],
		['llama.cpp', 'limit', 'length'],
		['llama.cpp', 'eos', 'end_of_text'],
		['llama.cpp', 'word', 'until'],
		['llama.cpp', null, 'end_of_text'],
	])('is an answer: %s says %s', async (name, reason, ended) => {
		expect(await written(name, reason)).toMatchObject({ kind: 'written', result: { ended } });
	});
});
