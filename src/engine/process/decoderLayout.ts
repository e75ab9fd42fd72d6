import type { InferenceSession } from 'onnxruntime-node';
import { inputFailure } from '../../protocol/failure';
import type { DecoderShape } from '../wire';

/** One tensor of the key-value cache: [1, heads, length, size]. */
interface CacheSlot {
	/** Its name as an input. */
	readonly past: string;
	/** Its name as an output. */
	readonly present: string;
	readonly type: 'float32' | 'float16';
	readonly heads: number;
	readonly size: number;
}

/** How a decoder in Hugging Face's layout wants to be fed (engines reference, section 2.7). */
export interface DecoderLayout {
	readonly cache: readonly CacheSlot[];
	readonly attentionMask: boolean;
	/** Rewritten graphs take who sees whom as numbers to add, [1, 1, tokens, past + tokens], and so trees of tokens. */
	readonly attentionBias: boolean;
	readonly positionIds: boolean;
	/** Merged decoders have a branch with a cache and one without. */
	readonly cacheBranch: boolean;
	/** Dimensions of `num_logits_to_keep`, which says how many last rows go through the head; null: all rows do. */
	readonly keepDims: readonly [] | readonly [1] | null;
	readonly vocabularySize: number;
}

type Metadata = InferenceSession['inputMetadata'][number];

const pastPrefix = 'past_key_values.';
const knownInputs = [
	'input_ids',
	'attention_mask',
	'attention_bias',
	'position_ids',
	'use_cache_branch',
	'num_logits_to_keep',
];

/**
 * Reads the layout off a graph's inputs and outputs; `shape` fills in what the graph leaves open.
 * @throws Failure naming what a decoder has and this graph lacks, or what it asks for and a decoder does not.
 */
export function decoderLayout(
	session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
	shape: DecoderShape,
	file: string,
): DecoderLayout {
	const inputs = byName(session.inputMetadata);
	const outputs = byName(session.outputMetadata);
	const pasts = session.inputMetadata.filter(({ name }) => name.startsWith(pastPrefix));
	const logits = outputs.get('logits');

	const missing = [
		...(inputs.has('input_ids') ? [] : ['input_ids']),
		...(pasts.length > 0 ? [] : [`${pastPrefix}*`]),
		...(logits && [0, 3].includes(rank(logits)) ? [] : ['logits [batch, sequence, vocabulary]']),
		...pasts.map(presentName).filter(name => !outputs.has(name)),
	];
	if (missing.length > 0) {
		throw inputFailure('engine.wrong-architecture', { file, missing: missing.join(', ') });
	}
	const foreign = [...inputs.keys()].filter(name => !name.startsWith(pastPrefix) && !knownInputs.includes(name));
	if (foreign.length > 0) {
		throw inputFailure('engine.foreign-inputs', { file, inputs: foreign.join(', ') });
	}
	const keep = inputs.get('num_logits_to_keep');
	return {
		cache: pasts.map(past => cacheSlot(past, shape, file)),
		attentionMask: inputs.has('attention_mask'),
		attentionBias: inputs.has('attention_bias'),
		positionIds: inputs.has('position_ids'),
		cacheBranch: inputs.has('use_cache_branch'),
		keepDims: keep ? (rank(keep) === 0 ? [] : [1]) : null,
		vocabularySize: sizeAt(logits, 2) ?? shape.vocabularySize ?? noSize('vocab_size', file),
	};
}

function cacheSlot(past: Metadata, shape: DecoderShape, file: string): CacheSlot {
	return {
		past: past.name,
		present: presentName(past),
		type: past.isTensor && past.type === 'float16' ? 'float16' : 'float32',
		heads: sizeAt(past, 1) ?? shape.keyValueHeads ?? noSize('num_key_value_heads', file),
		size: sizeAt(past, 3) ?? shape.headSize ?? noSize('head_dim', file),
	};
}

function presentName({ name }: Metadata): string {
	return `present.${name.slice(pastPrefix.length)}`;
}

function byName(values: readonly Metadata[]): Map<string, Metadata> {
	return new Map(values.map(value => [value.name, value]));
}

function rank(value: Metadata): number {
	return value.isTensor ? value.shape.length : -1;
}

/** A dimension that is fixed in the graph. */
function sizeAt(value: Metadata | undefined, dimension: number): number | null {
	const size = value?.isTensor ? value.shape[dimension] : undefined;
	return typeof size === 'number' ? size : null;
}

function noSize(field: string, file: string): never {
	throw inputFailure('engine.open-size', { file, field });
}
