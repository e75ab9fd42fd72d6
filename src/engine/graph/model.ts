import type { Bytes, RawField } from './wireFormat';

/** ONNX's codes of element types, those that the passes look at (TensorProto.DataType in onnx.proto). */
export const elementTypes = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;

/** A model as far as the passes need it; what is not typed here is kept as it was read. */
export interface Model {
	/** The version of the standard operators; 0 where none is given. */
	readonly opset: number;
	readonly graph: Graph;
	/** Everything but the graph. */
	readonly rest: readonly RawField[];
	/** Bodies of functions of the model's own, which are looked at and never changed. */
	readonly functionNodes: readonly GraphNode[];
}

export interface Graph {
	readonly nodes: readonly GraphNode[];
	readonly initializers: readonly Tensor[];
	readonly inputs: readonly ValueInfo[];
	readonly outputs: readonly ValueInfo[];
	/** What is said about values in between. */
	readonly values: readonly ValueInfo[];
	readonly rest: readonly RawField[];
}

export interface GraphNode {
	readonly name: string;
	readonly type: string;
	/** Empty: a standard operator. */
	readonly domain: string;
	/** Names of values; an empty one is an optional input that is not given. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly attributes: readonly Attribute[];
	/** Graphs inside of attributes (the branches of If, bodies of loops), which may read values of this graph. */
	readonly inner: readonly InnerGraph[];
	readonly rest: readonly RawField[];
}

/** A graph inside a node: looked at, never changed. */
export interface InnerGraph {
	readonly nodes: readonly GraphNode[];
	/** Its outputs, which may be values of the graph around it. */
	readonly outputs: readonly string[];
	/** Files that its own weights lie in. */
	readonly locations: readonly string[];
}

export interface Attribute {
	readonly name: string;
	/** Its encoding, with the name. */
	readonly value: Uint8Array;
	readonly fields: readonly RawField[];
}

interface TensorShape {
	readonly name: string;
	readonly elementType: number;
	readonly dims: readonly number[];
}

/** Constant values, weights among them. */
export type Tensor = ReadTensor | MadeTensor;

/** A tensor as it was read, and as it is written back. */
export interface ReadTensor extends TensorShape {
	readonly fields: readonly RawField[];
	readonly content: TensorContent;
}

export type TensorContent =
	/** Little-endian, row-major. */
	| { readonly kind: 'raw'; readonly bytes: Bytes }
	/** Numbers in fields of their own, which small tensors are written as. */
	| { readonly kind: 'numbers'; readonly fields: readonly RawField[] }
	/** Bytes of another file; `location` is relative to the model's folder, a null length goes to the file's end. */
	| { readonly kind: 'external'; readonly location: string; readonly offset: number; readonly length: number | null };

/** Float32 weights that do not exist yet: they are computed while they are written, into a file beside the graph. */
export interface MadeTensor extends TensorShape {
	readonly made: QuantisedMatrix;
}

/** A matrix as MatMulNBits of ONNX Runtime holds it: N columns of K values, each column cut into blocks along K. */
export interface QuantisedMatrix {
	/** Length of a column, the inner dimension of the product. */
	readonly k: number;
	/** Number of columns. */
	readonly n: number;
	readonly bits: 4 | 8;
	/** Values that share a scale. */
	readonly block: number;
	/** uint8 [N, blocks, block · bits / 8], of two 4-bit values in a byte the low one first. */
	readonly weights: ReadTensor;
	/** float32 [N · blocks]. */
	readonly scales: ReadTensor;
	/** uint8 [N, ⌈blocks · bits / 8⌉] packed as weights are, or float32 [N · blocks]; null: the middle, 2^(bits − 1). */
	readonly zeroPoints: ReadTensor | null;
	/** What is added to all values of a block, float32 [K / block, N]; null: nothing. */
	readonly offsets: { readonly tensor: ReadTensor; readonly block: number } | null;
}

/** What is said about an input, an output or a value in between. */
export interface ValueInfo {
	readonly name: string;
	/** Null: no tensor, or not said. */
	readonly elementType: number | null;
	/** A number, the name of an open one, or null for one that is not said; null as a whole: not said. */
	readonly dims: readonly (number | string | null)[] | null;
	/** Its encoding. */
	readonly value: Uint8Array;
}

/** The files beside a model that tensors have their numbers in, relative to its folder. */
export function locationsOf(tensors: readonly Tensor[]): string[] {
	return tensors.flatMap(tensor =>
		!isMade(tensor) && tensor.content.kind === 'external' ? [tensor.content.location] : [],
	);
}

export function isMade(tensor: Tensor): tensor is MadeTensor {
	return 'made' in tensor;
}

/** Whether a node is a standard operator of one of these types. */
export function isStandard(node: GraphNode | undefined, ...types: readonly string[]): node is GraphNode {
	return node !== undefined && (node.domain === '' || node.domain === 'ai.onnx') && types.includes(node.type);
}

/** Whether a node is an operator that ONNX Runtime adds to the standard. */
export function isContributed(node: GraphNode | undefined, ...types: readonly string[]): node is GraphNode {
	return node !== undefined && node.domain === 'com.microsoft' && types.includes(node.type);
}
