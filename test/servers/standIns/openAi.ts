import { type Behaviour, fields, isIds, numberOr, type Prompt, promptTokens, strings } from './behaviour';
import { type Ranked, ranked, write } from './inventedModel';
import { type Exchange, json, notFound, type Reply } from './serve';

export interface OpenAiOptions {
	/** Takes token ids as prompts. */
	readonly ids?: boolean;
	/** The most `logprobs` that it takes. */
	readonly maxLogprobs?: number;
	/** Answers what it does not know with 200 and an error, as LM Studio does. */
	readonly always200?: boolean;
	/** Tells how many tokens a prompt has. */
	readonly usage?: boolean;
	readonly honoursEcho?: boolean;
	readonly tellsLogprobs?: boolean;
	/** How tokens are written. */
	readonly shown?: (text: string) => string;
}

/** `/v1/completions` of servers and services that say nothing else about themselves. */
export function openAi(serving: Behaviour, options: OpenAiOptions = {}): (exchange: Exchange) => Reply {
	return ({ method, path, body }) => {
		switch (`${method} ${path}`) {
			case 'GET /v1/models':
				return json({
					object: 'list',
					data: [{ id: serving.model.name, object: 'model', owned_by: 'organization_owner' }],
				});
			case 'POST /v1/completions':
				return completions(serving, options, fields(body));
			default:
				return options.always200 ? json({ error: `Unexpected endpoint or method. (${method} ${path})` }) : notFound();
		}
	};
}

function completions(serving: Behaviour, options: OpenAiOptions, request: Readonly<Record<string, unknown>>): Reply {
	const { ids = false, maxLogprobs = 5, usage = true } = options;
	const { prompt } = request;
	const refusal = (message: string, status = 400) =>
		json({ error: { message, type: 'invalid_request_error', param: null, code: null } }, status);
	if (request.model !== serving.model.name) {
		return refusal(`The model '${String(request.model)}' does not exist`, 404);
	}
	if (typeof prompt !== 'string' && !(ids && isIds(prompt))) {
		return refusal("'prompt' must be a string");
	}
	if (numberOr(request.logprobs, 0) > maxLogprobs) {
		return refusal(`Invalid value for 'logprobs': must be less than or equal to ${maxLogprobs}.`);
	}
	const tokens = promptTokens(serving, prompt);
	const most = numberOr(request.max_tokens, 16);
	if (tokens.length + most > serving.window) {
		return refusal(`This model's maximum context length is ${serving.window} tokens.`);
	}
	const { body, written } = completion(serving, options, request, tokens, prompt);
	return json({
		id: 'cmpl-1',
		object: 'text_completion',
		created: 1,
		model: serving.model.name,
		choices: [body],
		...(usage && {
			usage: { prompt_tokens: tokens.length, completion_tokens: written, total_tokens: tokens.length + written },
		}),
	});
}

function completion(
	{ model }: Behaviour,
	{ honoursEcho = false, tellsLogprobs = true, shown = text => text }: OpenAiOptions,
	request: Readonly<Record<string, unknown>>,
	tokens: readonly number[],
	prompt: Prompt,
) {
	const written = write(model, tokens, numberOr(request.max_tokens, 16), strings(request.stop));
	const echo = request.echo === true && honoursEcho;
	const top = typeof request.logprobs === 'number' && tellsLogprobs ? request.logprobs : null;
	const rows = [
		...(echo ? tokens.map((token, i) => ({ token, row: ranked(model, tokens.slice(0, i)), first: i === 0 })) : []),
		...written.steps.map(({ chosen, ranked }) => ({ token: chosen.token, row: ranked, first: false })),
	];
	const logprobOf = (row: readonly Ranked[], id: number) => row.find(({ token }) => token === id)?.logprob ?? null;
	const lengths = rows.map(({ token }) => (model.vocabulary[token] ?? '').length);
	const logprobs =
		top === null
			? null
			: {
					tokens: rows.map(({ token }) => shown(model.vocabulary[token] ?? '')),
					token_logprobs: rows.map(({ token, row, first }) => (first ? null : logprobOf(row, token))),
					top_logprobs: rows.map(({ row, first }) =>
						first ? null : Object.fromEntries(row.slice(0, top).map(({ text, logprob }) => [shown(text), logprob])),
					),
					text_offset: lengths.map(
						(_, i) =>
							(typeof prompt === 'string' && !echo ? prompt.length : 0) +
							lengths.slice(0, i).reduce((sum, length) => sum + length, 0),
					),
				};
	return {
		written: written.steps.length,
		body: {
			text: (echo ? model.tokenizer.decode(tokens) : '') + written.text,
			index: 0,
			logprobs,
			finish_reason: written.ended === 'length' ? 'length' : 'stop',
		},
	};
}
