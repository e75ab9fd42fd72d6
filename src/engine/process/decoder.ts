import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ComputedModel } from './computedModel';
import type { DecoderLayout } from './decoderLayout';
import { forwardFailure } from './forwardFailure';
import { halfFloats } from './halfFloat';
import type { OnnxRuntime } from './runtime';
import type { VocabularyRow } from './vocabularyRow';

/** The key-value cache after some tokens. Never written to: many continuations may start from one. */
export interface Past {
	readonly length: number;
	/** In the order of the layout's slots. */
	readonly tensors: readonly Tensor[];
}

interface Forward {
	/** Logits after each of the last tokens, as many as were asked for. */
	readonly rows: readonly VocabularyRow[];
	/** Null unless asked for. */
	readonly past: Past | null;
}

export interface ForwardRequest {
	/** At least one. */
	readonly tokens: readonly number[];
	/** What stands before them; null: nothing. */
	readonly past: Past | null;
	/** How many of the last rows of logits to return, no more than there are tokens. */
	readonly rows: number;
	readonly keepPast: boolean;
}

export interface Decoder {
	readonly vocabularySize: number;
	forward(request: ForwardRequest): Promise<Forward>;
}

/** Logits that a graph without `num_logits_to_keep` may hold at a time: it computes all rows of what it is fed. */
const logitsBudget = 64 * 1024 * 1024;

/** A decoder at batch size 1, right after the last token: no padding, so masks are ones and positions count on. */
export function createDecoder(
	runtime: OnnxRuntime,
	session: InferenceSession,
	layout: DecoderLayout,
	model: ComputedModel,
): Decoder {
	const nothing = emptyPast(runtime, layout);
	const rowsAtATime = Math.max(1, Math.floor(logitsBudget / (4 * layout.vocabularySize)));

	const run = async ({ tokens, past, rows, keepPast }: ForwardRequest): Promise<Forward> => {
		const before = past ?? nothing;
		const fetches = [...(rows > 0 ? ['logits'] : []), ...(keepPast ? layout.cache.map(slot => slot.present) : [])];
		const feeds = feedsFor(runtime, layout, tokens, before, Math.max(1, rows));
		let outputs: InferenceSession.OnnxValueMapType;
		try {
			outputs = await session.run(feeds, fetches);
		} catch (error) {
			throw forwardFailure(error, model);
		}
		return {
			rows: rows > 0 ? lastRows(output(outputs, 'logits'), rows, layout.vocabularySize) : [],
			past: keepPast
				? {
						length: before.length + tokens.length,
						tensors: layout.cache.map(slot => output(outputs, slot.present)),
					}
				: null,
		};
	};

	return {
		vocabularySize: layout.vocabularySize,
		async forward(request) {
			// Where every row goes through the head, the tokens before the rows asked for go in chunks of bounded logits.
			const atATime = layout.keepDims ? request.tokens.length : Math.max(rowsAtATime, request.rows);
			let { tokens, past } = request;
			while (tokens.length > atATime) {
				const chunk = Math.min(atATime, tokens.length - request.rows);
				past = (await run({ tokens: tokens.slice(0, chunk), past, rows: 0, keepPast: true })).past;
				tokens = tokens.slice(chunk);
			}
			return run({ ...request, tokens, past });
		},
	};
}

function feedsFor(
	{ Tensor }: OnnxRuntime,
	layout: DecoderLayout,
	tokens: readonly number[],
	past: Past,
	rows: number,
): InferenceSession.FeedsType {
	const count = tokens.length;
	const total = past.length + count;
	const feeds: Record<string, Tensor> = {
		input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, count]),
	};
	if (layout.attentionMask) {
		feeds.attention_mask = new Tensor('int64', new BigInt64Array(total).fill(1n), [1, total]);
	}
	if (layout.positionIds) {
		const positions = BigInt64Array.from({ length: count }, (_, i) => BigInt(past.length + i));
		feeds.position_ids = new Tensor('int64', positions, [1, count]);
	}
	if (layout.cacheBranch) {
		feeds.use_cache_branch = new Tensor('bool', [past.length > 0], [1]);
	}
	if (layout.keepDims) {
		feeds.num_logits_to_keep = new Tensor('int64', BigInt64Array.of(BigInt(rows)), layout.keepDims);
	}
	for (const [i, slot] of layout.cache.entries()) {
		const tensor = past.tensors[i];
		if (tensor) {
			feeds[slot.past] = tensor;
		}
	}
	return feeds;
}

/** Tensors of length 0, as the first tokens have nothing before them. */
function emptyPast({ Tensor }: OnnxRuntime, { cache }: DecoderLayout): Past {
	const tensors = cache.map(({ type, heads, size }) => {
		const dims = [1, heads, 0, size];
		return type === 'float16'
			? new Tensor('float16', new Uint16Array(), dims)
			: new Tensor('float32', new Float32Array(), dims);
	});
	return { length: 0, tensors };
}

function output(outputs: InferenceSession.OnnxValueMapType, name: string): Tensor {
	const value = outputs[name];
	if (!value) {
		throw new Error(`ONNX Runtime gave no ${name}`);
	}
	return value;
}

/** The last `count` of the rows of [1, rows, vocabulary], where rows may be all positions or those that were kept. */
function lastRows({ data }: Tensor, count: number, size: number): VocabularyRow[] {
	if (!('subarray' in data) || data instanceof BigInt64Array || data instanceof BigUint64Array) {
		throw new Error('logits are no floating-point numbers');
	}
	return Array.from({ length: count }, (_, i) => {
		const start = data.length - (count - i) * size;
		const row = data.subarray(start, start + size);
		return row instanceof Uint16Array ? halfFloats(row) : row;
	});
}
