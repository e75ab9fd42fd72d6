import { type GraphNode, isMade, type MadeTensor, type Model, type Tensor, type ValueInfo } from './model';
import { attributeFields, graphFields, modelFields, nodeFields, tensorFields } from './readModel';
import {
	bytesField,
	encodedMessage,
	encodeFields,
	integerField,
	messageField,
	type Pieces,
	type RawField,
	textField,
	wholeOf,
} from './wireFormat';

/** Where the weights that a rewriting makes lie, in the one file that it writes beside the graph. */
export interface MadeLayout {
	/** The file's name. */
	readonly location: string;
	/** In bytes from the file's start. */
	readonly offsets: ReadonlyMap<MadeTensor, number>;
	/** Size of the file. */
	readonly bytes: number;
}

/** ONNX asks for external data to start at a page's start; 64 KB is what Windows maps files by. */
const pageSize = 1 << 16;

export function layOut(tensors: readonly Tensor[], location: string): MadeLayout {
	const offsets = new Map<MadeTensor, number>();
	let bytes = 0;
	for (const tensor of tensors.filter(isMade)) {
		const offset = Math.ceil(bytes / pageSize) * pageSize;
		offsets.set(tensor, offset);
		bytes = offset + madeBytes(tensor);
	}
	return { location, offsets, bytes };
}

/** Size of made weights, which are float32. */
export function madeBytes({ made: { k, n } }: MadeTensor): number {
	return 4 * k * n;
}

/** Encodes a model; what was read and not changed is written as it was. */
export function encodeModel(model: Model, layout: MadeLayout): Pieces {
	const { nodes, initializers, inputs, outputs, values, rest } = model.graph;
	const info = (number: number) => (value: ValueInfo) => bytesField(number, value.value);
	const around = [
		...nodes.map(node => bytesField(graphFields.node, encodeNode(node))),
		...inputs.map(info(graphFields.input)),
		...outputs.map(info(graphFields.output)),
		...values.map(info(graphFields.value)),
		...rest,
	];
	// Messages that partly lie in the file cannot be fields: they go between those before and after them.
	const before = (number: number) => (field: RawField) => field.number < number;
	const after = (number: number) => (field: RawField) => field.number > number;
	const graph = [
		...encodeFields(around.filter(before(graphFields.initializer))),
		...initializers.flatMap(tensor => encodedMessage(graphFields.initializer, encodeTensor(tensor, layout))),
		...encodeFields(around.filter(after(graphFields.initializer))),
	];
	return [
		...encodeFields(model.rest.filter(before(modelFields.graph))),
		...encodedMessage(modelFields.graph, graph),
		...encodeFields(model.rest.filter(after(modelFields.graph))),
	];
}

function encodeNode({ name, type, domain, inputs, outputs, attributes, rest }: GraphNode): Uint8Array {
	const texts = (number: number, values: readonly string[]) => values.map(value => textField(number, value));
	return wholeOf(
		encodeFields([
			...texts(nodeFields.input, inputs),
			...texts(nodeFields.output, outputs),
			...(name === '' ? [] : [textField(nodeFields.name, name)]),
			textField(nodeFields.type, type),
			...attributes.map(({ value }) => bytesField(nodeFields.attribute, value)),
			...(domain === '' ? [] : [textField(nodeFields.domain, domain)]),
			...rest,
		]),
	);
}

function encodeTensor(tensor: Tensor, layout: MadeLayout): Pieces {
	if (!isMade(tensor)) {
		return encodeFields(tensor.fields);
	}
	const entry = (key: string, value: string | number) =>
		messageField(tensorFields.external, [textField(1, key), textField(2, String(value))]);
	return encodeFields([
		...tensor.dims.map(dim => integerField(tensorFields.dims, dim)),
		integerField(tensorFields.type, tensor.elementType),
		textField(tensorFields.name, tensor.name),
		entry('location', layout.location),
		entry('offset', layout.offsets.get(tensor) ?? 0),
		entry('length', madeBytes(tensor)),
		integerField(tensorFields.location, 1),
	]);
}

/** The fields of an attribute that is one integer (AttributeProto.type INT = 2). */
export function integerAttributeFields(name: string, value: number): RawField[] {
	return [
		textField(attributeFields.name, name),
		integerField(attributeFields.i, value),
		integerField(attributeFields.type, 2),
	];
}

/** The encoding of a tensor's description (ValueInfoProto); dimensions are numbers or names of open ones. */
export function encodeValueInfo(
	name: string,
	elementType: number,
	dims: readonly (number | string | null)[],
): Uint8Array {
	const shape = messageField(
		2,
		dims.map(dim =>
			messageField(1, dim === null ? [] : [typeof dim === 'number' ? integerField(1, dim) : textField(2, dim)]),
		),
	);
	const type = messageField(2, [messageField(1, [integerField(1, elementType), shape])]);
	return wholeOf(encodeFields([textField(1, name), type]));
}
