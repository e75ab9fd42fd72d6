import * as z from 'zod';
import { inputFailure } from '../../protocol/failure';
import { read } from './refusals';
import type { Route } from './route';
import { llamaCppRoute } from './routes/llamaCpp';
import { ollamaRoute } from './routes/ollama';
import { completionsRoute } from './routes/openAi';
import { sglangRoute } from './routes/sglang';
import { tgiRoute } from './routes/tgi';
import type { Server } from './server';
import type { ServerClient } from './serverClient';

/** The model's name on the server. @throws Failure where several are served and none has the name. */
export function servedName(server: Server, host: string, names: readonly (string | null)[]): string {
	const wanted = names.filter(name => name !== null);
	const found = wanted.find(name => server.models.includes(name));
	const [only, ...others] = server.models;
	if (found !== undefined) {
		return found;
	}
	// A name that was written for this server must be there; a model's own may stand under another one.
	if (only !== undefined && others.length === 0 && names[0] === null) {
		return only;
	}
	if (only === undefined && wanted[0] !== undefined) {
		return wanted[0];
	}
	throw inputFailure('endpoint.no-model', { host, model: wanted.join(', '), models: server.models.join(', ') });
}

const tried = z.object({
	choices: z
		.array(
			z.object({
				logprobs: z
					.object({
						token_logprobs: z.array(z.number().nullable()),
						top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
					})
					.nullish(),
			}),
		)
		.min(1),
});

/** Two tokens of any vocabulary, and one that is hardly ever the most probable. */
const prompt = [100, 101];
const unlikely = 102;

/** How a server is asked, found out by asking it: builds differ in what they take and honour. */
export async function openRoute(
	client: ServerClient,
	server: Server,
	model: string,
	signal: AbortSignal,
): Promise<Route> {
	switch (server.kind) {
		case 'llama.cpp':
			return llamaCppRoute(client);
		case 'sglang':
			return sglangRoute(client);
		case 'tgi':
			return tgiRoute(client);
		case 'ollama':
			return ollamaRoute(client, model);
		case 'vllm':
		case 'openai':
			return completions(client, server, model, signal);
	}
}

/** `/v1/completions`, with what this server honours of it. What it does not know it may refuse, or pass over in silence. */
async function completions(client: ServerClient, server: Server, model: string, signal: AbortSignal): Promise<Route> {
	const path = '/v1/completions';
	const ask = async (body: Record<string, unknown>) => {
		const answer = await client.post(path, { model, max_tokens: 1, temperature: 0, ...body }, signal);
		return answer.ok ? (read(client, path, answer, tried).choices[0]?.logprobs ?? null) : null;
	};
	const isVllm = server.kind === 'vllm';
	const form = isVllm ? { return_tokens_as_token_ids: true } : {};
	const byIds = await client.post(path, { model, max_tokens: 1, temperature: 0, prompt, logprobs: 1 }, signal);
	if (!byIds.ok && [401, 402, 403, 404].includes(byIds.status)) {
		read(client, path, byIds, tried);
	}
	const prompts = byIds.ok ? 'ids' : 'text';
	const short = prompts === 'ids' ? prompt : 'Hello world';
	const wanted = isVllm ? await ask({ ...form, prompt: short, logprobs: 1, logprob_token_ids: [unlikely] }) : null;
	const twenty = await ask({ ...form, prompt: short, logprobs: 20 });
	const top = Object.keys(twenty?.top_logprobs?.[0] ?? {}).length > 5 ? 20 : 5;
	const echoed = await ask({ ...form, prompt: short, logprobs: 1, echo: true });
	return completionsRoute(client, {
		model,
		prompts,
		top,
		ids: isVllm,
		wanted: `token_id:${unlikely}` in (wanted?.top_logprobs?.[0] ?? {}),
		// Honoured: the prompt's own tokens come back, the first of them without a log-probability.
		echo: echoed !== null && echoed.token_logprobs.length > 1 && echoed.token_logprobs[0] === null,
	});
}
