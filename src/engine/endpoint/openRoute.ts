import * as z from 'zod';
import { inputFailure } from '../../protocol/failure';
import { read } from './refusals';
import type { Route } from './route';
import { chatRoute, chatTop } from './routes/chat';
import { type CompletionsOptions, completion, completionsPath, completionsRoute, vllmForm } from './routes/completions';
import { llamaCppRoute } from './routes/llamaCpp';
import { ollamaRoute } from './routes/ollama';
import { sglangRoute } from './routes/sglang';
import { tgiRoute } from './routes/tgi';
import type { Server } from './server';
import type { ServerClient } from './serverClient';

/** The model's name on the server. @throws Failure where several are served and none has the name. */
export function servedName(server: Server, host: string, names: readonly (string | null)[]): string {
	const wanted = names.filter(name => name !== null);
	// Ollama's names have a tag, which is `latest` where none is written.
	const found = wanted.flatMap(name => [name, `${name}:latest`]).find(name => server.models.includes(name));
	const [only, ...others] = server.models;
	if (found !== undefined) {
		return found;
	}
	// The router of Hugging Face takes a provider behind the name, which it does not list.
	const routed = names[0]?.slice(0, names[0].lastIndexOf(':'));
	if (names[0] && routed && server.models.includes(routed)) {
		return names[0];
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

/** A text that any tokenizer cuts into a few tokens, and its tokens. */
export interface Sample {
	readonly text: string;
	readonly ids: readonly number[];
}

/** How a server is asked, found out by asking it: builds differ in what they take and honour. */
export async function openRoute(
	client: ServerClient,
	server: Server,
	model: string,
	sample: Sample,
	signal: AbortSignal,
): Promise<Route> {
	switch (server.kind) {
		case 'llama.cpp':
			return llamaCppRoute(client);
		case 'sglang':
			return sglangRoute(client);
		case 'tgi':
			return tgiRoute(client, await tgiTop(client, sample, signal));
		case 'ollama':
			return ollamaRoute(client, model);
		case 'openai': {
			const top = (await hasCompletions(client, model, sample, signal)) ? null : await chatTop(client, model, signal);
			if (top !== null) {
				return chatRoute(client, model, top);
			}
			return completionsRoute(client, await honoured(client, server, model, sample, signal));
		}
		case 'vllm':
			return completionsRoute(client, await honoured(client, server, model, sample, signal));
	}
}

/** Hosted services have chats alone. */
async function hasCompletions(
	client: ServerClient,
	model: string,
	{ text }: Sample,
	signal: AbortSignal,
): Promise<boolean> {
	const answer = await client.offer(completionsPath, { model, prompt: text, max_tokens: 1 }, signal);
	return answer.ok || ![404, 405, 501].includes(answer.status);
}

/** As many of the most probable tokens as a server may be asked for, the most first. */
const levels = [1000, 100, 20, 5] as const;

/** The server refuses more than it was started with. */
async function tgiTop(client: ServerClient, { text }: Sample, signal: AbortSignal): Promise<number> {
	for (const top of levels) {
		const parameters = { max_new_tokens: 1, details: true, top_n_tokens: top };
		const answer = await client.offer('/generate', { inputs: text, parameters }, signal);
		if (answer.ok) {
			return top;
		}
	}
	return 5;
}

/** Refusals that have nothing to do with what was asked. */
const isGeneral = (status: number) => status < 400 || [401, 402, 403, 404].includes(status);

/** What this server honours of `/v1/completions`. What it does not know it may refuse, or pass over in silence. */
async function honoured(
	client: ServerClient,
	server: Server,
	model: string,
	sample: Sample,
	signal: AbortSignal,
): Promise<CompletionsOptions> {
	const isVllm = server.kind === 'vllm';
	const ask = async (body: Record<string, unknown>) => {
		const common = { model, max_tokens: 1, temperature: 0, ...(isVllm ? vllmForm : {}) };
		const answer = await client.offer(completionsPath, { ...common, ...body }, signal);
		if (!answer.ok && isGeneral(answer.status)) {
			read(client, completionsPath, answer, completion);
		}
		// Some refuse with a status of 200.
		const parsed = answer.ok ? completion.safeParse(answer.json) : null;
		return parsed?.success ? (parsed.data.choices[0] ?? null) : null;
	};
	const prompts = (await ask({ prompt: sample.ids, logprobs: 1 })) ? 'ids' : 'text';
	const prompt = prompts === 'ids' ? sample.ids : sample.text;
	const tokenize = isVllm ? await vllmTokenize(client, model, sample, signal) : undefined;
	const known = { model, prompts, isVllm, tokenize } as const;
	if (isVllm && (await takesWanted(ask, prompt, sample))) {
		return { ...known, wanted: true, top: 1, echo: false };
	}
	const echoed = (await ask({ prompt, logprobs: 1, echo: true }))?.logprobs;
	return {
		...known,
		wanted: false,
		top: await topOf(async logprobs => (await ask({ prompt, logprobs }))?.logprobs?.top_logprobs?.[0] ?? {}),
		// Honoured: the prompt's own tokens come back, the first of them without a log-probability.
		echo:
			(echoed?.token_logprobs.length ?? 0) > 1 &&
			echoed?.token_logprobs[0] === null &&
			typeof echoed.token_logprobs[1] === 'number' &&
			Boolean(echoed.top_logprobs?.[1]),
	};
}

/** More than the next level are told only where this one is honoured. */
async function topOf(tellTop: (most: number) => Promise<Readonly<Record<string, number>>>): Promise<number> {
	for (const [i, most] of levels.entries()) {
		if (Object.keys(await tellTop(most)).length > (levels[i + 1] ?? 0)) {
			return most;
		}
	}
	return 5;
}

/** Two tokens are asked for where one is told: both come back only where they are looked for. */
async function takesWanted(
	ask: (body: Record<string, unknown>) => Promise<z.output<typeof completion>['choices'][number] | null>,
	prompt: string | readonly number[],
	{ ids }: Sample,
): Promise<boolean> {
	const [one = 0, two = one + 1] = [...new Set(ids)];
	const told = await ask({ prompt, logprobs: 1, logprob_token_ids: [one, two] });
	const top = told?.logprobs?.top_logprobs?.[0] ?? {};
	return [one, two].every(id => `token_id:${id}` in top);
}

const tokenized = z.object({ tokens: z.array(z.number()) });

/** Absent where the server has no such path. */
async function vllmTokenize(
	client: ServerClient,
	model: string,
	{ text }: Sample,
	signal: AbortSignal,
): Promise<Route['tokenize']> {
	const path = '/tokenize';
	const send = (prompt: string, to: AbortSignal) => client.post(path, { model, prompt, add_special_tokens: false }, to);
	const first = await send(text, signal);
	return first.ok && tokenized.safeParse(first.json).success
		? async (prompt, to) => read(client, path, await send(prompt, to), tokenized).tokens
		: undefined;
}
