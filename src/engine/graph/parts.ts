import { encodeValueInfo, integerAttributeFields } from './encodeModel';
import { elementTypes, type GraphNode, type ReadTensor, type Tensor, type ValueInfo } from './model';
import { attributeFields, one, parseAttribute, parseValueInfo, tensorOf } from './readModel';
import {
	bytesField,
	encodeFields,
	inMemory,
	integerField,
	integerOf,
	integersOf,
	isRange,
	parseFields,
	ReadingBudget,
	textField,
	wholeOf,
} from './wireFormat';

/** An integer attribute of a node, or `absent` where it is not given. */
export function integerAttribute(node: GraphNode, name: string, absent: number): number {
	const value = attribute(node, name, attributeFields.i);
	return value ? Number(integerOf(value)) : absent;
}

/** A list of integers among a node's attributes; null where it is not given. */
export function integersAttribute(node: GraphNode, name: string): number[] | null {
	const found = node.attributes.find(attribute => attribute.name === name);
	const fields = found?.fields.filter(({ number }) => number === attributeFields.ints);
	return fields ? integersOf(fields, new ReadingBudget()).map(Number) : null;
}

/** The tensor that a Constant node gives; null where it gives something else. */
export function constantTensor(node: GraphNode): ReadTensor | null {
	const value = attribute(node, 'value', attributeFields.t);
	const budget = new ReadingBudget();
	return value ? tensorOf(parseFields(inMemory(value), budget), budget) : null;
}

function attribute(node: GraphNode, name: string, field: number) {
	const found = node.attributes.find(attribute => attribute.name === name);
	return found ? one(found.fields, field) : undefined;
}

/** Values of a small int64 tensor, such as a shape or axes; null where it is none. */
export function smallIntegers(tensor: Tensor | null | undefined): number[] | null {
	if (!tensor || !('content' in tensor) || tensor.elementType !== elementTypes.int64) {
		return null;
	}
	const { content } = tensor;
	if (content.kind === 'numbers') {
		return integersOf(content.fields, new ReadingBudget()).map(Number);
	}
	if (content.kind === 'external' || isRange(content.bytes) || content.bytes.length % 8 !== 0) {
		return null;
	}
	const view = new DataView(content.bytes.buffer, content.bytes.byteOffset, content.bytes.byteLength);
	return Array.from({ length: view.byteLength / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

/** Makes a node of a standard operator. */
export function standardNode(
	type: string,
	inputs: readonly string[],
	output: string,
	attributes: Readonly<Record<string, number>> = {},
): GraphNode {
	return {
		name: output,
		type,
		domain: '',
		inputs,
		outputs: [output],
		attributes: Object.entries(attributes).map(([name, value]) =>
			parseAttribute(wholeOf(encodeFields(integerAttributeFields(name, value))), new ReadingBudget()),
		),
		inner: [],
		rest: [],
	};
}

/** Makes a constant int64 tensor of one dimension. */
export function integersTensor(name: string, values: readonly bigint[]): ReadTensor {
	const bytes = new Uint8Array(BigInt64Array.from(values).buffer);
	const fields = [
		integerField(1, values.length),
		integerField(2, elementTypes.int64),
		textField(8, name),
		bytesField(9, bytes),
	];
	return tensorOf(fields, new ReadingBudget());
}

/** Makes a constant float32 number, a tensor without dimensions. */
export function numberTensor(name: string, value: number): ReadTensor {
	const bytes = new Uint8Array(Float32Array.of(value).buffer);
	const fields = [integerField(2, elementTypes.float32), textField(8, name), bytesField(9, bytes)];
	return tensorOf(fields, new ReadingBudget());
}

/** Makes the description of an input or output. */
export function valueInfo(name: string, elementType: number, dims: readonly (number | string | null)[]): ValueInfo {
	return parseValueInfo(encodeValueInfo(name, elementType, dims), new ReadingBudget());
}
