import * as z from 'zod';
import { cutAt } from '../../process/writer';
import { read } from '../refusals';
import type { Route } from '../route';
import type { ServerClient } from '../serverClient';
import { endingOf } from './endings';
import { greatestByText } from './tokenForms';

const probability = z.object({ token: z.string(), logprob: z.number() });
const generated = z.object({
	response: z.string(),
	done_reason: z.string().optional(),
	prompt_eval_count: z.number().optional(),
	eval_count: z.number().optional(),
	logprobs: z.array(probability.extend({ top_logprobs: z.array(probability).nullish() })).nullish(),
});

const path = '/api/generate';
const top = 20;

/**
 * Ollama's own `POST /api/generate` with `raw`, which leaves the prompt as it is (engines reference, section 3.8): its route
 * in OpenAI's words was seen to drop log-probabilities.
 */
export function ollamaRoute(client: ServerClient, model: string): Route {
	const generate = async (prompt: string, options: Record<string, unknown>, signal: AbortSignal, writes = 0) => {
		const body = {
			model,
			prompt,
			raw: true,
			// A prompt that is too long is refused, where the version knows the field; else the count of tokens tells.
			truncate: false,
			stream: false,
			logprobs: true,
			top_logprobs: top,
			// Repeated tokens are penalised unless one says otherwise.
			options: { temperature: 0, seed: 0, repeat_penalty: 1, ...options },
		};
		return read(client, path, await client.post(path, body, signal, writes), generated);
	};
	return {
		name: `Ollama /api/generate, the ${top} most probable tokens`,
		prompts: 'text',
		next: { top },
		async after({ text }, wanted, signal) {
			const found = await generate(text(), { num_predict: 1 }, signal);
			const [first] = found.logprobs ?? [];
			const given = first ? [...(first.top_logprobs ?? []), first] : [];
			const known = greatestByText(given);
			return {
				logprobs: wanted.map(({ text: own }) => known.get(own) ?? null),
				best: first ? { text: first.token } : null,
				given: known.size,
				usage: { prompt: found.prompt_eval_count ?? null, cached: null, written: 1 },
			};
		},
		async write({ text }, { maxTokens, until }, signal) {
			const found = await generate(text(), { num_predict: maxTokens, stop: until }, signal, maxTokens);
			const ending = endingOf(client, found.done_reason);
			const written = found.logprobs ?? [];
			return {
				result: {
					text: cutAt(found.response, until),
					// Their ids are not told.
					tokens: Array.from({ length: found.eval_count ?? written.length }, () => -1),
					logprobs: written.map(({ logprob }) => logprob),
					// What ended it is not told where there was a choice.
					ended: ending !== 'stop' ? ending : until.length > 0 ? 'until' : 'end_of_text',
				},
				usage: { prompt: found.prompt_eval_count ?? null, cached: null, written: found.eval_count ?? 0 },
			};
		},
	};
}
