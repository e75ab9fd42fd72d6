import { runFailure } from '../../protocol/failure';
import type { Message } from '../../protocol/messages';
import { AnswerCollector } from '../planning/answers';
import type { Answer } from '../requests';
import { type Ask, type EndpointPlan, tokensTo } from './endpointPlan';
import type { Route, Usage } from './route';
import type { Texts } from './texts';

/** Sends asks, and makes answers of what comes back. */
export class Answers {
	readonly #collector: AnswerCollector;
	readonly #failed = new Set<number>();
	readonly #within = new Map<
		number,
		{ readonly parts: { logprob: number; greedy: boolean }[]; left: number; argmax: number }
	>();

	constructor(
		private readonly plan: EndpointPlan,
		private readonly route: Route,
		private readonly texts: Texts,
	) {
		this.#collector = new AnswerCollector(plan.lengths);
	}

	async send(ask: Ask, signal: AbortSignal): Promise<{ readonly answers: readonly Answer[]; readonly usage: Usage }> {
		const { route, texts, plan } = this;
		const ids = tokensTo(ask.node);
		switch (ask.kind) {
			case 'next': {
				const wanted = ask.marks.map(({ token }) => texts.wantedOf(token));
				const { logprobs, best, given, usage } = await route.after(texts.sequenceOf(ids), wanted, signal);
				const missing = wanted.find((_, i) => logprobs[i] === null);
				if (missing) {
					throw runFailure('endpoint.label-missing', { label: JSON.stringify(missing.text), given });
				}
				const read = { logprobs: logprobs.map(logprob => logprob ?? Number.NaN), argmax: this.#idOf(best) };
				const answers = this.#collector.take([{ at: 0, marks: ask.marks }], [read]);
				return { answers: answers.filter(({ request }) => !this.#failed.has(request)), usage };
			}
			case 'within': {
				const whole = [...ids, ask.last];
				const found = await route.within?.(texts.sequenceOf(whole), whole.length - ask.tokens, signal);
				if (!found || found.logprobs.length !== ask.tokens || found.logprobs.some(Number.isNaN)) {
					throw runFailure('endpoint.echo-incomplete', { tokens: ask.tokens, given: found?.logprobs.length ?? 0 });
				}
				return { answers: this.#takeWithin(ask, found.logprobs, found.greedy), usage: found.usage };
			}
			case 'write': {
				const { write } = route;
				if (!write) {
					throw runFailure('endpoint.no-writing', { route: route.name });
				}
				const { result, usage } = await write(texts.sequenceOf(ids), plan.trie.write(ask.request), signal);
				return { answers: [{ kind: 'written', request: ask.request, result }], usage };
			}
		}
	}

	/** The requests that an ask was for cannot be answered. */
	fail(ask: Ask, reason: Message): Answer[] {
		const requests = ask.kind === 'next' ? ask.marks.map(({ request }) => request) : [ask.request];
		const fresh = [...new Set(requests)].filter(request => !this.#failed.has(request));
		for (const request of fresh) {
			this.#failed.add(request);
		}
		return fresh.map(request => ({ kind: 'failed', request, reason }));
	}

	#takeWithin(
		{ request, continuation }: Extract<Ask, { kind: 'within' }>,
		logprobs: readonly number[],
		greedy: readonly boolean[],
	): Answer[] {
		const count = this.plan.lengths[request]?.length ?? 0;
		const own = this.#within.get(request) ?? {
			parts: Array.from({ length: count }, () => ({ logprob: Number.NaN, greedy: false })),
			left: count,
			argmax: -1,
		};
		this.#within.set(request, own);
		own.parts[continuation] = {
			logprob: logprobs.reduce((sum, value) => sum + value, 0),
			greedy: greedy.every(Boolean),
		};
		own.left--;
		if (own.left > 0 || this.#failed.has(request)) {
			return [];
		}
		this.#within.delete(request);
		return [{ kind: 'scored', request, result: { continuations: own.parts, argmax: own.argmax } }];
	}

	/** −1: a token that this side does not know. */
	#idOf(best: { readonly id: number } | { readonly text: string } | null): number {
		if (best === null || 'id' in best) {
			return best?.id ?? -1;
		}
		const [id, ...others] = this.texts.encode(best.text);
		return id !== undefined && others.length === 0 ? id : -1;
	}
}
