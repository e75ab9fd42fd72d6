import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ComputedModel } from './computedModel';
import type { DecoderLayout } from './decoderLayout';
import { forwardFailure } from './forwardFailure';
import { halfFloats } from './halfFloat';
import type { OnnxRuntime } from './runtime';
import { layTree } from './treeLayout';
import type { VocabularyRow } from './vocabularyRow';

/** The key-value cache after some tokens. Never written to: many continuations may start from one. */
export interface Past {
	readonly length: number;
	/** In the order of the layout's slots. */
	readonly tensors: readonly Tensor[];
}

interface Forward {
	/** Logits after each of the places asked for, in their order. */
	readonly rows: readonly VocabularyRow[];
	/** Null unless asked for. */
	readonly past: Past | null;
}

export interface ForwardRequest {
	/** At least one. */
	readonly tokens: ArrayLike<number>;
	/** For each token the place of the one before it, −1: the end of `past`. Null: a chain. */
	readonly parents: ArrayLike<number> | null;
	/** What stands before them; null: nothing. */
	readonly past: Past | null;
	/** Places of tokens, ascending. */
	readonly rows: readonly number[];
	/** Of a chain only: a tree has no one end. */
	readonly keepPast: boolean;
}

export interface Decoder {
	readonly vocabularySize: number;
	/** Of the key-value cache. */
	readonly bytesPerToken: number;
	/** Whether `parents` may be a tree. */
	readonly trees: boolean;
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

	const run = async ({ tokens, parents, past, rows, keepPast }: ForwardRequest): Promise<Forward> => {
		const before = past ?? nothing;
		const laid = layTree(tokens, parents, before.length, rows);
		const kept = Math.max(1, tokens.length - laid.firstRow);
		const fetches = [
			...(rows.length > 0 ? ['logits'] : []),
			...(keepPast ? layout.cache.map(slot => slot.present) : []),
		];
		const feeds = feedsFor(runtime, layout, laid, before, kept);
		let outputs: InferenceSession.OnnxValueMapType;
		try {
			outputs = await session.run(feeds, fetches);
		} catch (error) {
			throw forwardFailure(error, model);
		}
		return {
			rows:
				rows.length > 0
					? rowsAt(
							output(outputs, 'logits'),
							laid.rows.map(row => tokens.length - row),
							layout.vocabularySize,
						)
					: [],
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
		bytesPerToken: layout.cache.reduce(
			(sum, { heads, size, type }) => sum + heads * size * (type === 'float16' ? 2 : 4),
			0,
		),
		trees: layout.attentionBias,
		async forward(request) {
			if (request.parents && (request.keepPast || !layout.attentionBias)) {
				throw new Error('a tree of tokens where the model takes chains');
			}
			// Where every row goes through the head, a chain goes in chunks of bounded logits. A tree is one piece, and short.
			let { tokens, past, rows } = request;
			const rowsBefore: VocabularyRow[] = [];
			while (!request.parents && !layout.keepDims && tokens.length > rowsAtATime) {
				const own = rows.filter(row => row < rowsAtATime);
				const chunk = Array.prototype.slice.call(tokens, 0, rowsAtATime);
				const after = await run({ tokens: chunk, parents: null, past, rows: own, keepPast: true });
				rowsBefore.push(...after.rows);
				past = after.past;
				tokens = Array.prototype.slice.call(tokens, rowsAtATime);
				rows = rows.slice(own.length).map(row => row - rowsAtATime);
			}
			const after = await run({ ...request, tokens, past, rows });
			return { ...after, rows: [...rowsBefore, ...after.rows] };
		},
	};
}

function feedsFor(
	{ Tensor }: OnnxRuntime,
	layout: DecoderLayout,
	laid: ReturnType<typeof layTree>,
	past: Past,
	rows: number,
): InferenceSession.FeedsType {
	const count = laid.tokens.length;
	const total = past.length + count;
	const feeds: Record<string, Tensor> = { input_ids: new Tensor('int64', laid.tokens, [1, count]) };
	if (layout.attentionMask) {
		feeds.attention_mask = new Tensor('int64', new BigInt64Array(total).fill(1n), [1, total]);
	}
	if (layout.attentionBias) {
		feeds.attention_bias = new Tensor('float32', laid.bias(), [1, 1, count, total]);
	}
	if (layout.positionIds) {
		feeds.position_ids = new Tensor('int64', laid.positions, [1, count]);
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

/** Rows of [1, rows, vocabulary], where rows may be all positions or those that were kept, counted from the end: 1 is the last. */
function rowsAt({ data }: Tensor, fromEnd: readonly number[], size: number): VocabularyRow[] {
	if (!('subarray' in data) || data instanceof BigInt64Array || data instanceof BigUint64Array) {
		throw new Error('logits are no floating-point numbers');
	}
	return fromEnd.map(place => {
		const start = data.length - place * size;
		const row = data.subarray(start, start + size);
		return row instanceof Uint16Array ? halfFloats(row) : row;
	});
}
