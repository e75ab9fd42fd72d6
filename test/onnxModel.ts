import { writeFile } from 'node:fs/promises';
import { encodeModel } from '../src/engine/graph/encodeModel';
import type { Attribute, GraphNode, Model, ReadTensor, ValueInfo } from '../src/engine/graph/model';
import { standardNode } from '../src/engine/graph/parts';
import { parseAttribute, tensorOf } from '../src/engine/graph/readModel';
import {
	bytesField,
	encodeFields,
	integerField,
	messageField,
	ReadingBudget,
	textField,
	wholeOf,
} from '../src/engine/graph/wireFormat';

/** Parts of small ONNX models that tests are made of. */

interface Parts {
	readonly nodes: readonly GraphNode[];
	readonly inputs: readonly ValueInfo[];
	readonly outputs: readonly ValueInfo[];
	readonly initializers?: readonly ReadTensor[];
	readonly values?: readonly ValueInfo[];
	readonly opset?: number;
}

export function onnxModel({ nodes, inputs, outputs, initializers = [], values = [], opset = 18 }: Parts): Model {
	const operatorSet = (domain: string, version: number) =>
		messageField(8, [...(domain === '' ? [] : [textField(1, domain)]), integerField(2, version)]);
	return {
		opset,
		functionNodes: [],
		rest: [integerField(1, 8), operatorSet('', opset), operatorSet('com.microsoft', 1)],
		graph: { nodes, inputs, outputs, initializers, values, rest: [textField(2, 'test')] },
	};
}

export function onnxBytes(model: Model): Uint8Array {
	return wholeOf(encodeModel(model, { location: '', offsets: new Map(), bytes: 0 }));
}

export async function writeOnnx(file: string, parts: Parts): Promise<string> {
	await writeFile(file, onnxBytes(onnxModel(parts)));
	return file;
}

export const node = standardNode;

/** A node of com.microsoft with integer attributes. */
export function contributed(
	type: string,
	inputs: readonly string[],
	output: string,
	attributes: Readonly<Record<string, number>> = {},
): GraphNode {
	return { ...standardNode(type, inputs, output, attributes), domain: 'com.microsoft' };
}

/** A node with an attribute that is a list of integers (AttributeProto.type INTS = 7). */
export function withIntegers(of: GraphNode, name: string, values: readonly number[]): GraphNode {
	const fields = [textField(1, name), ...values.map(value => integerField(8, value)), integerField(20, 7)];
	return { ...of, attributes: [...of.attributes, attribute(wholeOf(encodeFields(fields)))] };
}

/** A node with a graph inside (AttributeProto.type GRAPH = 5), given by its encoding. */
export function withGraph(of: GraphNode, name: string, graph: Uint8Array): GraphNode {
	const fields = [textField(1, name), bytesField(6, graph), integerField(20, 5)];
	return { ...of, attributes: [...of.attributes, attribute(wholeOf(encodeFields(fields)))] };
}

function attribute(value: Uint8Array): Attribute {
	return parseAttribute(value, new ReadingBudget());
}

/** TensorProto.DataType by the array that holds it. */
function typeOf(values: TensorValues): number {
	return values instanceof Float32Array ? 1 : values instanceof Uint8Array ? 2 : 7;
}

type TensorValues = Float32Array | Uint8Array | BigInt64Array;

export function tensor(name: string, dims: readonly number[], values: TensorValues): ReadTensor {
	const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
	return tensorOf(
		[
			...dims.map(dim => integerField(1, dim)),
			integerField(2, typeOf(values)),
			textField(8, name),
			bytesField(9, bytes),
		],
		new ReadingBudget(),
	);
}

/** A tensor whose numbers lie in another file. */
export function externalTensor(
	name: string,
	dims: readonly number[],
	elementType: number,
	place: Readonly<Record<'location' | 'offset' | 'length', string>>,
): ReadTensor {
	const entries = Object.entries(place).map(([key, value]) =>
		messageField(13, [textField(1, key), textField(2, value)]),
	);
	return tensorOf(
		[
			...dims.map(dim => integerField(1, dim)),
			integerField(2, elementType),
			textField(8, name),
			...entries,
			integerField(14, 1),
		],
		new ReadingBudget(),
	);
}

/** Numbers between −1 and 1, the same for the same seed. */
export function someFloats(count: number, seed: number): Float32Array {
	let state = seed * 2654435761 + 1;
	return Float32Array.from({ length: count }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 31 - 1;
	});
}

export function someBytes(count: number, seed: number): Uint8Array {
	return Uint8Array.from(someFloats(count, seed), value => Math.floor((value + 1) * 127.99));
}
