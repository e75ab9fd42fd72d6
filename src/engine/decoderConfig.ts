import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import type { DecoderShape } from './wire';

/** What config.json says about a decoder. */
export interface DecoderConfig {
	/** Tokens the model can attend to. */
	readonly window: number;
	readonly shape: DecoderShape;
	/** Tokens that end a text: none, one or several. */
	readonly endOfText: readonly number[];
}

/** What lm-evaluation-harness takes where nothing names a window (mmlu-formats section 3). */
const defaultWindow = 2048;

/** Tokenizers without a limit write 1e30. */
const unlimited = 1e9;

/**
 * Reads config.json, generation_config.json for what ends a text, and tokenizer_config.json for the window; a file that is
 * not there says nothing. The window is the first of `n_positions`, `max_position_embeddings`, `n_ctx`, else the tokenizer's
 * `model_max_length`, else 2,048, as in lm-evaluation-harness. What ends a text is `eos_token_id` of generation_config.json,
 * else of config.json, as in transformers.
 */
export async function readDecoderConfig(folder: string): Promise<DecoderConfig> {
	const whole = await readObject(path.join(folder, 'config.json'));
	// Models that also read images keep their decoder's fields in a part of their own.
	const text = asObject(whole.text_config);
	const field = (...names: string[]) => names.map(name => positive(text[name] ?? whole[name])).find(Boolean) ?? null;

	const heads = field('num_attention_heads', 'n_head');
	const hidden = field('hidden_size', 'n_embd');
	return {
		window: field('n_positions', 'max_position_embeddings', 'n_ctx') ?? (await tokenizerLimit(folder)) ?? defaultWindow,
		shape: {
			keyValueHeads: field('num_key_value_heads') ?? heads,
			headSize: field('head_dim') ?? (hidden && heads ? hidden / heads : null),
			vocabularySize: field('vocab_size'),
		},
		endOfText:
			tokenIds((await readObject(path.join(folder, 'generation_config.json'))).eos_token_id) ??
			tokenIds(text.eos_token_id) ??
			tokenIds(whole.eos_token_id) ??
			[],
	};
}

/** One id or a list of them; null where there is none. */
function tokenIds(value: unknown): readonly number[] | null {
	const ids = (Array.isArray(value) ? value : [value]).filter(id => Number.isInteger(id));
	return ids.length > 0 ? ids : null;
}

async function tokenizerLimit(folder: string): Promise<number | null> {
	const limit = positive((await readObject(path.join(folder, 'tokenizer_config.json'))).model_max_length);
	return limit !== null && limit < unlimited ? limit : null;
}

async function readObject(file: string): Promise<Readonly<Record<string, unknown>>> {
	try {
		return asObject(JSON.parse(await readFile(file, 'utf8')));
	} catch (error) {
		// Node's file system throws errors that carry a code.
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return {};
		}
		throw inputFailure('engine.config-broken', { file, reason: error instanceof Error ? error.message : '' }, error);
	}
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
	// An object by the test; its members stay unknown until looked at.
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function positive(value: unknown): number | null {
	return typeof value === 'number' && value > 0 ? value : null;
}
