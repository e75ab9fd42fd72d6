import * as z from 'zod';
import { cutAt } from '../../process/writer';
import type { GenerateResult } from '../../requests';
import { read } from '../refusals';
import type { NextTokens, Route } from '../route';
import type { ServerClient } from '../serverClient';
import { endingOf } from './endings';

const probability = z.object({ id: z.number(), logprob: z.number().nullable() });
const completion = z.object({
	content: z.string(),
	tokens: z.array(z.number()).optional(),
	truncated: z.boolean().optional(),
	stop_type: z.string().optional(),
	tokens_evaluated: z.number(),
	timings: z.object({ cache_n: z.number().optional() }).optional(),
	completion_probabilities: z
		.array(
			probability.extend({ top_logprobs: z.array(probability).optional(), probs: z.array(probability).optional() }),
		)
		.optional(),
});
const tokenized = z.object({ tokens: z.array(z.number()) });

/** How many of the most probable tokens are asked for, and where one is missing: at last all that a vocabulary can hold. */
const tries = [100, 5000, 1_000_000];

/** Fields of the answer; others would repeat the prompt and all settings. */
const fields = [
	'content',
	'tokens',
	'truncated',
	'stop_type',
	'tokens_evaluated',
	'timings',
	'completion_probabilities',
];

/**
 * `POST /completion` of llama.cpp's server, with token ids (engines reference, section 3.6). Its log-probabilities are
 * those before sampling; a token that is not among those asked for is asked for again with the whole vocabulary, which
 * costs one token, since the prompt is in the server's cache. It has no echo: one given all the same is chance.
 */
export function llamaCppRoute(client: ServerClient): Route {
	const path = '/completion';
	const complete = async (body: Record<string, unknown>, signal: AbortSignal, writes = 0) => {
		// Penalties that the server was started with would have it write another token than the most probable.
		const plain = { temperature: 0, repeat_penalty: 1, presence_penalty: 0, frequency_penalty: 0, dry_multiplier: 0 };
		const common = { ...plain, cache_prompt: true, post_sampling_probs: false, return_tokens: true };
		const answer = await client.post(path, { ...common, ...body, response_fields: fields }, signal, writes);
		return read(client, path, answer, completion);
	};
	const usageOf = ({ tokens_evaluated, timings }: z.output<typeof completion>, written: number) => ({
		prompt: tokens_evaluated,
		cached: timings?.cache_n ?? null,
		written,
	});
	return {
		name: 'llama.cpp /completion',
		prompts: 'ids',
		next: 'any',
		async after({ ids }, wanted, signal): Promise<NextTokens> {
			for (const asked of tries) {
				const found = await complete({ prompt: ids, n_predict: 1, n_probs: asked }, signal);
				const [first] = found.completion_probabilities ?? [];
				const top = first?.top_logprobs ?? first?.probs ?? [];
				const known = new Map(top.map(({ id, logprob }) => [id, logprob]));
				const logprobs = wanted.map(({ id }) => known.get(id) ?? null);
				if (logprobs.every(logprob => logprob !== null) || top.length < asked) {
					return { logprobs, best: top[0] ? { id: top[0].id } : null, given: top.length, usage: usageOf(found, 1) };
				}
			}
			throw new Error('a vocabulary of more than a million tokens');
		},
		async write({ ids }, { maxTokens, until }, signal) {
			const found = await complete({ prompt: ids, n_predict: maxTokens, stop: until, n_probs: 1 }, signal, maxTokens);
			const ending = endingOf(client, found.stop_type);
			const tokens = found.tokens ?? [];
			const logprobs = (found.completion_probabilities ?? []).map(({ logprob }) => logprob ?? Number.NEGATIVE_INFINITY);
			const result: GenerateResult = {
				text: cutAt(found.content, until),
				tokens,
				logprobs,
				ended: ending === 'stop' ? 'end_of_text' : ending,
			};
			return { result, usage: usageOf(found, tokens.length) };
		},
		async tokenize(content, signal) {
			const answer = await client.post('/tokenize', { content, add_special: false, parse_special: true }, signal);
			return read(client, '/tokenize', answer, tokenized).tokens;
		},
	};
}
