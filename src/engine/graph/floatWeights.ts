import { message } from '../../protocol/messages';
import { madeBytes } from './encodeModel';
import { elementTypes, type GraphNode, isContributed, isMade, type MadeTensor, type Model } from './model';
import { standardNode } from './parts';
import { notApplicable, type PassOutcome } from './pass';
import { type QuantisedProduct, quantisedProduct } from './quantisedProduct';
import { removeDead } from './removeDead';
import { everyNode, wiringOf } from './wiring';

/**
 * Writes the weights of MatMulNBits out as float32, which ONNX Runtime multiplies faster than it multiplies packed ones
 * where more than a few rows are computed at a time (engines reference, section 2.4). The numbers are those that the
 * operator itself computes with: (q − zero point) · scale, in float32.
 */
export function floatWeights(model: Model): PassOutcome {
	const { graph } = model;
	const products = quantisedNodes(model);
	if (products.length === 0) {
		return notApplicable(message('graph.no-packed-weights', {}));
	}
	const wiring = wiringOf(graph);
	const found = new Map<GraphNode, QuantisedProduct>();
	const reasons = new Set<string>();
	for (const node of graph.nodes.filter(isQuantised)) {
		const product = quantisedProduct(wiring, node);
		if ('reason' in product) {
			reasons.add(product.reason);
		} else {
			found.set(node, product);
		}
	}
	if (found.size === 0) {
		const reason = [...reasons].join(', ') || 'they stand in the branches of the graph';
		return notApplicable(message('graph.packed-weights-kept', { reason }));
	}
	return { kind: 'applied', model: { ...model, graph: withFloats(model, found) } };
}

/** Bytes of float32 weights that a rewritten model adds. */
export function floatWeightBytes({ graph }: Model): number {
	return graph.initializers.filter(isMade).reduce((sum, tensor) => sum + madeBytes(tensor), 0);
}

const isQuantised = (node: GraphNode) => isContributed(node, 'MatMulNBits');

function quantisedNodes({ graph }: Model): GraphNode[] {
	return [...everyNode(graph.nodes)].filter(isQuantised);
}

function withFloats({ graph }: Model, products: ReadonlyMap<GraphNode, QuantisedProduct>) {
	const made = new Map<string, MadeTensor>();
	const folded = new Set([...products.values()].flatMap(({ folds }) => folds ?? []));
	const nodes = graph.nodes.flatMap(node => {
		const product = products.get(node);
		if (!product) {
			// Its sum stands in the weights now.
			return folded.has(node) ? [] : [node];
		}
		const tensor = made.get(product.key) ?? madeTensor(product, made.size);
		made.set(product.key, tensor);
		return floatProduct(node, product, tensor.name);
	});
	return removeDead({ ...graph, nodes, initializers: [...graph.initializers, ...made.values()] });
}

function madeTensor({ matrix }: QuantisedProduct, index: number): MadeTensor {
	return {
		name: `eval_lens/float_weights/${index}/${matrix.weights.name}`,
		elementType: elementTypes.float32,
		dims: [matrix.k, matrix.n],
		made: matrix,
	};
}

function floatProduct(node: GraphNode, { folds, bias }: QuantisedProduct, weights: string): GraphNode[] {
	const input = node.inputs[0] ?? '';
	const output = (folds ?? node).outputs[0] ?? '';
	const product = bias === null ? output : `eval_lens/float_weights/product/${output}`;
	const multiply = { ...standardNode('MatMul', [input, weights], product), name: node.name };
	return bias === null ? [multiply] : [multiply, { ...standardNode('Add', [product, bias], output), name: product }];
}
