import { type Behaviour, fields, isIds, numberOr, type Prompt, promptTokens, strings } from './behaviour';
import { bytesOf, prefixCache, type Ranked, write } from './inventedModel';
import { type Exchange, json, type Reply } from './serve';

export interface LlamaCppOptions {
	readonly slots?: number;
	/** An early build, which knows nothing of `response_fields`. */
	readonly responseFields?: boolean;
}

const refusal = (message: string, type = 'invalid_request_error', more: object = {}): Reply =>
	json({ error: { code: 400, message, type, ...more } }, 400);

/** llama.cpp's server. */
export function llamaCpp(
	serving: Behaviour,
	{ slots = 1, responseFields = true }: LlamaCppOptions = {},
): (exchange: Exchange) => Reply {
	const cache = prefixCache();
	return ({ method, path, body }) => {
		const { model } = serving;
		switch (`${method} ${path}`) {
			case 'GET /health':
				return json({ status: 'ok' });
			case 'GET /props':
				return json({
					default_generation_settings: { params: {}, n_ctx: serving.window },
					total_slots: slots,
					model_alias: model.name,
					model_ftype: 'F16',
					model_path: `/models/${model.name}.gguf`,
					chat_template: '',
					bos_token: model.vocabulary[model.bos],
					eos_token: model.vocabulary[model.eos],
					build_info: 'b7000-0123abcd',
				});
			case 'GET /v1/models':
				return json({
					models: [{ name: model.name, model: model.name, type: 'model' }],
					object: 'list',
					data: [
						{
							id: model.name,
							object: 'model',
							created: 1,
							owned_by: 'llamacpp',
							meta: {
								vocab_type: 2,
								n_vocab: model.vocabulary.length,
								n_ctx: serving.window,
								n_ctx_train: serving.window,
							},
						},
					],
				});
			case 'POST /tokenize': {
				const { content = '', add_special } = fields(body);
				return json({ tokens: promptTokens({ ...serving, truncate: null }, String(content), add_special === true) });
			}
			case 'POST /completion':
				return completion(serving, cache, responseFields, fields(body));
			case 'POST /v1/completions':
				return openAiCompletion(serving, fields(body));
			default:
				return json({ error: { message: 'File Not Found', type: 'not_found_error', code: 404 } }, 404);
		}
	};
}

function tokensOf(serving: Behaviour, prompt: unknown): readonly number[] | Reply {
	if (typeof prompt !== 'string' && !isIds(prompt)) {
		return refusal(
			'"prompt" must be a string, an list of tokens, a list of mixed strings & tokens, or a list of prompts',
		);
	}
	const given: Prompt = prompt;
	if (given.length === 0) {
		return refusal('"prompt" must not be empty');
	}
	const tokens = promptTokens(serving, given);
	if (tokens.some(token => token >= serving.model.vocabulary.length)) {
		return refusal('Prompt contains invalid tokens');
	}
	return tokens.length < serving.window
		? tokens
		: refusal(
				`request (${tokens.length} tokens) exceeds the available context size (${serving.window} tokens), try increasing it`,
				'exceed_context_size_error',
				{
					n_prompt_tokens: tokens.length,
					n_ctx: serving.window,
				},
			);
}

const told = ({ token, text, logprob }: Ranked) => ({ id: token, token: text, bytes: bytesOf(text), logprob });

function completion(
	serving: Behaviour,
	cache: (prompt: readonly number[]) => number,
	responseFields: boolean,
	request: Readonly<Record<string, unknown>>,
): Reply {
	const tokens = tokensOf(serving, request.prompt);
	if ('status' in tokens) {
		return tokens;
	}
	const top = numberOr(request.n_probs, 0);
	const written = write(serving.model, tokens, Math.max(1, numberOr(request.n_predict, 128)), strings(request.stop));
	const cached = cache(tokens);
	const all: Readonly<Record<string, unknown>> = {
		index: 0,
		content: written.text,
		tokens: request.return_tokens === true ? written.steps.map(({ chosen }) => chosen.token) : [],
		id_slot: 0,
		stop: true,
		model: serving.model.name,
		tokens_predicted: written.steps.length,
		tokens_evaluated: tokens.length,
		generation_settings: {},
		prompt: serving.model.tokenizer.decode(tokens),
		truncated: false,
		stop_type: { stop: 'word', eos: 'eos', length: 'limit' }[written.ended],
		stopping_word: '',
		tokens_cached: tokens.length,
		timings: { cache_n: cached, prompt_n: tokens.length - cached, predicted_n: written.steps.length },
		...(top > 0 && {
			completion_probabilities: written.steps.map(({ chosen, ranked }) => ({
				...told(chosen),
				top_logprobs: ranked.slice(0, top).map(told),
			})),
		}),
	};
	const wanted = strings(request.response_fields);
	return json(
		responseFields && wanted.length > 0
			? Object.fromEntries(wanted.filter(name => name in all).map(name => [name, all[name]]))
			: all,
	);
}

/** `echo` is passed over in silence. */
function openAiCompletion(serving: Behaviour, request: Readonly<Record<string, unknown>>): Reply {
	const tokens = tokensOf(serving, request.prompt);
	if ('status' in tokens) {
		return tokens;
	}
	const top = numberOr(request.logprobs, 0);
	const written = write(serving.model, tokens, Math.max(1, numberOr(request.max_tokens, 16)), strings(request.stop));
	return json({
		choices: [
			{
				text: written.text,
				index: 0,
				logprobs:
					top > 0
						? {
								content: written.steps.map(({ chosen, ranked }) => ({
									...told(chosen),
									top_logprobs: ranked.slice(0, top).map(told),
								})),
							}
						: null,
				finish_reason: written.ended === 'length' ? 'length' : 'stop',
			},
		],
		created: 1,
		model: serving.model.name,
		system_fingerprint: 'b7000-0123abcd',
		object: 'text_completion',
		usage: {
			completion_tokens: written.steps.length,
			prompt_tokens: tokens.length,
			total_tokens: tokens.length + written.steps.length,
			prompt_tokens_details: { cached_tokens: 0 },
		},
	});
}
