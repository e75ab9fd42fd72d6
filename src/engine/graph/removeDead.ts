import type { Graph } from './model';
import { readNames, wiringOf } from './wiring';

/**
 * Removes what no output needs any more: nodes, initializers, and what is said about values that are gone. Inputs stay, but
 * for those that an initializer gave a default which is gone, and those in `inputs`, where nothing reads them.
 */
export function removeDead(graph: Graph, inputs: ReadonlySet<string> = new Set()): Graph {
	const { producers } = wiringOf(graph);
	const open = graph.outputs.map(({ name }) => name);
	const live = new Set(open);
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		const producer = producers.get(name);
		for (const read of producer ? readNames(producer) : []) {
			if (!live.has(read)) {
				live.add(read);
				open.push(read);
			}
		}
	}
	const nodes = graph.nodes.filter(({ outputs }) => outputs.some(name => live.has(name)));
	const initializers = graph.initializers.filter(({ name }) => live.has(name));
	const defaults = new Set(graph.initializers.map(({ name }) => name));
	const known = new Set([...nodes.flatMap(({ outputs }) => outputs), ...initializers.map(({ name }) => name)]);
	return {
		...graph,
		nodes,
		initializers,
		inputs: graph.inputs.filter(({ name }) => live.has(name) || !(defaults.has(name) || inputs.has(name))),
		values: graph.values.filter(({ name }) => known.has(name)),
	};
}
