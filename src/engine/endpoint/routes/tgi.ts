import * as z from 'zod';
import { cutAt } from '../../process/writer';
import { read } from '../refusals';
import type { Route } from '../route';
import type { ServerClient } from '../serverClient';
import { endingOf } from './endings';

const token = z.object({ id: z.number(), text: z.string(), logprob: z.number().nullish() });
const generated = z.object({
	generated_text: z.string(),
	details: z.object({
		finish_reason: z.string(),
		tokens: z.array(token),
		top_tokens: z.array(z.array(token)).nullish(),
	}),
});
const tokenized = z.array(z.object({ id: z.number() }));

const path = '/generate';

/**
 * `POST /generate` of text-generation-inference (engines reference, section 3.5): texts, and the most probable tokens. How
 * many tokens it read stands in a header of its answers.
 * @param top As many of the most probable tokens as it tells (`--max-top-n-tokens`).
 */
export function tgiRoute(client: ServerClient, top: number): Route {
	const generate = async (inputs: string, parameters: Record<string, unknown>, signal: AbortSignal, writes = 0) => {
		const body = { inputs, parameters: { details: true, top_n_tokens: top, ...parameters } };
		const answer = await client.post(path, body, signal, writes);
		const { generated_text, details } = read(client, path, answer, generated);
		const prompt = Number((answer.ok && answer.headers.get('x-prompt-tokens')) || Number.NaN);
		const usage = { prompt: Number.isNaN(prompt) ? null : prompt, cached: null, written: details.tokens.length };
		return { text: generated_text, details, usage };
	};
	return {
		name: `TGI /generate, the ${top} most probable tokens`,
		prompts: 'text',
		next: { top },
		async after({ text }, wanted, signal) {
			const { details, usage } = await generate(text(), { max_new_tokens: 1 }, signal);
			const given = [...(details.top_tokens?.[0] ?? []), ...details.tokens.slice(0, 1)];
			const known = new Map(given.map(({ id, logprob }) => [id, logprob ?? null]));
			return {
				logprobs: wanted.map(({ id }) => known.get(id) ?? null),
				best: details.tokens[0] ? { id: details.tokens[0].id } : null,
				given: known.size,
				usage,
			};
		},
		async write({ text }, { maxTokens, until }, signal) {
			// It takes four texts that end an answer, and looks for them at ends of tokens alone; the rest is cut here.
			const stop = until.slice(0, 4);
			const { details, usage } = await generate(text(), { max_new_tokens: maxTokens, stop }, signal, maxTokens);
			const ending = endingOf(client, details.finish_reason);
			const own = ending === 'end_of_text' ? details.tokens.slice(0, -1) : details.tokens;
			// Its own text leaves special tokens out.
			const whole = own.map(piece => piece.text).join('');
			const kept = cutAt(whole, until);
			return {
				result: {
					text: kept,
					tokens: details.tokens.map(({ id }) => id),
					logprobs: details.tokens.map(({ logprob }) => logprob ?? Number.NEGATIVE_INFINITY),
					ended: kept.length < whole.length || ending === 'stop' ? 'until' : ending,
				},
				usage,
			};
		},
		async tokenize(inputs, signal) {
			const answer = await client.post('/tokenize', { inputs }, signal);
			return read(client, '/tokenize', answer, tokenized).map(({ id }) => id);
		},
	};
}
