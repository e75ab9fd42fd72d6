import { elementTypes, type GraphNode, isMade, isStandard, type QuantisedMatrix, type ReadTensor } from './model';
import { integerAttribute, integersAttribute, smallIntegers } from './parts';
import { constantOf, type Wiring } from './wiring';

/** A product with packed weights that can be written out. */
export interface QuantisedProduct {
	readonly matrix: QuantisedMatrix;
	/** Equal for products with the same weights. */
	readonly key: string;
	/** The Add whose other summand went into the weights. */
	readonly folds: GraphNode | null;
	/** What MatMulNBits adds by itself: the name of a value [N]. */
	readonly bias: string | null;
}

/** Reads a MatMulNBits of ONNX Runtime (inputs A, B, scales, zero_points?, g_idx?, bias?), or why it stays as it is. */
export function quantisedProduct(wiring: Wiring, node: GraphNode): QuantisedProduct | { readonly reason: string } {
	const [, weights, scales, zeros = '', groups = '', bias = ''] = node.inputs;
	if (integerAttribute(node, 'accuracy_level', 0) === 4) {
		return { reason: 'its inputs are quantised as well (accuracy_level 4), so that float32 would give other numbers' };
	}
	if (groups !== '') {
		return { reason: 'weights in an order of their own (g_idx)' };
	}
	const matrix = quantisedMatrix(wiring, node);
	if ('reason' in matrix) {
		return matrix;
	}
	const fold = bias === '' ? foldedOffsets(wiring, node, matrix) : null;
	return {
		matrix: { ...matrix, offsets: fold?.offsets ?? null },
		key: [weights, scales, zeros, fold?.offsets.tensor.name ?? ''].join('\n'),
		folds: fold?.add ?? null,
		bias: bias === '' ? null : bias,
	};
}

function quantisedMatrix(wiring: Wiring, node: GraphNode): QuantisedMatrix | { readonly reason: string } {
	const [, weightsName, scalesName, zerosName = ''] = node.inputs;
	const k = integerAttribute(node, 'K', 0);
	const n = integerAttribute(node, 'N', 0);
	const block = integerAttribute(node, 'block_size', 0);
	// 4 is what ONNX Runtime takes where an export leaves it out.
	const bits = integerAttribute(node, 'bits', 4);
	if (bits !== 4 && bits !== 8) {
		return { reason: `weights of ${bits} bits` };
	}
	if (!(k > 0 && n > 0 && block >= 16 && Number.isInteger(Math.log2(block)))) {
		return { reason: `blocks of ${block}` };
	}
	const blocks = Math.ceil(k / block);
	const weights = stored(wiring, weightsName, elementTypes.uint8, (n * blocks * block * bits) / 8);
	const scales = stored(wiring, scalesName, elementTypes.float32, n * blocks);
	if (!weights || !scales) {
		return constantOf(wiring, scalesName)?.elementType === elementTypes.float16
			? { reason: 'half precision' }
			: { reason: 'weights that are not constant, or of another size than they should be' };
	}
	const zeroPoints =
		stored(wiring, zerosName, elementTypes.uint8, n * Math.ceil((blocks * bits) / 8)) ??
		stored(wiring, zerosName, elementTypes.float32, n * blocks);
	return zerosName !== '' && !zeroPoints
		? { reason: 'zero points of an unknown form' }
		: { k, n, bits, block, weights, scales, zeroPoints, offsets: null };
}

/** A constant of that type and number of elements that stands in the model; null: it does not. */
function stored(wiring: Wiring, name: string | undefined, type: number, count: number): ReadTensor | null {
	const tensor = constantOf(wiring, name);
	const fits = tensor && tensor.elementType === type && tensor.dims.reduce((a, b) => a * b, 1) === count;
	return fits && !isMade(tensor) ? tensor : null;
}

interface Fold {
	readonly add: GraphNode;
	readonly offsets: NonNullable<QuantisedMatrix['offsets']>;
}

/**
 * The neighbour that some exports put beside a product for blocks whose middle is no whole number:
 * Add(MatMulNBits(x), MatMul(ReduceSum(Reshape(x, [0, 0, blocks, block]), −1), offsets)), which is x · (w + its block's offset).
 */
function foldedOffsets(wiring: Wiring, node: GraphNode, { k, n, block }: QuantisedMatrix): Fold | null {
	const output = node.outputs[0] ?? '';
	const [add, ...others] = wiring.consumers.get(output) ?? [];
	if (!isStandard(add, 'Add') || others.length > 0 || wiring.outputs.has(output)) {
		return null;
	}
	const multiply = wiring.producers.get(add.inputs.find(name => name !== output) ?? '');
	const sum = isStandard(multiply, 'MatMul') ? wiring.producers.get(multiply.inputs[0] ?? '') : undefined;
	const reshape = isStandard(sum, 'ReduceSum') ? wiring.producers.get(sum.inputs[0] ?? '') : undefined;
	if (!multiply || !sum || !isStandard(reshape, 'Reshape') || reshape.inputs[0] !== node.inputs[0]) {
		return null;
	}
	const axes = smallIntegers(constantOf(wiring, sum.inputs[1])) ?? integersAttribute(sum, 'axes');
	const overBlocks = axes?.length === 1 && [-1, 3].includes(axes[0] ?? 0) && integerAttribute(sum, 'keepdims', 1) === 0;
	const width = blockWidth(smallIntegers(constantOf(wiring, reshape.inputs[1])), k);
	const offsets = width === null ? null : stored(wiring, multiply.inputs[1], elementTypes.float32, (k / width) * n);
	const placed = offsets?.dims.length === 2 && offsets.dims[1] === n;
	return overBlocks && offsets && placed && width !== null && width % block === 0
		? { add, offsets: { tensor: offsets, block: width } }
		: null;
}

/** The last of [0, 0, blocks, width], where they cover K; null where the shape is another. */
function blockWidth(shape: readonly number[] | null, k: number): number | null {
	const [batch, sequence, blocks = 0, width = 0] = shape ?? [];
	const plain = shape?.length === 4 && batch === 0 && sequence === 0;
	return plain && width > 0 && k % width === 0 && (blocks === -1 || blocks * width === k) ? width : null;
}
