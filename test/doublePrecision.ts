import { elementTypes, isStandard, type Model } from '../src/engine/graph/model';
import { integerAttribute, standardNode } from '../src/engine/graph/parts';

/** TensorProto.DataType in onnx.proto. */
const float64 = 11;

/**
 * A float32 graph of standard operators that computes in float64, with the same weights; what goes in and comes out stays
 * float32. Its numbers tell which of two float32 results that differ is nearer to the truth.
 */
export function inDoublePrecision({ graph, ...rest }: Model): Model {
	const areFloats = (values: readonly { name: string; elementType: number | null }[]) =>
		values.filter(({ elementType }) => elementType === elementTypes.float32).map(({ name }) => name);
	const given = areFloats([...graph.initializers, ...graph.inputs]);
	const outputs = areFloats(graph.outputs);
	const narrow = new Set([...given, ...outputs]);
	const double = (name: string) => (narrow.has(name) ? `double/${name}` : name);
	const toFloat = (name: string) => standardNode('Cast', [double(name)], name, { to: elementTypes.float32 });
	const toDouble = (name: string, output: string) => standardNode('Cast', [name], output, { to: float64 });
	const nodes = graph.nodes.flatMap(node => {
		const [input = '', output = ''] = [...node.inputs, ...node.outputs].map(double);
		if (isStandard(node, 'Cast') && integerAttribute(node, 'to', 0) === elementTypes.float32) {
			return [toDouble(input, output)];
		}
		const same = { ...node, inputs: node.inputs.map(double), outputs: node.outputs.map(double) };
		// ONNX Runtime would make one operation of x · sigmoid(x), which it has for float32 alone.
		const [once, twice] = [`${output}/once`, `${output}/twice`];
		return isStandard(node, 'Sigmoid')
			? [{ ...same, outputs: [once] }, standardNode('Neg', [once], twice), standardNode('Neg', [twice], output)]
			: [same];
	});
	const widened = given.map(name => toDouble(name, double(name)));
	return { ...rest, graph: { ...graph, nodes: [...widened, ...nodes, ...outputs.map(toFloat)], values: [] } };
}
