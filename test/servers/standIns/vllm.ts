import { type Behaviour, fields, isIds, numberOr, type Prompt, promptTokens, strings } from './behaviour';
import { prefixCache, type Ranked, ranked, write } from './inventedModel';
import { type Exchange, json, notFound, type Reply } from './serve';

export interface VllmOptions {
	readonly version?: string;
	/** Tells the log-probabilities of tokens asked for by id, as builds since July 2026 do; else the field is passed over in silence. */
	readonly tokenIds?: boolean;
	/** `--max-logprobs` */
	readonly maxLogprobs?: number;
	readonly tokenizes?: boolean;
	/** `--enable-prompt-tokens-details` */
	readonly cachedTokens?: boolean;
	readonly honoursEcho?: boolean;
	/** Names that it serves beside the model's own. */
	readonly alsoServed?: readonly string[];
}

const refusal = (message: string, status = 400): Reply =>
	json(
		{ error: { message, type: status === 404 ? 'NotFoundError' : 'BadRequestError', param: null, code: status } },
		status,
	);

/** vLLM's OpenAI-compatible server. */
export function vllm(serving: Behaviour, options: VllmOptions = {}): (exchange: Exchange) => Reply {
	const { version = '0.26.1', tokenizes = true, alsoServed = [] } = options;
	const cache = prefixCache();
	return ({ method, path, body }) => {
		const { model } = serving;
		switch (`${method} ${path}`) {
			case 'GET /version':
				return json({ version });
			case 'GET /health':
				return { status: 200, body: '' };
			case 'GET /v1/models':
				return json({
					object: 'list',
					data: [model.name, ...alsoServed].map(id => ({
						id,
						object: 'model',
						created: 1,
						owned_by: 'vllm',
						root: model.name,
						parent: null,
						max_model_len: serving.window,
					})),
				});
			case 'POST /tokenize':
				return tokenizes ? tokenize(serving, fields(body)) : notFound();
			case 'POST /v1/completions': {
				const request = fields(body);
				if (typeof request.model === 'string' && ![model.name, ...alsoServed].includes(request.model)) {
					return refusal(`The model \`${request.model}\` does not exist.`, 404);
				}
				return completions(serving, options, cache, request);
			}
			default:
				return notFound();
		}
	};
}

function tokenize(serving: Behaviour, { prompt, add_special_tokens }: Readonly<Record<string, unknown>>): Reply {
	const tokens = promptTokens({ ...serving, truncate: null }, String(prompt), add_special_tokens !== false);
	return json({ count: tokens.length, max_model_len: serving.window, tokens, token_strs: null });
}

function completions(
	serving: Behaviour,
	options: VllmOptions,
	cache: (prompt: readonly number[]) => number,
	request: Readonly<Record<string, unknown>>,
): Reply {
	const { maxLogprobs = 20, tokenIds = true, cachedTokens = false } = options;
	const { prompt } = request;
	const prompts: readonly Prompt[] =
		typeof prompt === 'string' || isIds(prompt) ? [prompt] : Array.isArray(prompt) ? prompt : [];
	const most = numberOr(request.max_tokens, 16);
	for (const k of [request.logprobs, request.prompt_logprobs]) {
		if (typeof k === 'number' && (k < 0 || (maxLogprobs >= 0 && k > maxLogprobs))) {
			return refusal(`Requested sample logprobs of ${k}, which is greater than max allowed: ${maxLogprobs}`);
		}
	}
	if (tokenIds && isIds(request.logprob_token_ids) && request.logprob_token_ids.length > 128) {
		return refusal('logprob_token_ids may hold at most 128 ids');
	}
	if (most < 1 && request.echo !== true) {
		return refusal('max_tokens must be at least 1, got 0.');
	}
	const usage = { prompt_tokens: 0, total_tokens: 0, completion_tokens: 0, cached: 0 };
	const choices: unknown[] = [];
	for (const [index, given] of prompts.entries()) {
		const tokens = promptTokens(serving, given, request.add_special_tokens !== false);
		if (tokens.some(token => token >= serving.model.vocabulary.length)) {
			return refusal(`Token id ${Math.max(...tokens)} is out of vocabulary`);
		}
		if (tokens.length + most > serving.window) {
			return refusal(
				`This model's maximum context length is ${serving.window} tokens. However, you requested ${most} output tokens and your prompt contains ${tokens.length} input tokens.`,
			);
		}
		const scored = typeof request.prompt_logprobs === 'number' || request.echo === true;
		// Prompt log-probabilities never read the cache.
		usage.cached += scored ? 0 : cache(tokens);
		const choice = completion(serving, options, request, tokens, most);
		choices.push({ index, ...choice.body });
		usage.prompt_tokens += tokens.length;
		usage.completion_tokens += choice.written;
	}
	const { cached, ...counts } = usage;
	return json({
		id: 'cmpl-1',
		object: 'text_completion',
		created: 1,
		model: request.model ?? serving.model.name,
		choices,
		usage: {
			...counts,
			total_tokens: counts.prompt_tokens + counts.completion_tokens,
			prompt_tokens_details: cachedTokens ? { cached_tokens: cached } : null,
		},
	});
}

function completion(
	serving: Behaviour,
	{ tokenIds = true, honoursEcho = true }: VllmOptions,
	request: Readonly<Record<string, unknown>>,
	tokens: readonly number[],
	most: number,
) {
	const { model } = serving;
	const echo = request.echo === true && honoursEcho;
	const written = write(model, tokens, Math.max(most, echo ? 0 : 1), strings(request.stop));
	const k = typeof request.logprobs === 'number' ? request.logprobs : null;
	const ids =
		tokenIds && isIds(request.logprob_token_ids) && request.logprob_token_ids.length > 0
			? request.logprob_token_ids
			: null;
	const shown = (token: Ranked) =>
		request.return_tokens_as_token_ids === true ? `token_id:${token.token}` : token.text;
	const prompt = tokens.map((token, i) => {
		const row = ranked(model, tokens.slice(0, i));
		return {
			chosen: row.find(other => other.token === token) ?? { token, text: '', logprob: Number.NaN },
			row,
			first: i === 0,
		};
	});
	const rows = [
		...(echo ? prompt.map(step => ({ ...step, ids: null })) : []),
		...written.steps.map(step => ({ chosen: step.chosen, row: step.ranked, first: false, ids })),
	];
	let offset = 0;
	const logprobs =
		k === null
			? null
			: {
					text_offset: rows.map(({ chosen }) => {
						const at = offset;
						offset += shown(chosen).length;
						return at;
					}),
					token_logprobs: rows.map(({ chosen, first }) => (first ? null : Math.max(chosen.logprob, -9999))),
					tokens: rows.map(({ chosen }) => shown(chosen)),
					// Up to k + 1: the one written, and the k most probable or those asked for.
					top_logprobs: rows.map(({ chosen, row, first, ids }) =>
						first
							? null
							: Object.fromEntries(
									[chosen, ...(ids ? row.filter(({ token }) => ids.includes(token)) : row.slice(0, k))].map(token => [
										shown(token),
										Math.max(token.logprob, -9999),
									]),
								),
					),
				};
	const promptLogprobs = typeof request.prompt_logprobs === 'number' ? request.prompt_logprobs : null;
	return {
		written: written.steps.length,
		body: {
			text: (echo ? model.tokenizer.decode(tokens) : '') + written.text,
			logprobs,
			finish_reason: written.ended === 'length' ? 'length' : 'stop',
			stop_reason: null,
			token_ids: request.return_token_ids === true ? written.steps.map(({ chosen }) => chosen.token) : null,
			prompt_token_ids: request.return_token_ids === true ? tokens : null,
			prompt_logprobs:
				promptLogprobs === null
					? null
					: prompt.map(({ chosen, row, first }) =>
							first
								? null
								: Object.fromEntries(
										[chosen, ...row.slice(0, promptLogprobs)].map(token => [
											String(token.token),
											{
												logprob: token.logprob,
												rank: row.findIndex(other => other.token === token.token) + 1,
												decoded_token: token.text,
											},
										]),
									),
						),
		},
	};
}
