import { inputFailure } from '../../protocol/failure';
import type { ChatMessage } from '../../protocol/prompt';
import type { WorkOptions } from '../contract';
import { noWork, plusStep, type Work } from '../planning/costModel';
import type { EnginePlan } from '../planning/enginePlan';
import type { Mark, RequestNode, RequestTrie } from '../planning/requestTrie';
import type { RequestId } from '../requests';
import type { Route } from './route';

type ReadMark = Extract<Mark, { kind: 'read' }>;

/** One request to the server. */
export type Ask =
	/** What comes after the sequence that ends here. */
	| { readonly kind: 'next'; readonly node: RequestNode; readonly marks: readonly ReadMark[] }
	/** A continuation's own tokens, told with its context. */
	| {
			readonly kind: 'within';
			/** The end of all its tokens but the last. */
			readonly node: RequestNode;
			readonly request: RequestId;
			readonly continuation: number;
			readonly tokens: number;
			readonly last: number;
	  }
	| { readonly kind: 'write'; readonly node: RequestNode; readonly request: RequestId };

export interface EndpointPlan extends EnginePlan {
	/** Depth first through the token tree: neighbours share long beginnings, which servers keep. */
	readonly asks: readonly Ask[];
	readonly trie: RequestTrie;
}

/**
 * Orders all requests by what they share. Continuations of several tokens are read token by token where the server tells
 * log-probabilities of any token, else with their context; one-token labels always after it.
 * @throws Failure where the server can do neither.
 */
export function planAsks(trie: RequestTrie, route: Route, host: string): EndpointPlan {
	const lengths = trie.places.map(({ end, leaves }) => (leaves ?? []).map(leaf => leaf.depth - end.depth + 1));
	const isLong = (request: RequestId) => lengths[request]?.some(length => length > 1) ?? false;
	const byContext = route.next !== 'any' && route.within !== undefined;
	const asks: Ask[] = [];
	const waiting: RequestNode[] = [trie.root];
	for (let node = waiting.pop(); node; node = waiting.pop()) {
		asks.push(...asksAt(node, request => byContext && isLong(request), lengths));
		waiting.push(...[...node.children.values()].reverse());
	}
	const long = lengths.findIndex((_, request) => isLong(request));
	if (long >= 0 && route.next !== 'any' && !route.within) {
		throw inputFailure('endpoint.one-token-only', { host, route: route.name });
	}
	if (route.prompts === 'messages' && asks.some(ask => messagesOf(trie, ask) === null)) {
		throw inputFailure('endpoint.chat-only', { host });
	}
	const planned = newTokensOf(asks).tokens;
	return { asks, trie, lengths, counts: { ...trie.counts, planned } };
}

function asksAt(node: RequestNode, isWithin: (request: RequestId) => boolean, lengths: EndpointPlan['lengths']): Ask[] {
	const reads = node.marks.filter((mark): mark is ReadMark => mark.kind === 'read');
	const next = reads.filter(({ request }) => !isWithin(request));
	const within = reads.filter(
		({ request, continuation, step }) => isWithin(request) && step + 1 === lengths[request]?.[continuation],
	);
	const writes = node.marks.filter(mark => mark.kind === 'write');
	return [
		...(next.length > 0 ? [{ kind: 'next' as const, node, marks: next }] : []),
		...within.map(({ request, continuation, token }) => ({
			kind: 'within' as const,
			node,
			request,
			continuation,
			tokens: lengths[request]?.[continuation] ?? 0,
			last: token,
		})),
		...writes.map(({ request }) => ({ kind: 'write' as const, node, request })),
	];
}

/** Of an ask at the end of a chat: what its tokens were written from. */
export function messagesOf(trie: RequestTrie, ask: Ask): readonly ChatMessage[] | null {
	const request = ask.kind === 'next' ? ask.marks[0]?.request : ask.request;
	return request === undefined ? null : trie.messages(request);
}

/** An ask for those of its answers that are still wanted; null: none is. */
export function stillWanted(ask: Ask, isDone: WorkOptions['isDone']): Ask | null {
	if (ask.kind !== 'next') {
		return isDone(ask.request) ? null : ask;
	}
	const marks = ask.marks.filter(({ request }) => !isDone(request));
	return marks.length > 0 ? { ...ask, marks } : null;
}

/** Whether an answer to it is still wanted. */
function isWanted(ask: Ask, isDone: WorkOptions['isDone']): boolean {
	return ask.kind === 'next' ? ask.marks.some(({ request }) => !isDone(request)) : !isDone(ask.request);
}

/**
 * The tokens of an ask that the one before it does not share, and how many stand before them. The last token is always
 * computed, for what comes after it; log-probabilities of the prompt's own tokens are never read from a cache.
 */
export function newTokens(ask: Ask, before: Ask | null): { readonly tokens: number; readonly depth: number } {
	if (ask.kind === 'within') {
		return { tokens: ask.node.depth + 1, depth: 0 };
	}
	const shared = Math.min(ask.node.depth - 1, before ? sharedDepth(ask.node, before.node) : 0);
	return { tokens: ask.node.depth - shared, depth: shared };
}

function sharedDepth(a: RequestNode, b: RequestNode): number {
	const above = new Set<RequestNode>();
	for (let node: RequestNode | null = a; node; node = node.parent) {
		above.add(node);
	}
	let node: RequestNode | null = b;
	while (node && !above.has(node)) {
		node = node.parent;
	}
	return node?.depth ?? 0;
}

/** What is to be computed for the answers that are still wanted, where the server keeps what neighbours share. */
export function asksLeft({ asks }: EndpointPlan, isDone: WorkOptions['isDone']): Work {
	return newTokensOf(asks.filter(ask => isWanted(ask, isDone)));
}

function newTokensOf(asks: readonly Ask[]): Work {
	let work = noWork;
	for (const [i, ask] of asks.entries()) {
		work = plusStep(work, newTokens(ask, asks[i - 1] ?? null));
	}
	return work;
}

/** All tokens from the beginning to a node. */
export function tokensTo(node: RequestNode): number[] {
	const parts: Int32Array[] = [];
	for (let at: RequestNode | null = node; at; at = at.parent) {
		parts.push(at.tokens);
	}
	return parts.reverse().flatMap(part => [...part]);
}
