import { type Behaviour, fields, numberOr, promptTokens, strings } from './behaviour';
import { type Ranked, write } from './inventedModel';
import { type Exchange, json, notFound, type Reply } from './serve';

export interface TgiOptions {
	/** `--enable-prefill-logprobs` */
	readonly prefillLogprobs?: boolean;
	/** `--max-top-n-tokens` */
	readonly maxTopTokens?: number;
}

const refusal = (message: string): Reply =>
	json({ error: `Input validation error: ${message}`, error_type: 'validation' }, 422);

/** Text Generation Inference, which takes texts alone. */
export function tgi(serving: Behaviour, options: TgiOptions = {}): (exchange: Exchange) => Reply {
	return ({ method, path, body }) => {
		const { model } = serving;
		switch (`${method} ${path}`) {
			case 'GET /info':
				return json({
					model_id: model.name,
					model_sha: '0123abcd',
					model_pipeline_tag: 'text-generation',
					max_concurrent_requests: 128,
					max_input_tokens: serving.window - 1,
					max_total_tokens: serving.window,
					validation_workers: 2,
					max_client_batch_size: 4,
					router: 'text-generation-router',
					version: '3.3.6',
					sha: null,
				});
			case 'GET /health':
				return { status: 200, body: '' };
			case 'GET /v1/models':
				return json({ object: 'list', data: [{ id: model.name, object: 'model', created: 0, owned_by: model.name }] });
			case 'POST /tokenize':
				return tokenize(serving, fields(body));
			case 'POST /generate':
				return generate(serving, options, fields(body));
			default:
				return notFound();
		}
	};
}

function tokenize(serving: Behaviour, { inputs }: Readonly<Record<string, unknown>>): Reply {
	// What the tokenizer adds is added, whatever one says.
	const tokens = promptTokens({ ...serving, truncate: null }, String(inputs));
	let at = 0;
	return json(
		tokens.map(id => {
			const text = serving.model.vocabulary[id] ?? '';
			const start = at;
			at += id === serving.model.bos ? 0 : text.length;
			return { id, text, start, stop: at };
		}),
	);
}

function generate(
	serving: Behaviour,
	{ prefillLogprobs = false, maxTopTokens = 5 }: TgiOptions,
	{ inputs, parameters }: Readonly<Record<string, unknown>>,
): Reply {
	const { model } = serving;
	const asked = fields(parameters);
	if (typeof inputs !== 'string') {
		return {
			status: 422,
			body: 'Failed to deserialize the JSON body into the target type: inputs: invalid type: sequence, expected a string',
		};
	}
	const top = numberOr(asked.top_n_tokens, 0);
	if (top > maxTopTokens) {
		return refusal(`\`top_n_tokens\` must be >= 0 and <= ${maxTopTokens}. Given: ${top}`);
	}
	if (asked.temperature === 0) {
		return refusal('`temperature` must be strictly positive');
	}
	const most = numberOr(asked.max_new_tokens, 20);
	const tokens = promptTokens(serving, inputs);
	if (tokens.length + most > serving.window) {
		return refusal(
			`\`inputs\` tokens + \`max_new_tokens\` must be <= ${serving.window}. Given: ${tokens.length} \`inputs\` tokens and ${most} \`max_new_tokens\``,
		);
	}
	const written = write(model, tokens, most, strings(asked.stop));
	const told = ({ token, text, logprob }: Ranked) => ({
		id: token,
		text,
		logprob,
		special: token === model.bos || token === model.eos,
	});
	const prefill = tokens.map((token, i) => ({
		id: token,
		text: model.vocabulary[token],
		logprob: i === 0 ? null : model.after(tokens.slice(0, i))[token],
	}));
	const details = {
		finish_reason: { stop: 'stop_sequence', eos: 'eos_token', length: 'length' }[written.ended],
		generated_tokens: written.steps.length,
		seed: null,
		prefill: asked.decoder_input_details === true && prefillLogprobs ? prefill : [],
		tokens: written.steps.map(({ chosen }) => told(chosen)),
		...(top > 0 && {
			top_tokens: written.steps.map(step => step.ranked.slice(0, top).map(told)),
		}),
	};
	return {
		...json({ generated_text: written.text, ...(asked.details === true && { details }) }),
		headers: { 'x-prompt-tokens': String(tokens.length), 'x-generated-tokens': String(written.steps.length) },
	};
}
