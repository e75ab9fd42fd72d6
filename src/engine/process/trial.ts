/**
 * A product of two matrices, as the smallest ONNX graph there is: what a provider is tried on.
 *
 * A holds 1 + m·2⁻¹² (m from 0 to 7) and B small whole numbers, so that every partial sum has at most 24 bits: float32 gives
 * the one right answer in any order of adding. A provider that multiplies in TF32 or half precision, which keep 11 bits of a
 * factor, loses the 2⁻¹² and is off by about one part in a thousand.
 */
export const trialSize = 64;

export const trialNames = { a: 'a', b: 'b', product: 'c' } as const;

/** Row-major, `trialSize` × `trialSize`. */
export function trialFactors(): { readonly a: Float32Array; readonly b: Float32Array } {
	const cells = trialSize * trialSize;
	return {
		a: Float32Array.from({ length: cells }, (_, i) => 1 + ((i * 5 + Math.floor(i / trialSize) * 3) % 8) * 2 ** -12),
		b: Float32Array.from({ length: cells }, (_, i) => ((i * 7 + Math.floor(i / trialSize)) % 4) + 1),
	};
}

/** The product, exactly. */
export function trialProduct(): Float32Array {
	const { a, b } = trialFactors();
	return Float32Array.from({ length: trialSize * trialSize }, (_, i) => {
		const row = Math.floor(i / trialSize) * trialSize;
		const column = i % trialSize;
		let sum = 0;
		for (let k = 0; k < trialSize; k++) {
			sum += (a[row + k] ?? Number.NaN) * (b[k * trialSize + column] ?? Number.NaN);
		}
		return sum;
	});
}

/** Half precision is off by 10⁻³ at most; what is off by more computes something else. */
const tolerance = 0.01;

/** How exactly a product came out; null where it is none. */
export function trialPrecision(product: ArrayLike<number>): 'single' | 'reduced' | null {
	const expected = trialProduct();
	if (product.length !== expected.length) {
		return null;
	}
	const errors = expected.map((value, i) => Math.abs((product[i] ?? Number.NaN) / value - 1));
	if (errors.every(error => error === 0)) {
		return 'single';
	}
	// A comparison with NaN is false.
	return errors.every(error => error <= tolerance) ? 'reduced' : null;
}

/** `c = MatMul(a, b)`, as a ModelProto (onnx.proto3) of IR version 8 and operator set 13. */
export function trialModel(): Uint8Array {
	const { a, b, product } = trialNames;
	const node = [text(1, a), text(1, b), text(2, product), text(4, 'MatMul')];
	const graph = [
		part(1, node),
		text(2, 'trial'),
		part(11, valueInfo(a)),
		part(11, valueInfo(b)),
		part(12, valueInfo(product)),
	];
	return Uint8Array.from([number(1, 8), part(7, graph), part(8, [text(1, ''), number(2, 13)])].flat());
}

type Bytes = readonly number[];

/** ValueInfoProto: a name, and a TypeProto with a tensor of FLOAT (1) in the trial's shape. */
function valueInfo(name: string): Bytes[] {
	const dimension = part(1, [number(1, trialSize)]);
	return [text(1, name), part(2, [part(1, [number(1, 1), part(2, [dimension, dimension])])])];
}

/** Protocol Buffers: a field of varint. */
function number(field: number, value: number): Bytes {
	return [field << 3, ...varint(value)];
}

/** A field of bytes with their length. */
function part(field: number, parts: readonly Bytes[]): Bytes {
	const bytes = parts.flat();
	return [(field << 3) | 2, ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): Bytes {
	return part(field, [[...new TextEncoder().encode(value)]]);
}

function varint(value: number): number[] {
	return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
