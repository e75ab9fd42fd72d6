import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../test/paths';
import { type Behaviour, promptTokens } from '../../../test/servers/standIns/behaviour';
import { chat, chatText } from '../../../test/servers/standIns/chat';
import { type InventedModel, logSoftmax } from '../../../test/servers/standIns/inventedModel';
import { ollama } from '../../../test/servers/standIns/ollama';
import { openAi } from '../../../test/servers/standIns/openAi';
import { answersOf, openOn, running } from '../../../test/servers/standIns/openOn';
import type { Exchange, Reply } from '../../../test/servers/standIns/serve';
import { neverCancelled } from '../../protocol/cancellation';
import type { ChatMessage } from '../../protocol/prompt';
import { loadTokenizer } from '../../tokenizer/loadTokenizer';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { RequestTrie } from '../planning/requestTrie';
import { textsOf } from './texts';

/** As in Llama 2: a blank is put in front of texts, and its decoder strips it. */
const folder = path.join(root, 'test/fixtures/tiny-decoder/sentencepiece-like');
let tokenizer: Tokenizer;
/** Texts of all tokens, as llama.cpp tells them, by id. */
let pieces: readonly string[];
beforeAll(async () => {
	tokenizer = await loadTokenizer(folder);
	// The repository's own file.
	const { model } = JSON.parse(readFileSync(path.join(folder, 'tokenizer.json'), 'utf8')) as {
		model: { vocab: Record<string, number> };
	};
	const byId = Object.entries(model.vocab).sort(([, a], [, b]) => a - b);
	pieces = byId.map(([piece]) => piece.replaceAll('▁', ' '));
});

const servers: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.close())));

/** A model whose most probable tokens are these, in this order, whatever stands before them. */
function modelOf(order: readonly string[]): InventedModel {
	const logprobs = logSoftmax(pieces.map(piece => (order.includes(piece) ? 9 - order.indexOf(piece) : -9)));
	return { name: 'invented-1', tokenizer, vocabulary: pieces, bos: 1, eos: 2, after: () => logprobs };
}

const messages: readonly ChatMessage[] = [{ role: 'user', content: 'Which of the following is a bird?' }];

const asInVocabulary = (text: string) => text.replaceAll(' ', '▁');
const kinds: readonly (readonly [string, (serving: Behaviour) => (exchange: Exchange) => Reply])[] = [
	['Ollama', ollama],
	['a server of texts', openAi],
	['a server that writes blanks as its vocabulary does', serving => openAi(serving, { shown: asInVocabulary })],
	['a server of chats', chat],
];

async function asked(answer: (serving: Behaviour) => (exchange: Exchange) => Reply, order: readonly string[]) {
	const model = modelOf(order);
	const server = await running(answer, { model });
	servers.push(server);
	const engine = await openOn(server.url, { tokenizer });
	const idOf = (piece: string) => pieces.indexOf(piece);
	const trieOf = (labels: readonly string[]) => {
		const trie = new RequestTrie(true);
		const context = promptTokens(server.serving, chatText(messages));
		trie.add({ requests: [{ context, messages, prefix: 0, continuations: labels.map(label => [idOf(label)]) }] });
		return trie;
	};
	const expected = (labels: readonly string[]) => ({
		kind: 'scored',
		result: {
			argmax: idOf(order[0] ?? ''),
			continuations: labels.map(label => ({
				logprob: expect.closeTo(model.after([])[idOf(label)] ?? Number.NaN, 9),
				greedy: label === order[0],
			})),
		},
	});
	return { engine, trieOf, expected };
}

describe.each(kinds)('labels of SentencePiece, by %s', (_name, answer) => {
	it.each([
		['with a blank', [' A', 'A', ' B', 'B']],
		['without', ['A', ' A', 'B', ' B']],
	])('are told apart where the most probable is one %s', async (_how, order) => {
		const { engine, trieOf, expected } = await asked(answer, order);
		for (const labels of [
			[' A', ' B'],
			['A', 'B'],
			[' A', 'A', ' B', 'B'],
		]) {
			const trie = trieOf(labels);
			await engine.probe(engine.plan(trie), neverCancelled);
			const answers = await answersOf(engine, trie);
			const { kind, result } = expected(labels);
			// “A” alone is read as “ A”, so that it is known only where it was asked for.
			const argmax = order[0] === 'A' && !labels.includes('A') ? -1 : result.argmax;
			expect(answers.get(0)).toMatchObject({ kind, result: { ...result, argmax } });
		}
	});

	it('leave the most probable token known that is none of them', async () => {
		const { engine, trieOf, expected } = await asked(answer, [' the', ' A', ' B', 'A', 'B']);
		const labels = [' A', ' B'];
		expect((await answersOf(engine, trieOf(labels))).get(0)).toMatchObject(expected(labels));
	});

	it('are missing where the server tells of the bare letters alone', async () => {
		const { engine, trieOf } = await asked(answer, ['A', 'B', 'C']);
		const answers = await answersOf(engine, trieOf([' C']));
		expect(answers.get(0)).toMatchObject({ kind: 'failed', reason: { code: 'endpoint.label-missing' } });
	});
});

describe('what a token stands for', () => {
	it('keeps the blank that the decoder strips from the beginning of a text', () => {
		const { wantedOf } = textsOf(tokenizer, false);
		const isByte = (piece: string) => /^<0x..>$/.test(piece);
		for (const [id, piece] of pieces.entries()) {
			if (!isByte(piece)) {
				expect(wantedOf(id)).toEqual({ id, text: piece });
			}
		}
		expect(wantedOf(pieces.indexOf('<0x41>')).text).toBe('A');
	});
});
