import { cpSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeModel } from '../src/engine/graph/encodeModel';
import type { GraphNode } from '../src/engine/graph/model';
import { withModel } from '../src/engine/graph/withModel';
import { neverCancelled } from '../src/protocol/cancellation';
import { node } from './onnxModel';
import { root } from './paths';

/**
 * Makes a model of the tiny decoder that quantises the input of every product with weights, with one scale for what is
 * computed at a time, as int8 exports do. Returns its folder.
 */
export async function quantisedDecoder(parent: string): Promise<string> {
	const folder = path.join(parent, 'quantised');
	cpSync(path.join(root, 'test/fixtures/tiny-decoder/full-logits'), folder, { recursive: true });
	const file = path.join(folder, 'onnx/model.onnx');
	const bytes = await withModel(file, neverCancelled, async (model, source) => {
		const graph = { ...model.graph, nodes: model.graph.nodes.flatMap(quantised) };
		const pieces = encodeModel({ ...model, graph }, { location: '', offsets: new Map(), bytes: 0 });
		return Buffer.concat(await Promise.all(pieces.map(piece => source.read(piece))));
	});
	await writeFile(file, bytes);
	return folder;
}

function quantised(product: GraphNode): GraphNode[] {
	const [input = '', weights = ''] = product.inputs;
	const [output = ''] = product.outputs;
	if (product.type !== 'MatMul' || !weights.endsWith('_proj.weight')) {
		return [product];
	}
	const name = (part: string) => `${output}.${part}`;
	const parts = (of: string) => [name(of), name(`${of}.scale`), name(`${of}.zero`)];
	return [
		{ ...node('DynamicQuantizeLinear', [input], name('x')), outputs: parts('x') },
		{ ...node('DynamicQuantizeLinear', [weights], name('w')), outputs: parts('w') },
		node('MatMulInteger', [name('x'), name('w'), name('x.zero'), name('w.zero')], name('integers')),
		node('Cast', [name('integers')], name('floats'), { to: 1 }),
		node('Mul', [name('x.scale'), name('w.scale')], name('scale')),
		node('Mul', [name('floats'), name('scale')], output),
	];
}
