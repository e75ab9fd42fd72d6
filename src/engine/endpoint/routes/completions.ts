import * as z from 'zod';
import { cutAt } from '../../process/writer';
import type { GenerateResult } from '../../requests';
import { read } from '../refusals';
import type { NextTokens, PromptLogprobs, Route, Sequence, WantedToken } from '../route';
import type { ServerClient } from '../serverClient';
import { endingOf, type ToldEnding } from './endings';
import { formsOf, plainOf } from './tokenForms';
import { usageOf, usageShape } from './usage';

const logprobs = z.object({
	tokens: z.array(z.string()),
	token_logprobs: z.array(z.number().nullable()),
	top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullish(),
});
export const completion = z.object({
	choices: z
		.array(
			z.object({
				text: z.string(),
				finish_reason: z.string().nullish(),
				stop_reason: z.unknown().optional(),
				logprobs: logprobs.nullish(),
			}),
		)
		.min(1),
	usage: usageShape,
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
	/** vLLM, whose fields others do not know: tokens are told as `token_id:317`. */
	readonly isVllm: boolean;
	/** Whether the server takes a list of tokens whose log-probabilities are wanted (vLLM from mid-2026 on). */
	readonly wanted: boolean;
	readonly tokenize?: Route['tokenize'];
}

export const completionsPath = '/v1/completions';

/** What vLLM is told beside: a model's own generation settings may penalise what was written before, which is not greedy. */
export const vllmForm = {
	return_tokens_as_token_ids: true,
	repetition_penalty: 1,
	add_special_tokens: false,
	skip_special_tokens: false,
	spaces_between_special_tokens: false,
};

/** Tokens whose log-probabilities vLLM tells at a time. */
const wantedAtMost = 128;

/** `POST /v1/completions` as OpenAI made it and vLLM, LM Studio and others speak it (engines reference, section 3.3). */
export function completionsRoute(client: ServerClient, options: CompletionsOptions): Route {
	const { model, prompts, top, echo, isVllm, wanted: takesWanted, tokenize } = options;
	const complete = async (
		prompt: string | readonly number[],
		body: Record<string, unknown>,
		signal: AbortSignal,
		writes = 0,
	) => {
		const common = { model, prompt, temperature: 0, max_tokens: 1, ...(isVllm ? vllmForm : {}) };
		return read(
			client,
			completionsPath,
			await client.post(completionsPath, { ...common, ...body }, signal, writes),
			completion,
		);
	};
	const promptOf = ({ ids, text }: Sequence) => (prompts === 'ids' ? ids : text());
	return {
		name: takesWanted ? 'completions, by token' : `completions, the ${top} most probable tokens`,
		prompts,
		next: takesWanted ? 'any' : { top },
		async after(sequence, wanted, signal): Promise<NextTokens> {
			const prompt = promptOf(sequence);
			const bodies = takesWanted ? bodiesOf(wanted) : [{ logprobs: top }];
			const found: Completion[] = [];
			for (const body of bodies) {
				found.push(await complete(prompt, body, signal));
			}
			const known = new Map(found.flatMap(toldOf));
			const first = found[0]?.choices[0]?.logprobs?.tokens[0];
			return {
				logprobs: wanted.map(token => logprobIn(known, token, isVllm)),
				best: first === undefined ? null : bestOf(first),
				given: known.size,
				usage: usageOf(found[0], 1),
			};
		},
		...(echo && {
			async within(sequence: Sequence, from: number, signal: AbortSignal): Promise<PromptLogprobs> {
				const found = await complete(promptOf(sequence), { echo: true, logprobs: 1 }, signal);
				return withinOf(found, sequence.ids, from);
			},
		}),
		async write(sequence, { maxTokens, until }, signal) {
			// OpenAI takes four texts that end an answer at most; the others are looked for here.
			const stop = isVllm ? until : until.slice(0, 4);
			const body = { max_tokens: maxTokens, ...(stop.length > 0 && { stop }), logprobs: 1 };
			const found = await complete(promptOf(sequence), body, signal, maxTokens);
			const told = found.choices[0]?.logprobs;
			const ending = endingOf(client, found.choices[0]?.finish_reason);
			const result = writtenOf(found, ending, until, isVllm);
			return { result, usage: usageOf(found, told?.tokens.length ?? 0) };
		},
		...(tokenize && { tokenize }),
		...(prompts === 'ids' &&
			!tokenize && {
				async countText(text: string, signal: AbortSignal) {
					return usageOf(await complete(text, {}, signal), 1).prompt;
				},
			}),
	};
}

/** The token written is told as well, so that one is enough of the most probable. */
function bodiesOf(wanted: readonly WantedToken[]): Record<string, unknown>[] {
	const ids = [...new Set(wanted.map(({ id }) => id))];
	const parts = Array.from({ length: Math.max(1, Math.ceil(ids.length / wantedAtMost)) }, (_, i) =>
		ids.slice(i * wantedAtMost, (i + 1) * wantedAtMost),
	);
	return parts.map(part => ({ logprobs: 1, logprob_token_ids: part }));
}

/** What is told of the first token written, the one written itself among them. */
function toldOf(found: Completion): [string, number][] {
	const told = found.choices[0]?.logprobs;
	const [first] = told?.tokens ?? [];
	const own = told?.token_logprobs[0];
	const top = Object.entries(told?.top_logprobs?.[0] ?? {});
	return first !== undefined && typeof own === 'number' ? [...top, [first, own]] : top;
}

function logprobIn(known: ReadonlyMap<string, number>, { id, text }: WantedToken, isVllm: boolean): number | null {
	const forms = isVllm ? [`token_id:${id}`] : formsOf(text);
	const form = forms.find(one => known.has(one));
	return form === undefined ? null : (known.get(form) ?? null);
}

/** The prompt's own tokens from a place on; behind them stands the one that was generated. */
function withinOf(found: Completion, ids: readonly number[], from: number): PromptLogprobs {
	const told = found.choices[0]?.logprobs;
	const usage = usageOf(found, 1);
	const rows = told?.top_logprobs?.slice(from, ids.length) ?? [];
	const isOurs = (token: string, i: number) => (idOf(token) ?? ids[i]) === ids[i];
	// Of another number of tokens, none stands where it is looked for.
	if (!told || told.tokens.length !== ids.length + usage.written || !told.tokens.slice(0, ids.length).every(isOurs)) {
		return { best: null, logprobs: [], greedy: [], usage };
	}
	const own = told.token_logprobs.slice(from, ids.length);
	const [first] = Object.entries(rows[0] ?? {}).sort(([, a], [, b]) => b - a);
	return {
		best: first ? bestOf(first[0]) : null,
		logprobs: own.map((value, i) => (rows[i] ? (value ?? Number.NaN) : Number.NaN)),
		greedy: own.map((value, i) => value !== null && value >= Math.max(...Object.values(rows[i] ?? {}))),
		usage,
	};
}

function writtenOf(
	{ choices }: Completion,
	ending: ToldEnding,
	until: readonly string[],
	isVllm: boolean,
): GenerateResult {
	const [choice] = choices;
	const told = choice?.logprobs;
	const whole = choice?.text ?? '';
	const text = cutAt(whole, until);
	const byText = isVllm ? typeof choice?.stop_reason === 'string' : until.length > 0;
	const stopped = byText ? 'until' : 'end_of_text';
	return {
		text,
		tokens: (told?.tokens ?? []).map(token => idOf(token) ?? -1),
		logprobs: (told?.token_logprobs ?? []).map(value => value ?? Number.NEGATIVE_INFINITY),
		ended: text.length < whole.length ? 'until' : ending === 'stop' ? stopped : ending,
	};
}

function bestOf(token: string): NextTokens['best'] {
	const id = idOf(token);
	return id === null ? { text: plainOf(token) } : { id };
}

function idOf(token: string): number | null {
	const id = /^token_id:(\d+)$/.exec(token)?.[1];
	return id === undefined ? null : Number(id);
}
