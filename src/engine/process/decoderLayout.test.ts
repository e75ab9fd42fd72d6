import { describe, expect, it } from 'vitest';
import { Failure } from '../../protocol/failure';
import { decoderLayout } from './decoderLayout';

type Session = Parameters<typeof decoderLayout>[0];
type Metadata = Session['inputMetadata'][number];

const tensor = (name: string, shape: (number | string)[], type: 'int64' | 'float32' | 'float16' | 'bool' = 'float32') =>
	({ name, isTensor: true, type, shape }) satisfies Metadata;

const cache = (i: number, heads: number | string = 2, type: 'float32' | 'float16' = 'float32') => ({
	past: [`past_key_values.${i}.key`, `past_key_values.${i}.value`].map(name =>
		tensor(name, ['b', heads, 'p', 8], type),
	),
	present: [`present.${i}.key`, `present.${i}.value`].map(name => tensor(name, ['b', heads, 't', 8], type)),
});

const ids = tensor('input_ids', ['b', 's'], 'int64');
const logits = tensor('logits', ['b', 's', 384]);
const open = { keyValueHeads: null, headSize: null, vocabularySize: null };
const file = 'model.onnx';

function session(inputs: Metadata[], outputs: Metadata[]): Session {
	return { inputMetadata: inputs, outputMetadata: outputs };
}

function failureOf(inputs: Metadata[], outputs: Metadata[]): Failure {
	try {
		decoderLayout(session(inputs, outputs), open, file);
	} catch (error) {
		expect(error).toBeInstanceOf(Failure);
		return error as Failure;
	}
	return expect.fail('nothing failed');
}

describe('a decoder', () => {
	it('is read off a graph with every optional input', () => {
		const inputs = [
			ids,
			tensor('attention_mask', ['b', 't'], 'int64'),
			tensor('position_ids', ['b', 's'], 'int64'),
			tensor('num_logits_to_keep', [1], 'int64'),
			tensor('use_cache_branch', [1], 'bool'),
			...cache(0, 2, 'float16').past,
		];
		expect(decoderLayout(session(inputs, [logits, ...cache(0).present]), open, file)).toEqual({
			cache: [
				{ past: 'past_key_values.0.key', present: 'present.0.key', type: 'float16', heads: 2, size: 8 },
				{ past: 'past_key_values.0.value', present: 'present.0.value', type: 'float16', heads: 2, size: 8 },
			],
			attentionMask: true,
			attentionBias: false,
			positionIds: true,
			cacheBranch: true,
			keepDims: [1],
			vocabularySize: 384,
		});
	});

	it('takes trees where who sees whom is fed', () => {
		const inputs = [ids, tensor('attention_bias', ['b', 1, 's', 't']), ...cache(0).past];
		const layout = decoderLayout(session(inputs, [logits, ...cache(0).present]), open, file);
		expect(layout).toMatchObject({ attentionBias: true, attentionMask: false });
	});

	it('takes from config.json what the graph leaves open', () => {
		const inputs = [ids, ...cache(0, 'heads').past];
		const outputs = [tensor('logits', ['b', 's', 'v']), ...cache(0).present];
		const layout = decoderLayout(
			session(inputs, outputs),
			{ keyValueHeads: 3, headSize: 64, vocabularySize: 99 },
			file,
		);
		expect(layout).toMatchObject({ vocabularySize: 99, keepDims: null, attentionMask: false });
		expect(layout.cache.map(({ heads, size }) => [heads, size])).toEqual([
			[3, 8],
			[3, 8],
		]);
	});
});

describe('a graph that is no decoder', () => {
	it('is told what it lacks', () => {
		const { reason } = failureOf([tensor('pixel_values', ['b', 3, 32, 32])], [tensor('logits', ['b', 10])]);
		expect(reason).toEqual({
			code: 'engine.wrong-architecture',
			params: { file, missing: 'input_ids, past_key_values.*, logits [batch, sequence, vocabulary]' },
		});
	});

	it('is told of a cache that does not come back', () => {
		const { reason } = failureOf([ids, ...cache(0).past], [logits, ...cache(0).present.slice(0, 1)]);
		expect(reason.params).toMatchObject({ missing: 'present.0.value' });
	});

	it('is told of inputs that nobody can feed', () => {
		const { reason } = failureOf(
			[ids, tensor('past_conv.0', ['b', 4]), ...cache(0).past],
			[logits, ...cache(0).present],
		);
		expect(reason).toEqual({ code: 'engine.foreign-inputs', params: { file, inputs: 'past_conv.0' } });
	});

	it('is told of a size that nobody gives', () => {
		const { reason } = failureOf([ids, ...cache(0, 'heads').past], [logits, ...cache(0).present]);
		expect(reason).toEqual({ code: 'engine.open-size', params: { file, field: 'num_key_value_heads' } });
	});
});
