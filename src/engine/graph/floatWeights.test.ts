import path from 'node:path';
import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
	contributed,
	node,
	onnxModel,
	someBytes,
	someFloats,
	tensor,
	withIntegers,
	writeOnnx,
} from '../../../test/onnxModel';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { messageText } from '../../protocol/messages';
import { floatWeights } from './floatWeights';
import type { GraphNode, ReadTensor } from './model';
import { integersTensor, valueInfo } from './parts';
import { prepareGraph } from './prepareGraph';

const folder = temporaryFolders();

interface Case {
	readonly bits: 4 | 8;
	readonly block: 16 | 32 | 128;
	readonly zeros: 'none' | 'packed' | 'float';
	readonly k: number;
	readonly bias?: boolean;
}

const n = 24;

function product({ bits, block, zeros, k, bias }: Case, extra: readonly ReadTensor[] = [], rest: GraphNode[] = []) {
	const blocks = Math.ceil(k / block);
	const given = zeros !== 'none';
	const inputs = ['x', 'w', 'scales', given ? 'zeros' : '', '', bias ? 'bias' : ''];
	while (inputs.at(-1) === '') {
		inputs.pop();
	}
	const output = rest.length > 0 ? 'product' : 'y';
	const packed = Math.ceil((blocks * bits) / 8);
	return {
		nodes: [contributed('MatMulNBits', inputs, output, { K: k, N: n, bits, block_size: block }), ...rest],
		inputs: [valueInfo('x', 1, [1, 'rows', k])],
		outputs: [valueInfo('y', 1, [1, 'rows', n])],
		initializers: [
			tensor('w', [n, blocks, (block * bits) / 8], someBytes((n * blocks * block * bits) / 8, 1)),
			tensor(
				'scales',
				[n * blocks],
				someFloats(n * blocks, 2).map(value => (value * 0.8) / 2 ** bits),
			),
			...(zeros === 'packed' ? [tensor('zeros', [n * packed], someBytes(n * packed, 3))] : []),
			...(zeros === 'float'
				? [
						tensor(
							'zeros',
							[n * blocks],
							someFloats(n * blocks, 3).map(value => 8 + value),
						),
					]
				: []),
			...(bias ? [tensor('bias', [n], someFloats(n, 5))] : []),
			...extra,
		],
	};
}

async function run(file: string, k: number): Promise<Float32Array> {
	const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3 });
	const rows = 5;
	const { y } = await session.run({ x: new runtime.Tensor('float32', someFloats(rows * k, 4), [1, rows, k]) });
	expect(y?.data).toBeInstanceOf(Float32Array);
	return y?.data as Float32Array; // Just tested.
}

function farthest(a: Float32Array, b: Float32Array): number {
	expect(a.length).toBe(b.length);
	return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

async function compare(parts: ReturnType<typeof product>, k: number): Promise<readonly string[]> {
	const at = folder();
	const file = await writeOnnx(path.join(at, 'model.onnx'), parts);
	const prepared = await prepareGraph({ file, sha256: '0123456789abcdef0', folder: at, passes: ['floatWeights'] });
	expect(prepared.floatWeights).toBe(true);
	const expected = await run(file, k);
	expect(Math.max(...expected)).toBeGreaterThan(1);
	expect(farthest(expected, await run(prepared.file, k))).toBeLessThan(1e-5);
	const outcome = floatWeights(onnxModel(parts));
	return outcome.kind === 'applied' ? outcome.model.graph.nodes.map(({ type }) => type) : [];
}

describe('weights written out give what ONNX Runtime’s MatMulNBits gives', () => {
	const cases = ([4, 8] as const).flatMap(bits =>
		([16, 32, 128] as const).flatMap(block =>
			(['none', 'packed'] as const).flatMap(zeros => [{ bits, block, zeros, k: 384 }] satisfies Case[]),
		),
	);
	it.each([
		...cases,
		{ bits: 4, block: 32, zeros: 'packed', k: 160 },
		{ bits: 4, block: 32, zeros: 'none', k: 72 },
		{ bits: 4, block: 32, zeros: 'float', k: 128 },
	] satisfies Case[])('$bits bits, blocks of $block, zero points $zeros, K = $k', async each => {
		expect(await compare(product(each), each.k)).toEqual(['MatMul']);
	});

	it('with a bias of its own', async () => {
		const each: Case = { bits: 4, block: 32, zeros: 'none', k: 64, bias: true };
		expect(await compare(product(each), each.k)).toEqual(['MatMul', 'Add']);
	});

	it('with offsets in a product beside it, which go into the weights', async () => {
		const k = 128;
		const each: Case = { bits: 4, block: 32, zeros: 'none', k };
		expect(await compare(product(each, offsets(k), beside()), k)).toEqual(['MatMul']);
	});

	it('with such a sum as older versions of operators write it', () => {
		const each: Case = { bits: 4, block: 32, zeros: 'none', k: 128 };
		const older = beside().map(of =>
			of.type === 'ReduceSum' ? withIntegers({ ...of, inputs: ['blocks'] }, 'axes', [-1]) : of,
		);
		const outcome = floatWeights(onnxModel({ ...product(each, offsets(128), older), opset: 12 }));
		expect(outcome.kind === 'applied' && outcome.model.graph.nodes.map(({ type }) => type)).toEqual(['MatMul']);
	});

	it('without folding what is not the blocks’ sum', async () => {
		const k = 128;
		const each: Case = { bits: 4, block: 32, zeros: 'none', k };
		const [reshape, sum, multiply, add] = beside() as [GraphNode, GraphNode, GraphNode, GraphNode]; // By its type.
		const other = { ...reshape, inputs: ['twice', 'shape'] };
		const twice = node('Add', ['x', 'x'], 'twice');
		expect(await compare(product(each, offsets(k), [twice, other, sum, multiply, add]), k)).toContain('ReduceSum');
	});
});

function offsets(k: number): ReadTensor[] {
	return [
		integersTensor('shape', [0n, 0n, BigInt(k / 32), 32n]),
		integersTensor('last', [-1n]),
		tensor(
			'offsets',
			[k / 32, n],
			someFloats((k / 32) * n, 6).map(value => value * 0.1),
		),
	];
}

function beside(): GraphNode[] {
	return [
		node('Reshape', ['x', 'shape'], 'blocks'),
		node('ReduceSum', ['blocks', 'last'], 'sums', { keepdims: 0 }),
		node('MatMul', ['sums', 'offsets'], 'shift'),
		node('Add', ['product', 'shift'], 'y'),
	];
}

describe('weights stay packed', () => {
	const plain: Case = { bits: 4, block: 32, zeros: 'none', k: 64 };
	const parts = product(plain);
	const [packed] = parts.nodes as [GraphNode]; // It has one.
	const replaced = (name: string, by: ReadTensor) => ({
		...parts,
		initializers: parts.initializers.map(each => (each.name === name ? by : each)),
	});
	const attributes = (values: Record<string, number>) => ({
		...parts,
		nodes: [contributed('MatMulNBits', packed.inputs, 'y', { K: 64, N: n, bits: 4, block_size: 32, ...values })],
	});
	it.each([
		['where there are none', { ...parts, nodes: [node('Neg', ['x'], 'y')] }, /not packed in a way/],
		['in another order', { ...parts, nodes: [{ ...packed, inputs: ['x', 'w', 'scales', '', 'order'] }] }, /g_idx/],
		['of two bits', attributes({ bits: 2 }), /weights of 2 bits/],
		['with inputs quantised too', attributes({ accuracy_level: 4 }), /float32 would give other numbers/],
		['in blocks of no size', attributes({ block_size: 0 }), /blocks of 0/],
		['of another size', attributes({ K: 96 }), /of another size than they should be/],
		['of a size that no computer has', attributes({ K: 2 ** 31, N: 2 ** 31 }), /of another size than they should be/],
		['with scales of another type', replaced('scales', tensor('scales', [1], new Uint8Array(1))), /another size/],
		['that are fed', { ...parts, inputs: [...parts.inputs, valueInfo('w', 2, [])] }, /not constant/],
	])('%s', (_, given, reason) => {
		const outcome = floatWeights(onnxModel(given));
		expect(outcome.kind === 'not-applicable' && messageText(outcome.reason)).toMatch(reason);
	});
});
