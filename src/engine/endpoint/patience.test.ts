import { afterEach, describe, expect, it, vi } from 'vitest';
import { chat, chatText } from '../../../test/servers/standIns/chat';
import { inventedModel } from '../../../test/servers/standIns/inventedModel';
import {
	answersOf,
	type Kind,
	kindNames,
	kinds,
	openOn,
	quickClock,
	running,
	trieOf,
} from '../../../test/servers/standIns/openOn';
import { vllm } from '../../../test/servers/standIns/vllm';
import type { ChatMessage } from '../../protocol/prompt';
import { RequestTrie } from '../planning/requestTrie';
import { type RetryCause, serverClient } from './serverClient';
import { Tally } from './tally';

const { tokenizer } = inventedModel();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	vi.unstubAllGlobals();
	await Promise.all(opened.splice(0).map(server => server.close()));
});

async function start(answer: Kind['answer'], timeout: number) {
	const server = await running(answer);
	opened.push(server);
	return { server, engine: await openOn(server.url, { timeout }) };
}

const answersInWords: readonly (readonly [string, Kind['answer']])[] = [
	...kindNames.map(name => [name, kinds[name].answer] as const),
	['a server of chats', serving => chat(serving)],
];

describe('an answer that takes long', () => {
	it.each(answersInWords)('is waited for as long as its tokens may take: %s', async (_, answer) => {
		const { server, engine } = await start(answer, 200);
		server.fault = () => ({ kind: 'late', milliseconds: 500 });
		const messages: readonly ChatMessage[] = [{ role: 'user', content: 'the quiz' }];
		const context = [...tokenizer.prefix, ...tokenizer.encode(chatText(messages))];
		const before = { asked: server.prompts.length, retries: engine.counts.retries.timeout };
		const trie = new RequestTrie(true);
		trie.add({ requests: [], generation: { context, messages, prefix: 0, maxTokens: 4, until: [] } });
		expect((await answersOf(engine, trie)).get(0)).toMatchObject({ kind: 'written' });
		expect(server.prompts).toHaveLength(before.asked + 1);
		expect(engine.counts.retries.timeout).toBe(before.retries);
	});

	it.each(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])('is late where Node gives up itself: %s', async code => {
		vi.stubGlobal('fetch', async () => {
			throw Object.assign(new TypeError('fetch failed'), { cause: { code } });
		});
		const causes: RetryCause[] = [];
		const address = { url: 'http://localhost:1', headers: async () => ({}) };
		const client = serverClient(address, { clock: quickClock(), onRetry: cause => causes.push(cause) });
		const sent = client.post('/v1/completions', {}, new AbortController().signal);
		await expect(sent).rejects.toMatchObject({ reason: { code: 'endpoint.timeout', params: { tries: 5 } } });
		expect(causes).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
	});
});

describe('answers that are late', () => {
	it('are a reason to ask for fewer at a time, as refusals are', () => {
		for (const [cause, isHeard] of [
			['busy', true],
			['timeout', true],
			['server-error', false],
			['broken', false],
			['malformed', false],
		] as const) {
			const tally = new Tally();
			const heard = vi.fn();
			tally.onBusy = heard;
			tally.retry(cause);
			expect(heard).toHaveBeenCalledTimes(isHeard ? 1 : 0);
		}
	});

	it('let no other be asked for until half of those under way are there', async () => {
		const { server, engine } = await start(serving => vllm(serving), 500);
		const before = server.prompts.length;
		// Eight are under way at first; when they are asked for again, one after the other is there.
		server.fault = (_, index) => {
			const own = index - before;
			return own < 8 ? { kind: 'stall' } : own < 16 ? { kind: 'late', milliseconds: 40 * (own - 7) } : undefined;
		};
		const questions = Array.from({ length: 20 }, (_, i) => ({
			requests: [{ context: [0, ...tokenizer.encode(`Answer: the ${i}?`)], prefix: 0, continuations: [[20], [21]] }],
		}));
		expect((await answersOf(engine, trieOf(questions))).size).toBe(20);
		expect(engine.counts.retries.timeout).toBeGreaterThanOrEqual(8);
		const again = server.prompts[before + 8]?.at ?? Number.NaN;
		const next = server.prompts[before + 16]?.at ?? Number.NaN;
		expect(next - again).toBeGreaterThan(140);
	});
});
