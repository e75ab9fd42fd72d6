import { type CancellationToken, neverCancelled } from '../../protocol/cancellation';
import type { Message } from '../../protocol/messages';
import { floatWeightBytes } from './floatWeights';
import { isContributed, type Model } from './model';
import { integerAttribute } from './parts';
import { type PassName, passNames } from './pass';
import { passes } from './passes';
import { everyNode } from './wiring';
import { withModel } from './withModel';

/** What a graph is like, as far as it matters for a plan, without running it. */
export interface GraphDescription {
	/** Activations are quantised over what is computed at a time, so that numbers depend on how a prompt is cut. */
	readonly chunkSensitive: boolean;
	/** Bytes of float32 weights that the pass floatWeights would make; 0 where it does not apply. */
	readonly floatWeightBytes: number;
	/** Null: the pass applies, or the graph is so already; else why not. */
	readonly passes: Readonly<Record<PassName, Message | null>>;
}

/** Operators that quantise their input with one scale for all rows. */
const quantising = [
	'DynamicQuantizeLinear',
	'MatMulInteger',
	'ConvInteger',
	'DynamicQuantizeMatMul',
	'MatMulIntegerToFloat',
];

/** Reads what the planner needs to know of a model file. @throws Failure where the file cannot be read. */
export async function describeGraph(
	file: string,
	token: CancellationToken = neverCancelled,
): Promise<GraphDescription> {
	return withModel(file, token, async model => {
		const outcomes = passNames.map(name => [name, passes[name](model)] as const);
		const reasons = outcomes.map(([name, outcome]) => [
			name,
			outcome.kind === 'not-applicable' ? outcome.reason : null,
		]);
		const float = passes.floatWeights(model);
		return {
			chunkSensitive: isChunkSensitive(model),
			floatWeightBytes: float.kind === 'applied' ? floatWeightBytes(float.model) : 0,
			// One entry for each name, by the line above.
			passes: Object.fromEntries(reasons) as Record<PassName, Message | null>,
		};
	});
}

/**
 * MatMulNBits of accuracy_level 4 quantises its input too, row by row in ONNX Runtime 1.30 on CPUs, where cutting changes
 * nothing; other kernels, and those for one row, promise no such thing (engines reference, section 2.5).
 */
function isChunkSensitive({ graph, functionNodes }: Model): boolean {
	return [...everyNode(graph.nodes), ...everyNode(functionNodes)].some(
		node =>
			quantising.includes(node.type) ||
			(isContributed(node, 'MatMulNBits') && integerAttribute(node, 'accuracy_level', 0) === 4),
	);
}
