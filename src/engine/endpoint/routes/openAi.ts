import * as z from 'zod';
import { read } from '../refusals';
import type { NextTokens, PromptLogprobs, Route, Sequence, Usage, WantedToken } from '../route';
import type { ServerClient } from '../serverClient';

const logprobs = z.object({
	tokens: z.array(z.string()),
	token_logprobs: z.array(z.number().nullable()),
	top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
});
const completion = z.object({
	choices: z
		.array(z.object({ text: z.string(), finish_reason: z.string().nullish(), logprobs: logprobs.nullish() }))
		.min(1),
	usage: z
		.object({
			prompt_tokens: z.number(),
			completion_tokens: z.number().nullish(),
			prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
		})
		.nullish(),
});
type Completion = z.output<typeof completion>;

export interface CompletionsOptions {
	/** The model's name on the server. */
	readonly model: string;
	/** Whether prompts may be lists of token ids. */
	readonly prompts: Route['prompts'];
	/** Log-probabilities that may be had of the most probable tokens. */
	readonly top: number;
	/** Whether the server tells log-probabilities of the prompt's own tokens. */
	readonly echo: boolean;
	/** Tokens are told as `token_id:317`, as vLLM does where it is asked to; else as their texts. */
	readonly ids: boolean;
	/** Whether the server takes a list of tokens whose log-probabilities are wanted (vLLM from mid-2026 on). */
	readonly wanted: boolean;
}

const path = '/v1/completions';

/** `POST /v1/completions` as OpenAI made it and vLLM, LM Studio and others speak it (engines reference, section 3.3). */
export function completionsRoute(client: ServerClient, options: CompletionsOptions): Route {
	const { model, prompts, top, echo, ids, wanted: takesWanted } = options;
	const promptOf = ({ ids: tokens, text }: Sequence) => (prompts === 'ids' ? tokens : text());
	const complete = async (sequence: Sequence, body: Record<string, unknown>, signal: AbortSignal) => {
		const form = ids ? { return_tokens_as_token_ids: true } : {};
		const common = { model, prompt: promptOf(sequence), temperature: 0, max_tokens: 1, ...form };
		return read(client, path, await client.post(path, { ...common, ...body }, signal), completion);
	};
	const keyOf = (token: WantedToken) => (ids ? `token_id:${token.id}` : token.text);
	return {
		name: `${takesWanted ? 'completions, by token' : `completions, the ${top} most probable tokens`}`,
		prompts,
		next: takesWanted ? 'any' : { top },
		async after(sequence, wanted, signal): Promise<NextTokens> {
			const body = takesWanted
				? { logprobs: 1, logprob_token_ids: [...new Set(wanted.map(({ id }) => id))] }
				: { logprobs: top };
			const found = await complete(sequence, body, signal);
			const told = found.choices[0]?.logprobs;
			const known = new Map(Object.entries(told?.top_logprobs?.[0] ?? {}));
			const [first] = told?.tokens ?? [];
			const own = told?.token_logprobs[0];
			if (first !== undefined && typeof own === 'number') {
				known.set(first, own);
			}
			return {
				logprobs: wanted.map(token => known.get(keyOf(token)) ?? null),
				best: first === undefined ? null : bestOf(first),
				given: known.size,
				usage: usageOf(found, 1),
			};
		},
		...(echo && {
			async within(sequence: Sequence, from: number, signal: AbortSignal): Promise<PromptLogprobs> {
				const found = await complete(sequence, { echo: true, logprobs: 1 }, signal);
				const told = found.choices[0]?.logprobs;
				const length = sequence.ids.length;
				// The generated token stands behind the prompt's.
				const own = told?.token_logprobs.slice(from, length) ?? [];
				const best = told?.top_logprobs?.slice(from, length).map(row => Math.max(...Object.values(row ?? {})));
				return {
					logprobs: own.map(value => value ?? Number.NaN),
					greedy: own.map((value, i) => value !== null && value >= (best?.[i] ?? Number.POSITIVE_INFINITY)),
					usage: usageOf(found, 1),
				};
			},
		}),
		async write(sequence, { maxTokens, until }, signal) {
			// OpenAI takes four texts that end an answer at most; the others are looked for here.
			const stop = until.slice(0, 4);
			const found = await complete(
				sequence,
				{ max_tokens: maxTokens, ...(stop.length > 0 && { stop }), logprobs: 1 },
				signal,
			);
			const [choice] = found.choices;
			const told = choice?.logprobs;
			const { text, isCut } = cutAt(choice?.text ?? '', until);
			const length = choice?.finish_reason === 'length';
			return {
				result: {
					text,
					tokens: (told?.tokens ?? []).map(token => idOf(token) ?? -1),
					logprobs: (told?.token_logprobs ?? []).map(value => value ?? Number.NEGATIVE_INFINITY),
					ended: isCut ? 'until' : length ? 'length' : until.length > 0 ? 'until' : 'end_of_text',
				},
				usage: usageOf(found, told?.tokens.length ?? 0),
			};
		},
	};
}

function cutAt(text: string, until: readonly string[]): { text: string; isCut: boolean } {
	const places = until.map(end => text.indexOf(end)).filter(at => at >= 0);
	return places.length > 0 ? { text: text.slice(0, Math.min(...places)), isCut: true } : { text, isCut: false };
}

function bestOf(token: string): NextTokens['best'] {
	const id = idOf(token);
	return id === null ? { text: token } : { id };
}

function idOf(token: string): number | null {
	const id = /^token_id:(\d+)$/.exec(token)?.[1];
	return id === undefined ? null : Number(id);
}

function usageOf({ usage }: Completion, written: number): Usage {
	return {
		prompt: usage?.prompt_tokens ?? null,
		cached: usage?.prompt_tokens_details?.cached_tokens ?? null,
		written: usage?.completion_tokens ?? written,
	};
}
