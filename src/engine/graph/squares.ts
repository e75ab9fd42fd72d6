import { message } from '../../protocol/messages';
import { type GraphNode, isStandard, type Model } from './model';
import { numberTensor } from './parts';
import { notApplicable, type PassOutcome } from './pass';
import { wiringOf } from './wiring';

const two = 'eval_lens/two';

/** Of Pow's version whose exponent may have another type than its base. */
const leastOpset = 13;

/**
 * Writes the squares of root-mean-square norms as powers. Their numbers are the same; ONNX Runtime knows the norm by its
 * power, and computes it as one operation in place of six.
 */
export function squares(model: Model): PassOutcome {
	const { graph, opset } = model;
	const { consumers } = wiringOf(graph);
	const isSquareOfNorm = (node: GraphNode) => {
		const [output = ''] = node.outputs;
		const readers = consumers.get(output) ?? [];
		return (
			isStandard(node, 'Mul') &&
			node.inputs[0] === node.inputs[1] &&
			readers.length > 0 &&
			readers.every(reader => isStandard(reader, 'ReduceMean'))
		);
	};
	if (opset < leastOpset || !graph.nodes.some(isSquareOfNorm)) {
		return notApplicable(message('graph.no-squares', {}));
	}
	const nodes = graph.nodes.map(node =>
		isSquareOfNorm(node) ? { ...node, type: 'Pow', inputs: [node.inputs[0] ?? '', two] } : node,
	);
	const initializers = [...graph.initializers, numberTensor(two, 2)];
	return { kind: 'applied', model: { ...model, graph: { ...graph, nodes, initializers } } };
}
