import { type Message, message } from '../../protocol/messages';
import { elementTypes, type Graph, type GraphNode, isStandard, type Model, type Tensor } from './model';
import { integerAttribute, standardNode, valueInfo } from './parts';
import { notApplicable, type PassOutcome } from './pass';
import { removeDead } from './removeDead';
import { ancestors, constantOf, derivesFrom, everyNode, isConstant, type Wiring, wiringOf } from './wiring';

/** The new input: float32 [1, 1, sequence, past + sequence], added to the attention's scores. */
const biasInput = 'attention_bias';

const biasInHalf = 'eval_lens/attention_bias/half';

/** Operators that hold the attention, softmax and mask, inside of themselves. */
const fusedAttention = [
	'Attention',
	'MultiHeadAttention',
	'GroupQueryAttention',
	'DecoderMaskedMultiHeadAttention',
	'DecoderMaskedSelfAttention',
	'SparseAttention',
	'PagedAttention',
];

/**
 * Lets the caller say which token sees which: the mask that all layers add to their scores becomes an input
 * `attention_bias`, 0 where a token is seen and the lowest float32 where not. With positions as an input too, several
 * suffixes of one prefix, or a tree of tokens, are computed as one sequence.
 *
 * Tokens may stand in any order in it, since only the bias and the positions tell what comes before what. So the tokens
 * whose rows of logits are read are put last, and `num_logits_to_keep` covers them.
 */
export function attentionBias(model: Model): PassOutcome {
	const { graph } = model;
	if (graph.inputs.some(({ name }) => name === biasInput)) {
		return { kind: 'present' };
	}
	if (!graph.inputs.some(({ name }) => name === 'position_ids')) {
		return notApplicable(message('graph.no-positions', {}));
	}
	const wiring = wiringOf(graph);
	const found = findMask(model, wiring);
	if ('code' in found) {
		return notApplicable(found);
	}
	return { kind: 'applied', model: { ...model, graph: withBias(graph, found) } };
}

interface Mask {
	/** The Add in front of each softmax, and which of its inputs the mask is. */
	readonly adds: ReadonlyMap<GraphNode, 0 | 1>;
	readonly half: boolean;
}

function findMask({ graph, functionNodes }: Model, wiring: Wiring): Mask | Message {
	const fused = [...everyNode(graph.nodes), ...functionNodes].find(({ type }) => fusedAttention.includes(type));
	if (fused) {
		return message('graph.fused-attention', { type: fused.type });
	}
	const softmaxes = graph.nodes.filter(node => isStandard(node, 'Softmax'));
	const adds = new Map<GraphNode, 0 | 1>();
	const masks = new Set<string>();
	for (const { name, inputs } of softmaxes) {
		const add = wiring.producers.get(inputs[0] ?? '');
		const side = isStandard(add, 'Add') ? maskSide(wiring, add) : null;
		const alone = wiring.consumers.get(inputs[0] ?? '')?.length === 1;
		if (!add || side === null || !alone) {
			return message('graph.softmax-without-mask', { name });
		}
		if (!areScores(wiring, add.inputs[1 - side] ?? '')) {
			return message('graph.mask-not-plain', { reason: message('graph.mask-in-scores', {}) });
		}
		adds.set(add, side);
		masks.add(sharedValue(wiring, add.inputs[side] ?? ''));
	}
	const [mask, ...others] = masks;
	if (mask === undefined) {
		return message('graph.no-softmax', {});
	}
	if (others.length > 0) {
		return message('graph.several-masks', { count: masks.size });
	}
	return notPlain(wiring, mask) ?? maskOf(graph, wiring, mask, adds);
}

/** Which input of an Add is a mask: computed from masks, positions and sizes alone; null where it is not exactly one. */
function maskSide(wiring: Wiring, { inputs }: GraphNode): 0 | 1 | null {
	const are = inputs.map(name => isMaskValue(wiring, name));
	return are[0] === are[1] ? null : are[0] ? 0 : 1;
}

/** A shape or a list of axes has no more numbers; a table by place has. */
const mostAxes = 4;

/** What may be done to the products of queries and keys: nothing that depends on where a token stands. */
const scalings = ['Mul', 'Div', 'Cast', 'Identity', 'Reshape', 'Tanh'];

/**
 * Whether a value is the products of queries and keys, scaled. GPT-2's exports choose among these by place before they add
 * what the caller masks; a tree, whose tokens stand in any order, would lose tokens there.
 */
function areScores(wiring: Wiring, name: string): boolean {
	for (let value = name; ; ) {
		const node = wiring.producers.get(value);
		const scaled = isStandard(node, ...scalings) ? node.inputs.filter(input => !isFactor(wiring, input)) : [];
		const [scores, ...others] = scaled;
		if (scores === undefined || others.length > 0) {
			return isStandard(node, 'MatMul', 'Einsum');
		}
		value = scores;
	}
}

/** Whether a value follows from sizes and single constants, as √d does. */
function isFactor(wiring: Wiring, name: string): boolean {
	const { nodes, leaves } = ancestors(wiring, name, isShape);
	const isSmall = (tensor: Tensor) => tensor.dims.reduce((a, b) => a * b, 1) <= mostAxes;
	const constants = nodes.flatMap(({ outputs }) => outputs).map(output => constantOf(wiring, output));
	const given = leaves.map(leaf => constantOf(wiring, leaf));
	return !given.includes(null) && [...given, ...constants].every(tensor => tensor === null || isSmall(tensor));
}

const isShape = (node: GraphNode) => isStandard(node, 'Shape', 'Size');

function isMaskValue(wiring: Wiring, name: string): boolean {
	const isLeaf = (leaf: string) => ['attention_mask', 'position_ids'].includes(leaf) || wiring.initializers.has(leaf);
	return derivesFrom(wiring, name, isLeaf, isShape) && !isConstant(wiring, name);
}

/** The value that layers share: some exports cut it to the length of the keys in each layer again. */
function sharedValue(wiring: Wiring, name: string): string {
	for (let value = name; ; ) {
		const node = wiring.producers.get(value);
		const source = node && ['Slice', 'Identity'].includes(node.type) ? node.inputs[0] : undefined;
		if (source === undefined) {
			return value;
		}
		value = source;
	}
}

/**
 * Why a mask may say more than what stands before what: a sliding window compares positions twice, a bias by distance
 * (ALiBi) holds weights. A bias by the caller would leave that out.
 */
function notPlain(wiring: Wiring, mask: string): Message | null {
	const { nodes, leaves } = ancestors(wiring, mask, isShape);
	if (nodes.filter(node => isStandard(node, 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual')).length > 1) {
		return message('graph.mask-not-plain', { reason: message('graph.mask-window', {}) });
	}
	const weights = [...leaves, ...nodes.flatMap(({ outputs }) => outputs)]
		.map(name => constantOf(wiring, name))
		.find(tensor => tensor && isFloat(tensor.elementType) && tensor.dims.reduce((a, b) => a * b, 1) > 1);
	return weights ? message('graph.mask-not-plain', { reason: message('graph.mask-weights', {}) }) : null;
}

function isFloat(elementType: number): boolean {
	return elementType === elementTypes.float32 || elementType === elementTypes.float16;
}

function maskOf(graph: Graph, wiring: Wiring, mask: string, adds: Mask['adds']): Mask | Message {
	const type = typeOf(graph, wiring, mask);
	return type !== null && isFloat(type)
		? { adds, half: type === elementTypes.float16 }
		: message('graph.mask-not-plain', { reason: message('graph.mask-type', {}) });
}

/** The element type of a value, as far as it is said or follows from the nodes that make it. */
function typeOf(graph: Graph, wiring: Wiring, name: string): number | null {
	const infos = new Map([...graph.inputs, ...graph.values].map(info => [info.name, info.elementType]));
	for (let value = name; ; ) {
		const said = constantOf(wiring, value)?.elementType ?? infos.get(value) ?? null;
		const node = wiring.producers.get(value);
		if (said !== null || !node) {
			return said;
		}
		if (node.type === 'Cast') {
			return integerAttribute(node, 'to', 0);
		}
		value = node.inputs[node.type === 'Where' ? 1 : 0] ?? '';
	}
}

function withBias(graph: Graph, { adds, half }: Mask): Graph {
	const bias = half ? biasInHalf : biasInput;
	const cast = half ? [standardNode('Cast', [biasInput], biasInHalf, { to: elementTypes.float16 })] : [];
	const replaced = graph.nodes.map(node => {
		const side = adds.get(node);
		return side === undefined ? node : { ...node, inputs: node.inputs.with(side, bias) };
	});
	const rewritten: Graph = {
		...graph,
		nodes: [...cast, ...replaced],
		inputs: [...graph.inputs, valueInfo(biasInput, elementTypes.float32, [1, 1, 'bias_rows', 'bias_columns'])],
	};
	return removeDead(rewritten, new Set(['attention_mask']));
}
