import { type Behaviour, fields, isIds, numberOr, type Prompt, promptTokens, strings } from './behaviour';
import { prefixCache, type Ranked, ranked, write } from './inventedModel';
import { type Exchange, json, notFound, type Reply } from './serve';

type Triple = readonly [number | null, number, string | null];

/** SGLang's own server. */
export function sglang(serving: Behaviour): (exchange: Exchange) => Reply {
	const cache = prefixCache();
	return ({ method, path, body }) => {
		const { model } = serving;
		switch (`${method} ${path}`) {
			case 'GET /get_model_info':
			case 'GET /model_info':
				return json({
					model_path: model.name,
					tokenizer_path: model.name,
					is_generation: true,
					preferred_sampling_params: null,
					weight_version: 'default',
				});
			case 'GET /get_server_info':
			case 'GET /server_info':
				return json({
					model_path: model.name,
					served_model_name: model.name,
					dtype: 'bfloat16',
					context_length: null,
					max_total_num_tokens: 100_000,
					version: '0.5.10',
				});
			case 'GET /health':
				return { status: 200, body: '' };
			case 'GET /v1/models':
				return json({
					object: 'list',
					data: [
						{
							id: model.name,
							object: 'model',
							created: 1,
							owned_by: 'sglang',
							root: model.name,
							parent: null,
							max_model_len: serving.window,
						},
					],
				});
			case 'POST /generate':
				return generate(serving, cache, fields(body));
			default:
				return notFound();
		}
	};
}

function generate(
	serving: Behaviour,
	cache: (prompt: readonly number[]) => number,
	request: Readonly<Record<string, unknown>>,
): Reply {
	const given = request.input_ids ?? request.text;
	if (Array.isArray(given) && !isIds(given)) {
		// A batch of prompts.
		const prompts: readonly Prompt[] = given;
		return json(prompts.map(prompt => one(serving, cache, request, prompt).body));
	}
	return typeof given === 'string' || isIds(given)
		? one(serving, cache, request, given)
		: json({ error: { message: 'Either text or input_ids should be provided.' } }, 400);
}

function one(
	serving: Behaviour,
	cache: (prompt: readonly number[]) => number,
	request: Readonly<Record<string, unknown>>,
	prompt: Prompt,
): Reply {
	const { model } = serving;
	const sampling = fields(request.sampling_params);
	const most = numberOr(sampling.max_new_tokens, 128);
	const tokens = promptTokens(serving, prompt);
	if (tokens.length >= serving.window) {
		return json(
			{
				error: {
					message: `The input (${tokens.length} tokens) is longer than the model's context length (${serving.window} tokens).`,
				},
			},
			400,
		);
	}
	const start = numberOr(request.logprob_start_len, -1);
	const wholePrompt = request.return_logprob === true && start >= 0;
	const cached = wholePrompt ? 0 : cache(tokens);
	const written = write(model, tokens, most, strings(sampling.stop));
	const withText = request.return_text_in_logprobs === true;
	const triple = ({ token, logprob, text }: Ranked): Triple => [logprob, token, withText ? text : null];
	const asked = isIds(request.token_ids_logprob) ? request.token_ids_logprob : [];
	const top = numberOr(request.top_logprobs_num, 0);
	const from = start >= 0 ? start : tokens.length - 1;
	// The one at the beginning has no number: what stands before it is not computed with its row.
	const rows = tokens
		.slice(from)
		.map((token, i) => ({ token, row: i === 0 ? null : ranked(model, tokens.slice(0, from + i)) }));
	const logprobs = {
		input_token_logprobs: rows.map(
			({ token, row }): Triple => [row?.find(other => other.token === token)?.logprob ?? null, token, null],
		),
		input_top_logprobs: rows.map(({ row }) => row?.slice(0, top).map(triple) ?? null),
		output_token_logprobs: written.steps.map(({ chosen }) => triple(chosen)),
		output_top_logprobs: written.steps.map(step => (top > 0 ? step.ranked.slice(0, top).map(triple) : null)),
		...(asked.length > 0 && {
			input_token_ids_logprobs: rows.map(
				({ row }) => row?.filter(({ token }) => asked.includes(token)).map(triple) ?? null,
			),
			// In the order in which they were asked for.
			output_token_ids_logprobs: written.steps.map(step =>
				asked.map(id => step.ranked.find(({ token }) => token === id)).flatMap(found => (found ? [triple(found)] : [])),
			),
		}),
	};
	return json({
		text: written.text,
		output_ids: written.steps.map(({ chosen }) => chosen.token),
		meta_info: {
			id: 'a',
			finish_reason:
				written.ended === 'length'
					? { type: 'length', length: most }
					: { type: 'stop', matched: written.ended === 'eos' ? model.eos : strings(sampling.stop)[0] },
			prompt_tokens: tokens.length,
			weight_version: 'default',
			completion_tokens: written.steps.length,
			cached_tokens: cached,
			e2e_latency: 0.01,
			...(request.return_logprob === true && logprobs),
		},
	});
}
