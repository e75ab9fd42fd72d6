import { message } from '../../protocol/messages';
import { elementTypes, type Graph, type GraphNode, isContributed, isStandard, type Model } from './model';
import { integerAttribute, integersTensor, smallIntegers, standardNode, valueInfo } from './parts';
import { notApplicable, type PassOutcome } from './pass';
import { constantOf, derivesFrom, isConstant, type Wiring, wiringOf } from './wiring';

/** The input that says how many last rows go through the head, as newer exports call it: int64, 0 is all of them. */
const keepInput = 'num_logits_to_keep';

/** What the values that this pass adds are called by. */
const prefix = 'eval_lens/last_rows/';

/** Ops that may follow the head and treat each row by itself, with constants at most beside it. */
const rowWise = ['Cast', 'Mul', 'Div', 'Add', 'Sub', 'Tanh', 'Clip', 'Min', 'Max', 'Identity'];

/**
 * Lets only the last rows go through the head: a Slice of the hidden states before it, whose length is a new input
 * `num_logits_to_keep` [1]. A vocabulary is so large that the logits of all rows take longer than the rest of a small
 * model (engines reference, section 2.3). What follows the head, a softcap such as Gemma's, stays and sees fewer rows.
 */
export function lastRows(model: Model): PassOutcome {
	const { graph } = model;
	if (graph.inputs.some(({ name }) => name === keepInput)) {
		return { kind: 'present' };
	}
	if (model.opset < 10) {
		return notApplicable(message('graph.old-operators', { opset: model.opset, needed: 10 }));
	}
	const found = findHead(wiringOf(graph));
	return 'reason' in found
		? notApplicable(message('graph.head-not-found', { reason: found.reason }))
		: { kind: 'applied', model: { ...model, graph: sliced(graph, found) } };
}

/** Where the hidden states [batch, sequence, hidden] enter the head. */
interface Head {
	readonly reader: GraphNode;
	/** Values from there to the logits, which have fewer rows now. */
	readonly after: ReadonlySet<string>;
}

function findHead(wiring: Wiring): Head | { readonly reason: string } {
	const after = new Set<string>();
	let flattened = false;
	for (let name = 'logits'; ; ) {
		const node = wiring.producers.get(name);
		if (!node) {
			return { reason: `“${name}” is made by no node` };
		}
		const readers = wiring.consumers.get(name) ?? [];
		if (after.size > 0 && (readers.length !== 1 || wiring.outputs.has(name))) {
			return { reason: `“${name}” is read by others too` };
		}
		after.add(name);
		if (isHead(node)) {
			return headInput(wiring, node, after, flattened || node.type === 'Gemm');
		}
		const next = isStandard(node, 'Reshape') ? reshaped(wiring, node) : rows(wiring, node);
		if (next === null) {
			return { reason: `${node.type} “${node.name}” stands between the head and the logits` };
		}
		flattened ||= node.type === 'Reshape';
		name = next;
	}
}

function isHead(node: GraphNode): boolean {
	return isStandard(node, 'MatMul', 'Gemm', 'MatMulInteger') || isContributed(node, 'MatMulNBits');
}

/** The input of a row-wise node that carries the rows; null where that is not clear. */
function rows(wiring: Wiring, node: GraphNode): string | null {
	const carrying = node.inputs.filter(name => name !== '' && !isWithoutRows(wiring, name));
	return isStandard(node, ...rowWise) && carrying.length === 1 ? (carrying[0] ?? null) : null;
}

/** Constants, and the scale of a quantised tensor, which is one number for all of its rows. */
function isWithoutRows(wiring: Wiring, name: string): boolean {
	return derivesFrom(
		wiring,
		name,
		leaf => wiring.initializers.has(leaf) && !wiring.inputs.has(leaf),
		(node, output) => isStandard(node, 'DynamicQuantizeLinear') && output !== node.outputs[0],
	);
}

/** A Reshape to [1, any, vocabulary], which takes however many rows there are. */
function reshaped(wiring: Wiring, { inputs }: GraphNode): string | null {
	const shape = smallIntegers(constantOf(wiring, inputs[1]));
	return shape?.length === 3 && shape[0] === 1 && shape[1] === -1 ? (inputs[0] ?? null) : null;
}

function headInput(
	wiring: Wiring,
	head: GraphNode,
	after: ReadonlySet<string>,
	flattened: boolean,
): Head | { readonly reason: string } {
	const [hidden, ...others] = head.inputs;
	const others1 = others.filter(name => name !== '');
	if (hidden === undefined || isConstant(wiring, hidden) || !others1.every(name => isWithoutRows(wiring, name))) {
		return { reason: `the weights of ${head.type} “${head.name}” are no constant` };
	}
	if (!flattened) {
		return { reader: head, after };
	}
	// Rows of all texts in one dimension: they are sliced before they are put so, [batch, sequence, hidden] → [any, hidden].
	const flattening = wiring.producers.get(hidden);
	const shape = isStandard(flattening, 'Reshape') ? smallIntegers(constantOf(wiring, flattening.inputs[1])) : null;
	const alone = wiring.consumers.get(hidden)?.length === 1;
	return flattening && alone && shape?.length === 2 && shape[0] === -1 && integerAttribute(head, 'transA', 0) === 0
		? { reader: flattening, after: new Set([...after, hidden]) }
		: { reason: `${head.type} “${head.name}” takes its rows in an order that is not plain` };
}

function sliced(graph: Graph, { reader, after }: Head): Graph {
	const [hidden = '', ...others] = reader.inputs;
	const start = `${prefix}start`;
	const kept = `${prefix}kept`;
	const slicing = [
		standardNode('Neg', [keepInput], start),
		standardNode('Slice', [hidden, start, `${prefix}end`, `${prefix}axis`], kept),
		{ ...reader, inputs: [kept, ...others] },
	];
	return {
		...graph,
		nodes: graph.nodes.flatMap(node => (node === reader ? slicing : [node])),
		initializers: [
			...graph.initializers,
			integersTensor(`${prefix}end`, [2n ** 63n - 1n]),
			integersTensor(`${prefix}axis`, [1n]),
		],
		inputs: [...graph.inputs, valueInfo(keepInput, elementTypes.int64, [1])],
		// ONNX Runtime shares memory between values that are said to be as large as each other.
		values: graph.values.filter(({ name }) => !after.has(name)),
		outputs: graph.outputs.map(info => {
			const { name, elementType, dims } = info;
			return name === 'logits' && elementType !== null && dims?.length === 3
				? valueInfo(name, elementType, [dims[0] ?? null, 'kept_rows', dims[2] ?? null])
				: info;
		}),
	};
}
