import { type Graph, type GraphNode, type InnerGraph, isStandard, type Tensor } from './model';
import { constantTensor } from './parts';

/** Who makes and who reads which value of a graph. */
export interface Wiring {
	readonly producers: ReadonlyMap<string, GraphNode>;
	/** Nodes with a graph inside read what that graph reads of this one. */
	readonly consumers: ReadonlyMap<string, readonly GraphNode[]>;
	readonly initializers: ReadonlyMap<string, Tensor>;
	readonly inputs: ReadonlySet<string>;
	readonly outputs: ReadonlySet<string>;
}

export function wiringOf({ nodes, initializers, inputs, outputs }: Graph): Wiring {
	const producers = new Map<string, GraphNode>();
	const consumers = new Map<string, GraphNode[]>();
	for (const node of nodes) {
		for (const output of node.outputs) {
			producers.set(output, node);
		}
		for (const name of readNames(node)) {
			const readers = consumers.get(name);
			if (readers) {
				readers.push(node);
			} else {
				consumers.set(name, [node]);
			}
		}
	}
	return {
		producers,
		consumers,
		initializers: new Map(initializers.map(tensor => [tensor.name, tensor])),
		inputs: new Set(inputs.map(({ name }) => name)),
		outputs: new Set(outputs.map(({ name }) => name)),
	};
}

/** Every value that a node reads, each once; values inside of its graphs are among them, which does no harm. */
export function readNames(node: GraphNode): ReadonlySet<string> {
	const names = new Set(node.inputs);
	const add = ({ nodes, outputs }: InnerGraph) => {
		for (const name of [...outputs, ...nodes.flatMap(({ inputs }) => inputs)]) {
			names.add(name);
		}
		for (const { inner } of nodes) {
			inner.forEach(add);
		}
	};
	node.inner.forEach(add);
	names.delete('');
	return names;
}

/** All nodes of a list, and of the graphs inside them. */
export function* everyNode(nodes: readonly GraphNode[]): Generator<GraphNode> {
	for (const node of nodes) {
		yield node;
		for (const { nodes: inner } of node.inner) {
			yield* everyNode(inner);
		}
	}
}

/** The constant that a name stands for: an initializer that no input replaces, or what a Constant node gives. */
export function constantOf({ initializers, inputs, producers }: Wiring, name: string | undefined): Tensor | null {
	if (name === undefined || inputs.has(name)) {
		return null;
	}
	const producer = producers.get(name);
	return initializers.get(name) ?? (isStandard(producer, 'Constant') ? constantTensor(producer) : null);
}

type StopsAt = (node: GraphNode, output: string) => boolean;
const never: StopsAt = () => false;

/** Whether every value that no node makes, of those a value is computed from, passes `isLeaf`; see `ancestors`. */
export function derivesFrom(
	wiring: Wiring,
	name: string,
	isLeaf: (name: string) => boolean,
	stopsAt: StopsAt = never,
): boolean {
	for (const { node, value } of walkUp(wiring, name, stopsAt)) {
		if (!node && !isLeaf(value)) {
			return false;
		}
	}
	return true;
}

interface Ancestors {
	readonly nodes: readonly GraphNode[];
	/** Values that no node makes. */
	readonly leaves: readonly string[];
}

/** What a value is computed from, up to nodes that `stopsAt` names: they count with neither themselves nor their inputs. */
export function ancestors(wiring: Wiring, name: string, stopsAt: StopsAt = never): Ancestors {
	const visited = [...walkUp(wiring, name, stopsAt)];
	return {
		nodes: [...new Set(visited.flatMap(({ node }) => node ?? []))],
		leaves: visited.filter(({ node }) => !node).map(({ value }) => value),
	};
}

/** Visits values once each, without recursion: graphs are thousands of nodes deep. */
function* walkUp(
	{ producers }: Wiring,
	name: string,
	stopsAt: StopsAt,
): Generator<{ value: string; node?: GraphNode }> {
	const seen = new Set([name]);
	const open = [name];
	for (let value = open.pop(); value !== undefined; value = open.pop()) {
		const node = producers.get(value);
		if (!node) {
			yield { value };
		} else if (!stopsAt(node, value)) {
			yield { value, node };
			for (const input of readNames(node)) {
				if (!seen.has(input)) {
					seen.add(input);
					open.push(input);
				}
			}
		}
	}
}

/** Whether a value is the same whatever is fed. */
export function isConstant(wiring: Wiring, name: string): boolean {
	return derivesFrom(wiring, name, leaf => wiring.initializers.has(leaf) && !wiring.inputs.has(leaf));
}
