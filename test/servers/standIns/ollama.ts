import { type Behaviour, fields, numberOr, promptTokens, strings } from './behaviour';
import { bytesOf, type Ranked, write } from './inventedModel';
import { type Exchange, json, type Reply } from './serve';

export interface OllamaOptions {
	readonly version?: string;
	/** Versions before 0.12.11 pass over the field in silence. */
	readonly logprobs?: boolean;
	/** Versions that do not know `truncate` cut prompts in silence. */
	readonly truncate?: boolean;
}

/** Ollama, which takes texts alone, and keeps the end of prompts that are too long. */
export function ollama(
	serving: Behaviour,
	{ version = '0.13.1', logprobs = true, truncate = true }: OllamaOptions = {},
): (exchange: Exchange) => Reply {
	return ({ method, path, body }) => {
		const { model } = serving;
		const named = fields(body).model;
		const known = [model.name, `${model.name}:latest`];
		switch (`${method} ${path}`) {
			case 'GET /':
				return { status: 200, body: 'Ollama is running' };
			case 'GET /api/version':
				return json({ version });
			case 'GET /api/tags':
				return json({
					models: [
						{
							name: `${model.name}:latest`,
							model: `${model.name}:latest`,
							modified_at: '2026-11-01T00:00:00Z',
							size: 1,
							digest: 'abcd',
							details: { format: 'gguf', family: 'llama', parameter_size: '1B', quantization_level: 'F16' },
						},
					],
				});
			case 'GET /v1/models':
				return json({
					object: 'list',
					data: [{ id: `${model.name}:latest`, object: 'model', created: 1, owned_by: 'library' }],
				});
			case 'POST /api/show':
				return json({
					details: { format: 'gguf', family: 'llama', quantization_level: 'F16' },
					model_info: { 'general.architecture': 'llama', 'llama.context_length': serving.window },
					template: '{{ .Prompt }}',
					capabilities: ['completion'],
				});
			case 'POST /api/generate':
				return typeof named === 'string' && known.includes(named)
					? generate(serving, logprobs, truncate, fields(body))
					: json({ error: `model '${String(named)}' not found` }, 404);
			default:
				return { status: 404, body: '404 page not found' };
		}
	};
}

function generate(
	serving: Behaviour,
	tells: boolean,
	knowsTruncate: boolean,
	request: Readonly<Record<string, unknown>>,
): Reply {
	const options = fields(request.options);
	const window = Math.min(serving.window, numberOr(options.num_ctx, serving.window));
	if (typeof request.prompt !== 'string') {
		return json(
			{ error: 'json: cannot unmarshal array into Go struct field GenerateRequest.prompt of type string' },
			400,
		);
	}
	const top = numberOr(request.top_logprobs, 0);
	if (top > 20) {
		return json({ error: 'top_logprobs must be between 0 and 20' }, 400);
	}
	// Without `raw`, the model's template stands around the prompt.
	const prompt = request.raw === true ? request.prompt : `? ${request.prompt}\n:`;
	const whole = promptTokens(serving, prompt);
	if (whole.length > window && request.truncate === false && knowsTruncate) {
		return json({ error: 'the input length exceeds the context length' }, 400);
	}
	const tokens = whole.slice(-window);
	const written = write(serving.model, tokens, numberOr(options.num_predict, 128), strings(options.stop));
	const told = ({ text, logprob }: Ranked) => ({ token: text, logprob, bytes: bytesOf(text) });
	return json({
		model: request.model,
		created_at: '2026-11-01T00:00:00Z',
		response: written.text,
		done: true,
		done_reason: written.ended === 'length' ? 'length' : 'stop',
		total_duration: 1,
		load_duration: 1,
		prompt_eval_count: tokens.length,
		prompt_eval_duration: 1,
		eval_count: written.steps.length,
		eval_duration: 1,
		...(tells &&
			request.logprobs === true && {
				logprobs: written.steps.map(({ chosen, ranked }) => ({
					...told(chosen),
					...(top > 0 && { top_logprobs: ranked.slice(0, top).map(told) }),
				})),
			}),
	});
}
