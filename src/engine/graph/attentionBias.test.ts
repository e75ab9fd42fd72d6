import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { contributed, node, onnxBytes, onnxModel, someFloats, tensor } from '../../../test/onnxModel';
import { messageText } from '../../protocol/messages';
import { attentionBias } from './attentionBias';
import { elementTypes, type GraphNode, type Model } from './model';
import { integersTensor, valueInfo } from './parts';

const lowest = -3.4028234663852886e38;

/** A causal mask [1, 1, S, S], as exports without GroupQueryAttention compute it. */
const causal: readonly GraphNode[] = [
	node('Shape', ['attention_mask'], 'mask_shape'),
	node('Slice', ['mask_shape', 'one', 'two'], 'length1'),
	node('Squeeze', ['length1', 'zero1'], 'length'),
	node('Range', ['zero', 'length', 'step'], 'places'),
	node('Unsqueeze', ['places', 'one'], 'rows'),
	node('LessOrEqual', ['places', 'rows'], 'seen'),
	node('Where', ['seen', 'nothing', 'lowest'], 'square'),
	node('Unsqueeze', ['square', 'zero_one'], 'mask'),
];

/** Two layers of one head whose scores, keys and values are the hidden states: x → softmax(x·(±x) + mask)·x. */
function layers(masks: readonly [string, string]): GraphNode[] {
	return masks.flatMap((mask, i) => {
		const x = i === 0 ? 'placed' : 'out0';
		return [
			node('MatMul', [x, i === 0 ? 'keys' : 'keys1'], `scores${i}`),
			node('Add', i === 0 ? [`scores${i}`, mask] : [mask, `scores${i}`], `masked${i}`),
			node('Softmax', [`masked${i}`], `weights${i}`),
			node('MatMul', [`weights${i}`, x], `out${i}`),
		];
	});
}

function attention(nodes: readonly GraphNode[], more: Partial<Parameters<typeof onnxModel>[0]> = {}): Model {
	return onnxModel({
		nodes,
		inputs: [
			valueInfo('x', 1, [1, 1, 'sequence', 'sequence']),
			valueInfo('attention_mask', 7, ['batch', 'total']),
			valueInfo('position_ids', 7, ['batch', 'sequence']),
		],
		outputs: [valueInfo('out1', 1, [1, 1, 'sequence', 'sequence'])],
		initializers: [
			tensor('zero', [], BigInt64Array.of(0n)),
			tensor('step', [], BigInt64Array.of(1n)),
			integersTensor('one', [1n]),
			integersTensor('two', [2n]),
			integersTensor('zero1', [0n]),
			integersTensor('zero_one', [0n, 1n]),
			tensor('nothing', [], Float32Array.of(0)),
			tensor('lowest', [], Float32Array.of(lowest)),
			tensor('slopes', [2], Float32Array.of(1, 2)),
			tensor('table', [3, 3], new Float32Array(9)),
		],
		...more,
	});
}

const placed = [node('Identity', ['x'], 'placed'), node('Neg', ['placed'], 'keys')];
const second = [node('Identity', ['x'], 'keys1')];
const plain = [...causal, ...placed, ...second, ...layers(['mask', 'mask'])];

function reasonOf(model: Model): string {
	const outcome = attentionBias(model);
	return outcome.kind === 'not-applicable' ? messageText(outcome.reason) : outcome.kind;
}

describe('a mask that all layers share', () => {
	it('becomes an input, and what only made it goes', () => {
		const outcome = attentionBias(attention(plain));
		const graph = outcome.kind === 'applied' ? outcome.model.graph : null;
		expect(graph?.inputs.map(({ name }) => name)).toEqual(['x', 'position_ids', 'attention_bias']);
		expect(graph?.nodes.map(({ type }) => type)).not.toContain('LessOrEqual');
		expect(graph?.initializers).toEqual([]);
		expect(graph?.nodes.filter(({ type }) => type === 'Add').map(({ inputs }) => inputs)).toEqual([
			['scores0', 'attention_bias'],
			['attention_bias', 'scores1'],
		]);
	});

	it('may be cut to length in each layer again', () => {
		const cuts = [0, 1].map(i => node('Slice', ['mask', 'zero1', 'length1', 'zero1'], `cut${i}`));
		expect(reasonOf(attention([...causal, ...cuts, ...placed, ...second, ...layers(['cut0', 'cut1'])]))).toBe(
			'applied',
		);
	});

	it('in half precision gets a Cast', () => {
		const half = node('Cast', ['mask'], 'half', { to: elementTypes.float16 });
		const outcome = attentionBias(attention([...causal, half, ...placed, ...second, ...layers(['half', 'half'])]));
		const cast = outcome.kind === 'applied' ? outcome.model.graph.nodes[0] : null;
		expect(cast).toMatchObject({ type: 'Cast', inputs: ['attention_bias'] });
	});

	it('gives what it gave, from outside', async () => {
		const rows = 3;
		const model = attention(plain);
		const outcome = attentionBias(model);
		expect(outcome.kind).toBe('applied');
		const feeds = {
			x: new runtime.Tensor('float32', someFloats(rows * rows, 1), [1, 1, rows, rows]),
			position_ids: new runtime.Tensor('int64', BigInt64Array.of(0n, 1n, 2n), [1, rows]),
		};
		const mask = new runtime.Tensor('int64', new BigInt64Array(rows).fill(1n), [1, rows]);
		const bias = Float32Array.of(0, lowest, lowest, 0, 0, lowest, 0, 0, 0);
		const before = await open(model);
		const after = await open(outcome.kind === 'applied' ? outcome.model : model);
		const { out1: expected } = await before.run({ ...feeds, attention_mask: mask });
		const { out1 } = await after.run({
			...feeds,
			attention_bias: new runtime.Tensor('float32', bias, [1, 1, rows, rows]),
		});
		expect(out1?.data).toEqual(expected?.data);
	});
});

function open(model: Model): Promise<runtime.InferenceSession> {
	// Declared inputs that nothing reads are fine for ONNX Runtime.
	return runtime.InferenceSession.create(onnxBytes(model), { logSeverityLevel: 3 });
}

describe('the mask stays inside', () => {
	const withoutPositions = { inputs: [valueInfo('x', 1, []), valueInfo('attention_mask', 7, [])] };
	const other = [node('Identity', ['mask'], 'same'), node('Neg', ['mask'], 'other')];
	const window = [node('Less', ['places', 'rows'], 'near'), node('And', ['seen', 'near'], 'both')];
	const windowed = causal.map(each =>
		each.type === 'Where' ? { ...each, inputs: ['both', 'nothing', 'lowest'] } : each,
	);
	const at = windowed.findIndex(({ type }) => type === 'Where');
	const sliding = [...windowed.slice(0, at), ...window, ...windowed.slice(at)];
	const alibi = node('Mul', ['mask', 'slopes'], 'sloped');
	const rest = [...placed, ...second];
	// As GPT-2's exports: scores are chosen by place first, and what the caller masks is added after that.
	const chosen = (layer: GraphNode[]) =>
		layer.flatMap(each =>
			each.name.startsWith('scores')
				? [{ ...each, outputs: [`raw/${each.name}`] }, node('Where', ['seen', `raw/${each.name}`, 'lowest'], each.name)]
				: [each],
		);
	const table = (layer: GraphNode[]) =>
		layer.flatMap(each =>
			each.name.startsWith('scores')
				? [{ ...each, outputs: [`raw/${each.name}`] }, node('Mul', [`raw/${each.name}`, 'table'], each.name)]
				: [each],
		);
	it.each([
		['without positions as an input', attention(plain, withoutPositions), /no input position_ids/],
		[
			'of a fused attention',
			attention([contributed('GroupQueryAttention', ['x', 'x', 'x'], 'out1')]),
			/attention \(GroupQueryAttention\) keeps its mask inside/,
		],
		['without attention', attention([node('Neg', ['x'], 'out1')]), /no attention that/],
		['that is none', attention([node('Softmax', ['x'], 'out1')]), /softmax “out1”/],
		[
			'added to itself',
			attention([...causal, node('Add', ['mask', 'mask'], 'a'), node('Softmax', ['a'], 'out1')]),
			/softmax/,
		],
		['that differs', attention([...causal, ...other, ...rest, ...layers(['same', 'other'])]), /2 different masks/],
		['with a window', attention([...sliding, ...rest, ...layers(['mask', 'mask'])]), /as a sliding window does/],
		[
			'whose scores are masked too',
			attention([...plain.slice(0, -8), ...chosen(layers(['mask', 'mask']))]),
			/masked, or/,
		],
		['whose scores have a table', attention([...plain.slice(0, -8), ...table(layers(['mask', 'mask']))]), /masked, or/],
		['with slopes', attention([...causal, alibi, ...rest, ...layers(['sloped', 'sloped'])]), /bias by distance/],
	])('%s', (_, model, reason) => {
		expect(reasonOf(model)).toMatch(reason);
	});

	it('unless it is outside already', () => {
		const { inputs } = attention(plain).graph;
		expect(reasonOf(attention(plain, { inputs: [...inputs, valueInfo('attention_bias', 1, [])] }))).toBe('present');
	});
});
