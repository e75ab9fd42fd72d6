import { runFailure } from '../../protocol/failure';
import { type Message, message } from '../../protocol/messages';
import { AnswerCollector } from '../planning/answers';
import type { Answer, RequestId } from '../requests';
import { type Ask, type EndpointPlan, messagesOf, tokensTo } from './endpointPlan';
import type { NextTokens, PromptLogprobs, Route, Usage } from './route';
import type { Texts } from './texts';

type AskOf<K extends Ask['kind']> = Extract<Ask, { kind: K }>;

interface WithinParts {
	readonly parts: { logprob: number; greedy: boolean }[];
	left: number;
	argmax: number;
}

/** Sends asks, and makes answers of what comes back. */
export class Answers {
	readonly #collector: AnswerCollector;
	readonly #failed = new Set<RequestId>();
	readonly #within = new Map<RequestId, WithinParts>();

	constructor(
		private readonly plan: EndpointPlan,
		private readonly route: Route,
		private readonly texts: Texts,
		private readonly host: string,
	) {
		this.#collector = new AnswerCollector(plan.lengths);
	}

	/** @throws Failure where the ask cannot be answered. */
	async send(ask: Ask, signal: AbortSignal): Promise<Answer[]> {
		switch (ask.kind) {
			case 'next':
				return this.#next(ask, signal);
			case 'within':
				return this.#readWithin(ask, signal);
			case 'write':
				return this.#write(ask, signal);
		}
	}

	/** Requests that cannot be answered. */
	fail(requests: readonly RequestId[], reason: Message): Answer[] {
		const fresh = [...new Set(requests)].filter(request => !this.#failed.has(request));
		for (const request of fresh) {
			this.#failed.add(request);
		}
		return fresh.map(request => ({ kind: 'failed', request, reason }));
	}

	async #next(ask: AskOf<'next'>, signal: AbortSignal): Promise<Answer[]> {
		const { route, texts, plan } = this;
		const { node, marks } = ask;
		const ids = tokensTo(node);
		const wanted = marks.map(({ token }) => texts.wantedOf(token));
		const { logprobs, best, given, usage } = await route.after(
			texts.sequenceOf(ids, messagesOf(plan.trie, ask)),
			wanted,
			signal,
		);
		this.#checkCount(ids.length, usage);
		const isThere = (_: unknown, i: number) => logprobs[i] !== null;
		const argmax = idOf(
			best,
			texts,
			wanted.map(({ id }) => id),
		);
		const read = { logprobs: logprobs.filter(value => value !== null), argmax };
		const scored = this.#collector.take([{ at: 0, marks: marks.filter(isThere) }], [read]);
		const missing = marks.filter((mark, i) => !isThere(mark, i));
		const failed = missing.flatMap(({ request, token }) =>
			this.fail(
				[request],
				message('endpoint.label-missing', { label: JSON.stringify(texts.wantedOf(token).text), given }),
			),
		);
		return [...scored.filter(({ request }) => !this.#failed.has(request)), ...failed];
	}

	async #readWithin(ask: AskOf<'within'>, signal: AbortSignal): Promise<Answer[]> {
		const { route, texts } = this;
		const ids = [...tokensTo(ask.node), ask.last];
		const found = await route.within?.(texts.sequenceOf(ids), ids.length - ask.tokens, signal);
		if (!found || !isWhole(found, ask.tokens)) {
			throw runFailure('endpoint.echo-incomplete', { tokens: ask.tokens, given: found?.logprobs.length ?? 0 });
		}
		this.#checkCount(ids.length, found.usage);
		const [first = -1] = ids.slice(-ask.tokens);
		return this.#takeWithin(ask, found, first);
	}

	async #write(ask: AskOf<'write'>, signal: AbortSignal): Promise<Answer[]> {
		const { route, texts, plan } = this;
		const { node, request } = ask;
		if (!route.write) {
			throw runFailure('endpoint.no-writing', { route: route.name });
		}
		const ids = tokensTo(node);
		const { result, usage } = await route.write(
			texts.sequenceOf(ids, messagesOf(plan.trie, ask)),
			plan.trie.write(request),
			signal,
		);
		this.#checkCount(ids.length, usage);
		return [{ kind: 'written', request, result }];
	}

	/** @param first The continuation's own first token. */
	#takeWithin(
		{ request, continuation }: AskOf<'within'>,
		{ logprobs, greedy, best }: PromptLogprobs,
		first: number,
	): Answer[] {
		const count = this.plan.lengths[request]?.length ?? 0;
		const own = this.#within.get(request) ?? {
			parts: Array.from({ length: count }, () => ({ logprob: Number.NaN, greedy: false })),
			left: count,
			argmax: idOf(best, this.texts, [first]),
		};
		this.#within.set(request, own);
		const logprob = logprobs.reduce((sum, value) => sum + value, 0);
		own.parts[continuation] = { logprob, greedy: greedy.every(Boolean) };
		own.left--;
		if (own.left > 0 || this.#failed.has(request)) {
			return [];
		}
		this.#within.delete(request);
		return [{ kind: 'scored', request, result: { continuations: own.parts, argmax: own.argmax } }];
	}

	/** A server that cuts long prompts in silence, or reads a text as other tokens, answers another question. */
	#checkCount(ours: number, { prompt: theirs }: Usage): void {
		if (theirs !== null && theirs !== ours) {
			throw runFailure('endpoint.other-count', { host: this.host, ours, theirs });
		}
	}
}

/** Whether there is a log-probability of each of so many tokens. */
export function isWhole({ logprobs }: PromptLogprobs, tokens: number): boolean {
	return logprobs.length === tokens && !logprobs.some(Number.isNaN);
}

/**
 * The token that a server tells of. By itself a text may be read as another one: at the beginning, “A” is SentencePiece's
 * token of “ A”. So what tokens stand for is compared with it.
 * @param likely Tokens that it may be, beside those that its text is read as: the ones that were asked for.
 * @returns −1: a token that this side does not know.
 */
export function idOf(
	best: NextTokens['best'],
	{ encode, wantedOf }: Pick<Texts, 'encode' | 'wantedOf'>,
	likely: readonly number[] = [],
): number {
	if (best === null || 'id' in best) {
		return best?.id ?? -1;
	}
	const { text } = best;
	// Half a character stands for any of many tokens.
	if (text.includes('\ufffd')) {
		return -1;
	}
	return [...likely, ...encode(text)].find(id => wantedOf(id).text === text) ?? -1;
}
