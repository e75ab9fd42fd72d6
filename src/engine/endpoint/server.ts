import * as z from 'zod';
import { Failure } from '../../protocol/failure';
import { refusal } from './refusals';
import type { ServerClient } from './serverClient';

export const serverKinds = ['vllm', 'sglang', 'llama.cpp', 'tgi', 'ollama', 'openai'] as const;
/** Whose program answers; `openai`: one that is not known, but speaks like OpenAI's. */
export type ServerKind = (typeof serverKinds)[number];

/** What a server says of itself. */
export interface Server {
	readonly kind: ServerKind;
	/** Null: it does not say. */
	readonly version: string | null;
	/** Names of the models that it serves. */
	readonly models: readonly string[];
	/** Tokens that it takes at a time; null: it does not say. */
	readonly window: number | null;
	/** Requests that it works on at a time; null: it does not say. */
	readonly slots: number | null;
	/** How its weights are stored, in its own words; null: it does not say. */
	readonly weights: string | null;
}

const modelList = z.object({
	data: z.array(
		z.object({
			id: z.string(),
			owned_by: z.string().optional(),
			max_model_len: z.number().nullish(),
			meta: z.object({ n_ctx: z.number().optional(), ftype: z.string().optional() }).nullish(),
		}),
	),
});
const versionBody = z.object({ version: z.string() });
const llamaProps = z.object({
	total_slots: z.number().optional(),
	build_info: z.string().optional(),
	model_ftype: z.string().optional(),
	default_generation_settings: z.object({ n_ctx: z.number().optional() }).optional(),
});
const sglangInfo = z.object({ version: z.string().optional(), dtype: z.string().optional() });
const tgiInfo = z.object({
	model_id: z.string(),
	version: z.string().optional(),
	max_input_tokens: z.number().optional(),
	model_dtype: z.string().optional(),
});

/** @throws Failure where the key is none: that the server then lists no model would be misleading. */
async function listed(client: ServerClient, signal: AbortSignal): Promise<z.output<typeof modelList> | null> {
	const path = '/v1/models';
	const answer = await client.get(path, signal);
	// 403 may mean that the key is for computing alone, and may not list.
	if (!answer.ok && answer.status === 401) {
		throw refusal(client, path, answer);
	}
	const parsed = answer.ok ? modelList.safeParse(answer.json) : null;
	return parsed?.success ? parsed.data : null;
}

/** Asks a server what it is. Nothing is computed. @throws Failure where it cannot be reached. */
export async function askServer(client: ServerClient, signal: AbortSignal): Promise<Server> {
	const asked = async <T>(path: string, shape: z.ZodType<T>): Promise<T | null> => {
		const answer = await client.get(path, signal);
		const parsed = answer.ok ? shape.safeParse(answer.json) : null;
		return parsed?.success ? parsed.data : null;
	};
	// A path that a server does not know may as well make it fail.
	const read = <T>(path: string, shape: z.ZodType<T>) =>
		asked(path, shape).catch(error => {
			if (error instanceof Failure && error.reason.code !== 'endpoint.unreachable') {
				return null;
			}
			throw error;
		});
	const list = await listed(client, signal);
	const models = list?.data.map(({ id }) => id) ?? [];
	const [first] = list?.data ?? [];
	const owner = first?.owned_by;
	const known = { models, window: first?.max_model_len ?? null, slots: null, weights: null };
	if (owner === 'vllm') {
		return { ...known, kind: 'vllm', version: (await read('/version', versionBody))?.version ?? null };
	}
	if (owner === 'llamacpp') {
		const props = await read('/props', llamaProps);
		return {
			kind: 'llama.cpp',
			version: props?.build_info ?? null,
			models,
			window: props?.default_generation_settings?.n_ctx ?? first?.meta?.n_ctx ?? null,
			slots: props?.total_slots ?? null,
			weights: props?.model_ftype ?? first?.meta?.ftype ?? null,
		};
	}
	if (owner === 'sglang') {
		const info = (await read('/get_server_info', sglangInfo)) ?? (await read('/server_info', sglangInfo));
		return { ...known, kind: 'sglang', version: info?.version ?? null, weights: info?.dtype ?? null };
	}
	const tgi = await read('/info', tgiInfo);
	if (tgi) {
		const { model_id, version = null, max_input_tokens: window = null, model_dtype: weights = null } = tgi;
		// The window has room for a token to be written.
		return { kind: 'tgi', version, models: [model_id], window: window && window + 1, slots: null, weights };
	}
	const ollama = await read('/api/version', versionBody);
	return ollama ? { ...known, kind: 'ollama', version: ollama.version } : { ...known, kind: 'openai', version: null };
}
