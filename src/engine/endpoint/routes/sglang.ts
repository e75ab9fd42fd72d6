import * as z from 'zod';
import { cutAt } from '../../process/writer';
import type { GenerateResult } from '../../requests';
import { read } from '../refusals';
import type { Route } from '../route';
import type { ServerClient } from '../serverClient';
import { endingOf } from './endings';

/** `[ln p, token id, text or null]`; the first of a prompt has no ln p. */
const triple = z.tuple([z.number().nullable(), z.number()]).rest(z.unknown());
const generated = z.object({
	text: z.string(),
	output_ids: z.array(z.number()).optional(),
	meta_info: z.object({
		prompt_tokens: z.number(),
		completion_tokens: z.number().optional(),
		cached_tokens: z.number().optional(),
		finish_reason: z.object({ type: z.string(), matched: z.unknown().optional() }).nullish(),
		output_token_logprobs: z.array(triple).optional(),
		output_token_ids_logprobs: z.array(z.array(triple).nullable()).optional(),
	}),
});

const path = '/generate';

/** A model's own generation settings may penalise what was written before, which is not greedy. */
const greedy = { max_new_tokens: 1, temperature: 0, repetition_penalty: 1, skip_special_tokens: false };

/**
 * SGLang's own `POST /generate` with token ids (engines reference, section 3.7). Answers of several tokens are read token by
 * token, each from its cache; log-probabilities of a prompt's own tokens would be computed past it.
 */
export function sglangRoute(client: ServerClient): Route {
	const generate = async (
		ids: readonly number[],
		sampling: Record<string, unknown>,
		body: Record<string, unknown>,
		signal: AbortSignal,
		writes = 0,
	) => {
		const request = { input_ids: ids, sampling_params: { ...greedy, ...sampling }, return_logprob: true, ...body };
		return read(client, path, await client.post(path, request, signal, writes), generated);
	};
	const usageOf = ({ meta_info }: z.output<typeof generated>) => ({
		prompt: meta_info.prompt_tokens,
		cached: meta_info.cached_tokens ?? null,
		written: meta_info.completion_tokens ?? 1,
	});
	return {
		name: 'SGLang /generate',
		prompts: 'ids',
		next: 'any',
		async after({ ids }, wanted, signal) {
			// Where log-probabilities of the prompt begin is left open: from its start they would defeat the server's cache.
			const found = await generate(ids, {}, { token_ids_logprob: [...new Set(wanted.map(({ id }) => id))] }, signal);
			const { output_token_ids_logprobs, output_token_logprobs } = found.meta_info;
			const known = new Map((output_token_ids_logprobs?.[0] ?? []).map(([logprob, id]) => [id, logprob]));
			return {
				logprobs: wanted.map(({ id }) => known.get(id) ?? null),
				best: output_token_logprobs?.[0] ? { id: output_token_logprobs[0][1] } : null,
				given: known.size,
				usage: usageOf(found),
			};
		},
		async write({ ids }, { maxTokens, until }, signal) {
			const found = await generate(ids, { max_new_tokens: maxTokens, stop: until }, {}, signal, maxTokens);
			const written = found.meta_info.output_token_logprobs ?? [];
			return {
				result: {
					text: cutAt(found.text, until),
					tokens: written.map(([, id]) => id),
					logprobs: written.map(([logprob]) => logprob ?? Number.NEGATIVE_INFINITY),
					ended: endedBy(client, found.meta_info.finish_reason),
				},
				usage: usageOf(found),
			};
		},
		async countText(text, signal) {
			const body = { text, sampling_params: greedy };
			return read(client, path, await client.post(path, body, signal), generated).meta_info.prompt_tokens;
		},
	};
}

/** A text that was matched ends an answer, or a token. */
function endedBy(
	client: ServerClient,
	reason: z.output<typeof generated>['meta_info']['finish_reason'],
): GenerateResult['ended'] {
	const ending = endingOf(client, reason?.type);
	return ending !== 'stop' ? ending : typeof reason?.matched === 'string' ? 'until' : 'end_of_text';
}
