import * as z from 'zod';
import { read } from '../refusals';
import type { Route } from '../route';
import type { ServerClient } from '../serverClient';

const token = z.object({ id: z.number(), text: z.string(), logprob: z.number().nullish() });
const generated = z.object({
	generated_text: z.string(),
	details: z.object({
		finish_reason: z.string(),
		prefill: z.array(token),
		tokens: z.array(token),
		top_tokens: z.array(z.array(token)).nullish(),
	}),
});
const tokenized = z.array(z.object({ id: z.number() }));

const path = '/generate';
/** As many as it gives. */
const top = 5;

/** `POST /generate` of text-generation-inference (engines reference, section 3.5): texts, and the five most probable tokens. */
export function tgiRoute(client: ServerClient): Route {
	const generate = async (inputs: string, parameters: Record<string, unknown>, signal: AbortSignal) => {
		const body = { inputs, parameters: { details: true, top_n_tokens: top, ...parameters } };
		return read(client, path, await client.post(path, body, signal), generated);
	};
	return {
		name: `TGI /generate, the ${top} most probable tokens`,
		prompts: 'text',
		next: { top },
		async after({ text }, wanted, signal) {
			const { details } = await generate(text(), { max_new_tokens: 1 }, signal);
			const given = [...(details.top_tokens?.[0] ?? []), ...details.tokens.slice(0, 1)];
			const known = new Map(given.map(({ id, logprob }) => [id, logprob ?? null]));
			return {
				logprobs: wanted.map(({ id }) => known.get(id) ?? null),
				best: details.tokens[0] ? { id: details.tokens[0].id } : null,
				given: known.size,
				usage: { prompt: null, cached: null, written: 1 },
			};
		},
		async write({ text }, { maxTokens, until }, signal) {
			const { generated_text, details } = await generate(text(), { max_new_tokens: maxTokens, stop: until }, signal);
			const end = until.find(one => generated_text.endsWith(one));
			const endings = { length: 'length', eos_token: 'end_of_text' } as const;
			const reason = details.finish_reason;
			return {
				result: {
					text: end === undefined ? generated_text : generated_text.slice(0, -end.length),
					tokens: details.tokens.map(({ id }) => id),
					logprobs: details.tokens.map(({ logprob }) => logprob ?? Number.NEGATIVE_INFINITY),
					ended: reason === 'length' || reason === 'eos_token' ? endings[reason] : 'until',
				},
				usage: { prompt: null, cached: null, written: details.tokens.length },
			};
		},
		async tokenize(inputs, signal) {
			const answer = await client.post('/tokenize', { inputs, add_special_tokens: false }, signal);
			return read(client, '/tokenize', answer, tokenized).map(({ id }) => id);
		},
	};
}
