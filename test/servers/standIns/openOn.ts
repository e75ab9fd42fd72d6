import { type EndpointOptions, openEndpoint } from '../../../src/engine/endpoint/endpointEngine';
import { RequestTrie } from '../../../src/engine/planning/requestTrie';
import type { Answer, QuestionRequests } from '../../../src/engine/requests';
import type { Clock } from '../../../src/hub/retry';
import { neverCancelled } from '../../../src/protocol/cancellation';
import { type Behaviour, behaviour } from './behaviour';
import { type InventedModel, inventedModel } from './inventedModel';
import { llamaCpp } from './llamaCpp';
import { ollama } from './ollama';
import { openAi } from './openAi';
import { type Exchange, type Reply, type ServeOptions, type StandIn, serve } from './serve';
import { sglang } from './sglang';
import { tgi } from './tgi';
import { vllm } from './vllm';

/** Waits nowhere, and remembers for how long it would have waited. */
export function quickClock(): Clock & { readonly waits: number[] } {
	const waits: number[] = [];
	return {
		waits,
		now: () => 0,
		random: () => 0.5,
		async sleep(duration, signal) {
			signal?.throwIfAborted();
			waits.push(duration);
		},
	};
}

export interface Kind {
	readonly answer: (serving: Behaviour) => (exchange: Exchange) => Reply;
	readonly prompts: 'ids' | 'text';
	/** Of the most probable tokens, so many are told; null: any. */
	readonly top: number | null;
	/** Scores continuations of several tokens. */
	readonly several: boolean;
	/** Tells the ids of tokens that it writes. */
	readonly tellsIds: boolean;
}

/** Each kind of server that an engine must get on with. */
export const kinds = {
	'vLLM that is asked by token': {
		answer: serving => vllm(serving, { cachedTokens: true }),
		prompts: 'ids',
		top: null,
		several: true,
		tellsIds: true,
	},
	'vLLM that knows no tokens': {
		answer: serving => vllm(serving, { tokenIds: false, tokenizes: false }),
		prompts: 'ids',
		top: 20,
		several: true,
		tellsIds: true,
	},
	'vLLM without a limit': {
		answer: serving => vllm(serving, { tokenIds: false, maxLogprobs: -1 }),
		prompts: 'ids',
		top: 60,
		several: true,
		tellsIds: true,
	},
	SGLang: { answer: sglang, prompts: 'ids', top: null, several: true, tellsIds: true },
	TGI: { answer: tgi, prompts: 'text', top: 5, several: false, tellsIds: true },
	Ollama: { answer: ollama, prompts: 'text', top: 20, several: false, tellsIds: false },
	'LM Studio': {
		answer: serving => openAi(serving, { always200: true }),
		prompts: 'text',
		top: 5,
		several: false,
		tellsIds: false,
	},
	'a server that takes ids': {
		answer: serving => openAi(serving, { ids: true }),
		prompts: 'ids',
		top: 5,
		several: false,
		tellsIds: false,
	},
	'a server with echo': {
		answer: serving => openAi(serving, { honoursEcho: true }),
		prompts: 'text',
		top: 5,
		several: true,
		tellsIds: false,
	},
	'llama.cpp': { answer: llamaCpp, prompts: 'ids', top: null, several: true, tellsIds: true },
} as const satisfies Record<string, Kind>;
export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as KindName[]; // Object.keys forgets what it lists

/** A running server of a kind, and how it behaves. */
export async function running(
	answer: (serving: Behaviour) => (exchange: Exchange) => Reply,
	changes: Partial<Behaviour> & { readonly model?: InventedModel } = {},
	options: ServeOptions = {},
): Promise<StandIn & { readonly serving: Behaviour }> {
	const serving = behaviour(changes.model ?? inventedModel(), changes);
	const server = await serve(answer(serving), options);
	return Object.assign(server, { serving });
}

/** An engine on a stand-in. */
export function openOn(url: string, options: Partial<EndpointOptions> = {}) {
	const { tokenizer, name } = inventedModel();
	return openEndpoint(
		{ address: { url, headers: async () => ({}) }, tokenizer, names: [null, name], clock: quickClock(), ...options },
		neverCancelled,
	);
}
export type OpenedEngine = Awaited<ReturnType<typeof openOn>>;

export function trieOf(questions: readonly QuestionRequests[]): RequestTrie {
	const trie = new RequestTrie();
	for (const question of questions) {
		trie.add(question);
	}
	return trie;
}

/** All answers, by request. */
export async function answersOf(
	engine: OpenedEngine,
	trie: RequestTrie,
	isDone: (request: number) => boolean = () => false,
): Promise<Map<number, Answer>> {
	const answers = new Map<number, Answer>();
	const plan = engine.plan(trie);
	for await (const answer of engine.work(plan, { isDone, token: neverCancelled })) {
		if (answers.has(answer.request)) {
			throw new Error(`request ${answer.request} was answered twice`);
		}
		answers.set(answer.request, answer);
	}
	return answers;
}
