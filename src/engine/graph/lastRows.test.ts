import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { contributed, node, onnxBytes, onnxModel, someFloats, tensor } from '../../../test/onnxModel';
import { messageText } from '../../protocol/messages';
import { lastRows } from './lastRows';
import type { GraphNode, Model } from './model';
import { integersTensor, valueInfo } from './parts';

const hidden = 4;
const vocabulary = 6;

/** Hidden states come in as they are; `head` makes logits of them. */
function withHead(head: readonly GraphNode[], more: Partial<Parameters<typeof onnxModel>[0]> = {}): Model {
	return onnxModel({
		nodes: head,
		inputs: [valueInfo('hidden', 1, ['batch', 'sequence', hidden])],
		outputs: [valueInfo('logits', 1, ['batch', 'sequence', vocabulary])],
		initializers: [
			tensor('embedding', [vocabulary, hidden], someFloats(vocabulary * hidden, 1)),
			tensor('weights', [hidden, vocabulary], someFloats(vocabulary * hidden, 2)),
			tensor('two', [1], Float32Array.of(2)),
			integersTensor('flat', [-1n, BigInt(hidden)]),
			integersTensor('back', [1n, -1n, BigInt(vocabulary)]),
		],
		...more,
	});
}

function applied(model: Model): Model {
	const outcome = lastRows(model);
	if (outcome.kind !== 'applied') {
		throw new Error(outcome.kind === 'present' ? 'present' : messageText(outcome.reason));
	}
	return outcome.model;
}

async function run(model: Model, keep: number | null): Promise<Float32Array> {
	const session = await runtime.InferenceSession.create(onnxBytes(model), { logSeverityLevel: 3 });
	const rows = 5;
	const { logits } = await session.run({
		hidden: new runtime.Tensor('float32', someFloats(rows * hidden, 3), [1, rows, hidden]),
		...(keep === null ? {} : { num_logits_to_keep: new runtime.Tensor('int64', BigInt64Array.of(BigInt(keep)), [1]) }),
	});
	expect(logits?.data).toBeInstanceOf(Float32Array);
	return logits?.data as Float32Array; // Just tested.
}

/** The hidden states quantised for all rows together, as int8 exports do. */
const quantised: readonly GraphNode[] = [
	{ ...node('DynamicQuantizeLinear', ['hidden'], 'q'), outputs: ['q', 'scale', 'zero'] },
	{ ...node('DynamicQuantizeLinear', ['weights'], 'wq'), outputs: ['wq', 'wscale', 'wzero'] },
	node('MatMulInteger', ['q', 'wq', 'zero', 'wzero'], 'product'),
	node('Cast', ['product'], 'float', { to: 1 }),
	node('Mul', ['scale', 'wscale'], 'scales'),
	node('Mul', ['float', 'scales'], 'logits'),
];

const heads: Readonly<Record<string, readonly GraphNode[]>> = {
	'a product': [node('MatMul', ['hidden', 'weights'], 'logits')],
	'the embedding, turned': [node('Transpose', ['embedding'], 'turned'), node('MatMul', ['hidden', 'turned'], 'logits')],
	'a softcap behind it': [
		node('MatMul', ['hidden', 'weights'], 'product'),
		node('Div', ['product', 'two'], 'small'),
		node('Tanh', ['small'], 'bent'),
		node('Mul', ['bent', 'two'], 'logits'),
	],
	'Gemm over rows in one dimension': [
		node('Reshape', ['hidden', 'flat'], 'rows'),
		node('Gemm', ['rows', 'weights'], 'product'),
		node('Reshape', ['product', 'back'], 'logits'),
	],
	'an integer product': quantised,
};

describe.each(Object.entries(heads))('a head that is %s', (_, head) => {
	it('gives the last rows of what it gave', async () => {
		const model = withHead(head);
		const all = await run(model, null);
		const changed = applied(model);
		for (const keep of [1, 3, 5]) {
			const rows = await run(changed, keep);
			expect(rows).toEqual(all.slice(-keep * vocabulary));
		}
		expect(await run(changed, 0)).toEqual(all);
	});
});

describe('a graph', () => {
	it('that takes the input already stays', () => {
		const model = withHead(heads['a product'] ?? [], {
			inputs: [valueInfo('hidden', 1, [1, 'sequence', hidden]), valueInfo('num_logits_to_keep', 7, [])],
		});
		expect(lastRows(model)).toEqual({ kind: 'present' });
	});

	it.each([
		[
			'others read the head',
			{ outputs: [valueInfo('logits', 1, ['batch']), valueInfo('product', 1, ['batch'])] },
			'a softcap behind it',
			/“product” is read by others too/,
		],
		['old operators', { opset: 9 }, 'a product', /version 9 of ONNX’s operators/],
	] as const)('is left as it is: %s', (_, more, head, reason) => {
		const outcome = lastRows(withHead(heads[head] ?? [], more));
		expect(outcome.kind === 'not-applicable' && messageText(outcome.reason)).toMatch(reason);
	});

	it.each([
		[
			'a node in between',
			[node('MatMul', ['hidden', 'weights'], 'a'), node('Softmax', ['a'], 'logits')],
			/Softmax “logits” stands between/,
		],
		['weights that are computed', [node('MatMul', ['hidden', 'hidden'], 'logits')], /are no constant/],
		['no logits', [node('MatMul', ['hidden', 'weights'], 'other')], /“logits” is made by no node/],
		[
			'Gemm over rows of which the order is not known',
			[
				node('Squeeze', ['hidden'], 'rows'),
				node('Gemm', ['rows', 'weights'], 'a'),
				node('Reshape', ['a', 'back'], 'logits'),
			],
			/in an order that is not plain/,
		],
	] as const)('is left as it is: %s', (_, head, reason) => {
		const outcome = lastRows(withHead(head));
		expect(outcome.kind === 'not-applicable' && messageText(outcome.reason)).toMatch(reason);
	});

	it('with packed weights in its head is cut in front of it', () => {
		const packed = contributed('MatMulNBits', ['hidden', 'embedding', 'two'], 'logits', { K: 4, N: 6 });
		const { graph } = applied(withHead([packed]));
		expect(graph.nodes.map(({ type }) => type)).toEqual(['Neg', 'Slice', 'MatMulNBits']);
		expect(graph.outputs[0]?.dims).toEqual(['batch', 'kept_rows', vocabulary]);
	});
});
