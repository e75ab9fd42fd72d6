import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trieOf } from '../../../test/servers/standIns/openOn';
import { commonLength } from '../../tokenizer/commonLength';
import type { QuestionRequests } from '../requests';
import { type Ask, asksLeft, planAsks, tokensTo } from './endpointPlan';
import type { Route } from './route';

const token = fc.integer({ min: 4, max: 9 });
const beginning = fc.constantFrom([], [5, 6, 7, 8, 9, 5, 6], [5, 6, 7], [4, 4, 4, 4, 4]);
const context = fc.tuple(beginning, fc.array(token, { minLength: 1, maxLength: 5 })).map(parts => parts.flat());
const question: fc.Arbitrary<QuestionRequests> = fc.record({
	requests: fc.array(
		fc.record({
			context,
			prefix: fc.constant(0),
			continuations: fc.array(fc.array(token, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
		}),
		{ minLength: 1, maxLength: 3 },
	),
	generation: fc.option(
		fc.record({ context, prefix: fc.constant(0), maxTokens: fc.constant(2), until: fc.constant([]) }),
		{
			nil: undefined,
			freq: 4,
		},
	),
});
const questions = fc.array(question, { minLength: 1, maxLength: 10 });

const unused = () => Promise.reject(new Error('not asked'));
const byToken: Route = { name: 'by token', prompts: 'ids', next: 'any', after: unused };
const byEcho: Route = { ...byToken, next: { top: 5 }, within: unused };

/** What a server is sent. */
const sequenceOf = (ask: Ask) => (ask.kind === 'within' ? [...tokensTo(ask.node), ask.last] : tokensTo(ask.node));

describe('a plan for a server', () => {
	it('asks for every token once, neighbours sharing what can be shared', () => {
		fc.assert(
			fc.property(questions, asked => {
				const { asks } = planAsks(trieOf(asked), byToken, 'host');
				const sequences = asks.filter(({ kind }) => kind === 'next').map(ask => sequenceOf(ask).join());
				const needed = asked.flatMap(({ requests }) =>
					requests.flatMap(({ context, continuations }) =>
						continuations.flatMap(tokens => tokens.map((_, i) => [...context, ...tokens.slice(0, i)].join())),
					),
				);
				expect([...sequences].sort()).toEqual([...new Set(needed)].sort());
				// Depth first: once a beginning was left, it does not come back.
				const all = asks.map(sequenceOf);
				for (const [i, sequence] of all.entries()) {
					const shared = commonLength(sequence, all[i - 1] ?? []);
					for (const earlier of all.slice(0, Math.max(0, i - 1))) {
						expect(commonLength(sequence, earlier)).toBeLessThanOrEqual(shared);
					}
				}
			}),
		);
	});

	it('counts what a cache of what neighbours share cannot spare', () => {
		fc.assert(
			fc.property(questions, fc.func(fc.boolean()), fc.constantFrom(byToken, byEcho), (asked, done, route) => {
				const trie = trieOf(asked);
				const plan = planAsks(trie, route, 'host');
				const isDone = (request: number) => done(request);
				const wanted = plan.asks.filter(ask =>
					ask.kind === 'next' ? ask.marks.some(({ request }) => !isDone(request)) : !isDone(ask.request),
				);
				let [tokens, pairs] = [0, 0];
				for (const [i, ask] of wanted.entries()) {
					const sequence = sequenceOf(ask);
					const before = wanted[i - 1];
					// A cache holds what the neighbour was sent; the last token is computed for its row.
					const known = ask.kind === 'within' || !before ? 0 : commonLength(sequence, tokensTo(before.node));
					const depth = Math.min(known, sequence.length - 1);
					tokens += sequence.length - depth;
					pairs += (sequence.length - depth) * (depth + (sequence.length - depth) / 2);
				}
				expect(asksLeft(plan, isDone)).toEqual({ steps: wanted.length, tokens, pairs: expect.closeTo(pairs, 6) });
				expect(plan.counts.planned).toBe(asksLeft(plan, () => false).tokens);
				if (route === byToken && asked.every(({ generation }) => !generation)) {
					expect(plan.counts.planned).toBe(plan.counts.distinct);
				}
			}),
		);
	});

	it('reads several tokens with their context where a server tells of no single ones', () => {
		fc.assert(
			fc.property(questions, asked => {
				const { asks } = planAsks(trieOf(asked), byEcho, 'host');
				const isLong = ({ continuations }: { continuations: readonly (readonly number[])[] }) =>
					continuations.some(({ length }) => length > 1);
				const expected = asked.flatMap(({ requests }) =>
					requests
						.filter(isLong)
						.flatMap(({ context, continuations }) => continuations.map(own => [...context, ...own].join())),
				);
				const within = asks.filter(({ kind }) => kind === 'within').map(ask => sequenceOf(ask).join());
				expect([...within].sort()).toEqual([...expected].sort());
			}),
		);
	});
});
