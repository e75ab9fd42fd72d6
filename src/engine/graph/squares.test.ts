import * as runtime from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { node, onnxBytes, onnxModel, someFloats, tensor } from '../../../test/onnxModel';
import type { Model } from './model';
import { integersTensor, valueInfo } from './parts';
import { squares } from './squares';

const width = 8;

/** x / √(mean(x²) + ε) · w, as exports spell it. */
function norm(opset = 18): Model {
	return onnxModel({
		opset,
		nodes: [
			node('Mul', ['x', 'x'], 'square'),
			node('ReduceMean', ['square', 'last'], 'mean', { keepdims: 1 }),
			node('Add', ['mean', 'epsilon'], 'shifted'),
			node('Sqrt', ['shifted'], 'root'),
			node('Div', ['x', 'root'], 'even'),
			node('Mul', ['even', 'weight'], 'scaled'),
			// A square that is no norm's.
			node('Mul', ['scaled', 'scaled'], 'y'),
		],
		inputs: [valueInfo('x', 1, ['rows', width])],
		outputs: [valueInfo('y', 1, ['rows', width])],
		initializers: [
			integersTensor('last', [-1n]),
			tensor('epsilon', [1], Float32Array.of(1e-5)),
			tensor('weight', [width], someFloats(width, 1)),
		],
	});
}

async function run(model: Model): Promise<Float32Array> {
	const session = await runtime.InferenceSession.create(onnxBytes(model), { logSeverityLevel: 3 });
	const { y } = await session.run({ x: new runtime.Tensor('float32', someFloats(3 * width, 2), [3, width]) });
	expect(y?.data).toBeInstanceOf(Float32Array);
	return y?.data as Float32Array; // Just tested.
}

it('writes the squares of norms as powers, and changes no number', async () => {
	const outcome = squares(norm());
	if (outcome.kind !== 'applied') {
		return expect.fail(outcome.kind);
	}
	const { nodes } = outcome.model.graph;
	expect(nodes.filter(({ type }) => type === 'Pow').map(({ outputs }) => outputs[0])).toEqual(['square']);
	expect(nodes.find(({ outputs }) => outputs[0] === 'y')?.type).toBe('Mul');
	const plain = await run(norm());
	for (const [i, value] of (await run(outcome.model)).entries()) {
		expect(Math.abs(value - (plain[i] ?? Number.NaN))).toBeLessThan(1e-6);
	}
});

it('leaves graphs whose powers want both numbers of one type', () => {
	expect(squares(norm(12)).kind).toBe('not-applicable');
});
