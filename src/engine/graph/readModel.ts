import { WireType } from '@bufbuild/protobuf/wire';
import {
	type Attribute,
	type Graph,
	type GraphNode,
	type InnerGraph,
	locationsOf,
	type Model,
	type ReadTensor,
	type TensorContent,
	type ValueInfo,
} from './model';
import type { SourceFile } from './sourceFile';
import {
	BrokenModel,
	type FileRange,
	inMemory,
	integerOf,
	integersOf,
	parseFields,
	type RawField,
	type ReadingBudget,
	textOf,
} from './wireFormat';

/** Field numbers of onnx.proto. */
export const modelFields = { graph: 7, opsets: 8, functions: 25 } as const;
export const graphFields = { node: 1, initializer: 5, input: 11, output: 12, value: 13 } as const;
export const nodeFields = { input: 1, output: 2, name: 3, type: 4, attribute: 5, domain: 7 } as const;
export const attributeFields = { name: 1, f: 2, i: 3, s: 4, t: 5, g: 6, ints: 8, graphs: 11, type: 20 } as const;
export const tensorFields = {
	dims: 1,
	type: 2,
	floats: 4,
	int32s: 5,
	int64s: 7,
	name: 8,
	raw: 9,
	external: 13,
	location: 14,
} as const;

/** Parts of a tensor up to this size are loaded: shapes and scalars, which the passes look at. */
const smallTensor = 4096;

/** Graphs in graphs go no deeper in any model; a file that does would end the stack. */
const deepest = 16;

/**
 * Reads a model's graph; weights stay in the file.
 * @throws BrokenModel where the file is no ONNX model, or one cut off.
 */
export async function readModel(source: SourceFile): Promise<Model> {
	const rest: RawField[] = [];
	const functionNodes: GraphNode[] = [];
	let graph: Graph | null = null;
	let opset = 0;
	for await (const field of source.fields({ offset: 0, length: source.size })) {
		if (field.number === modelFields.graph && field.type === WireType.LengthDelimited) {
			if (graph) {
				throw new BrokenModel('it holds two graphs');
			}
			graph = await readGraph(source, field.value);
			continue;
		}
		const loaded = { ...field, value: await source.load(field.value) };
		rest.push(loaded);
		if (field.number === modelFields.opsets) {
			const { domain, version } = operatorSet(loaded, source.budget);
			opset = domain === '' || domain === 'ai.onnx' ? version : opset;
		} else if (field.number === modelFields.functions) {
			for (const node of all(parseFields(loaded.value, source.budget), functionNode)) {
				functionNodes.push(parseNode(inMemory(node), source.budget, 0));
			}
		}
	}
	if (!graph) {
		throw new BrokenModel('it holds no graph');
	}
	return { opset, graph, rest, functionNodes };
}

/** The field of a function's nodes. */
const functionNode = 7;

function operatorSet(field: RawField, budget: ReadingBudget): { domain: string; version: number } {
	const fields = parseFields(inMemory(field), budget);
	const version = one(fields, 2);
	return { domain: textAt(fields, 1), version: version ? Number(integerOf(version)) : 0 };
}

async function readGraph(source: SourceFile, range: FileRange): Promise<Graph> {
	const nodes: GraphNode[] = [];
	const initializers: ReadTensor[] = [];
	const infos: Record<'input' | 'output' | 'value', ValueInfo[]> = { input: [], output: [], value: [] };
	const rest: RawField[] = [];
	for await (const field of source.fields(range)) {
		switch (field.number) {
			case graphFields.node:
				nodes.push(parseNode(await source.load(field.value), source.budget, 0));
				break;
			case graphFields.initializer:
				initializers.push(await readTensor(source, field.value));
				break;
			case graphFields.input:
				infos.input.push(parseValueInfo(await source.load(field.value), source.budget));
				break;
			case graphFields.output:
				infos.output.push(parseValueInfo(await source.load(field.value), source.budget));
				break;
			case graphFields.value:
				infos.value.push(parseValueInfo(await source.load(field.value), source.budget));
				break;
			default:
				rest.push({ ...field, value: await source.load(field.value) });
		}
	}
	const graph = { nodes, initializers, inputs: infos.input, outputs: infos.output, values: infos.value, rest };
	checkOrder(graph);
	return graph;
}

/** ONNX has each value made once, by a node before those that read it: so no walk over a graph goes in circles. */
function checkOrder({ nodes, initializers, inputs }: Graph): void {
	const made = new Set([...inputs, ...initializers].map(({ name }) => name));
	const later = new Set(nodes.flatMap(({ outputs }) => outputs));
	for (const { name, inputs, outputs } of nodes) {
		const early = inputs.find(input => input !== '' && !made.has(input) && later.has(input));
		if (early !== undefined) {
			throw new BrokenModel(`the node “${name}” reads “${early}” before it is made`);
		}
		for (const output of outputs.filter(output => output !== '')) {
			if (made.has(output)) {
				throw new BrokenModel(`“${output}” is made twice`);
			}
			made.add(output);
		}
	}
}

async function readTensor(source: SourceFile, range: FileRange): Promise<ReadTensor> {
	const fields: RawField[] = [];
	for await (const field of source.fields(range)) {
		const large = field.type === WireType.LengthDelimited && field.value.length > smallTensor;
		fields.push(large ? field : { ...field, value: await source.load(field.value) });
	}
	return tensorOf(fields, source.budget);
}

/** Gives a tensor's fields their meaning. */
export function tensorOf(fields: readonly RawField[], budget: ReadingBudget): ReadTensor {
	const dims = integersOf(all(fields, tensorFields.dims), budget).map(Number);
	if (dims.some(dim => !Number.isSafeInteger(dim) || dim < 0)) {
		throw new BrokenModel('a tensor has a size below 0');
	}
	const type = one(fields, tensorFields.type);
	const elementType = type ? Number(integerOf(type)) : 0;
	return { name: textAt(fields, tensorFields.name), elementType, dims, fields, content: contentOf(fields, budget) };
}

function contentOf(fields: readonly RawField[], budget: ReadingBudget): TensorContent {
	const location = one(fields, tensorFields.location);
	if (location && integerOf(location) === 1n) {
		return externalContent(all(fields, tensorFields.external), budget);
	}
	const raw = one(fields, tensorFields.raw);
	const numbers: readonly number[] = [tensorFields.floats, tensorFields.int32s, tensorFields.int64s];
	return raw
		? { kind: 'raw', bytes: raw.value }
		: { kind: 'numbers', fields: fields.filter(({ number }) => numbers.includes(number)) };
}

function externalContent(entries: readonly RawField[], budget: ReadingBudget): TensorContent {
	const values = new Map(
		entries.map(entry => {
			const fields = parseFields(inMemory(entry), budget);
			return [textAt(fields, 1), textAt(fields, 2)] as const;
		}),
	);
	const length = values.has('length') ? sizeIn(values.get('length')) : null;
	return {
		kind: 'external',
		location: values.get('location') ?? '',
		offset: values.has('offset') ? sizeIn(values.get('offset')) : 0,
		length,
	};
}

function sizeIn(text: string | undefined): number {
	const size = Number(text);
	if (!Number.isSafeInteger(size) || size < 0) {
		throw new BrokenModel(`“${text}” is no place in a file of weights`);
	}
	return size;
}

function parseNode(bytes: Uint8Array, budget: ReadingBudget, depth: number): GraphNode {
	const fields = parseFields(bytes, budget);
	const attributes = all(fields, nodeFields.attribute).map(field => parseAttribute(inMemory(field), budget));
	const known: readonly number[] = Object.values(nodeFields);
	return {
		name: textAt(fields, nodeFields.name),
		type: textAt(fields, nodeFields.type),
		domain: textAt(fields, nodeFields.domain),
		inputs: all(fields, nodeFields.input).map(textOf),
		outputs: all(fields, nodeFields.output).map(textOf),
		attributes,
		inner: attributes.flatMap(attribute => innerGraphs(attribute, budget, depth + 1)),
		rest: fields.filter(({ number }) => !known.includes(number)),
	};
}

export function parseAttribute(value: Uint8Array, budget: ReadingBudget): Attribute {
	const fields = parseFields(value, budget);
	return { name: textAt(fields, attributeFields.name), value, fields };
}

function innerGraphs({ fields }: Attribute, budget: ReadingBudget, depth: number): InnerGraph[] {
	const graphs = [...all(fields, attributeFields.g), ...all(fields, attributeFields.graphs)];
	if (graphs.length > 0 && depth > deepest) {
		throw new BrokenModel('it holds graphs in graphs without end');
	}
	return graphs.map(graph => {
		const parts = parseFields(inMemory(graph), budget);
		return {
			nodes: all(parts, graphFields.node).map(node => parseNode(inMemory(node), budget, depth)),
			outputs: all(parts, graphFields.output).map(output => parseValueInfo(inMemory(output), budget).name),
			locations: locationsOf(
				all(parts, graphFields.initializer).map(tensor => tensorOf(parseFields(inMemory(tensor), budget), budget)),
			),
		};
	});
}

/** Reads a name, and the type and shape of a tensor (TypeProto.Tensor: 1 elem_type, 2 shape; Dimension: 1 value, 2 name). */
export function parseValueInfo(value: Uint8Array, budget: ReadingBudget): ValueInfo {
	const inside = (fields: readonly RawField[], number: number) => {
		const field = one(fields, number);
		return field ? parseFields(inMemory(field), budget) : null;
	};
	const fields = parseFields(value, budget);
	const tensor = inside(inside(fields, 2) ?? [], 1);
	const type = one(tensor ?? [], 1);
	const shape = inside(tensor ?? [], 2);
	const dims = shape
		?.filter(({ number }) => number === 1)
		.map(dimension => {
			const parts = parseFields(inMemory(dimension), budget);
			const size = one(parts, 1);
			const name = one(parts, 2);
			return size ? Number(integerOf(size)) : name ? textOf(name) : null;
		});
	return {
		name: textAt(fields, 1),
		elementType: type ? Number(integerOf(type)) : null,
		dims: dims ?? null,
		value,
	};
}

/** The last field of a number, which is the one that counts in protobuf. */
export function one(fields: readonly RawField[], number: number): RawField | undefined {
	return fields.findLast(field => field.number === number);
}

function all(fields: readonly RawField[], number: number): RawField[] {
	return fields.filter(field => field.number === number);
}

function textAt(fields: readonly RawField[], number: number): string {
	const field = one(fields, number);
	return field ? textOf(field) : '';
}
