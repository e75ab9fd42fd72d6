/** A quantised matrix whose numbers are in memory; see `QuantisedMatrix`. */
export interface LoadedMatrix {
	readonly k: number;
	readonly n: number;
	readonly bits: 4 | 8;
	readonly block: number;
	readonly weights: Uint8Array;
	readonly scales: Float32Array;
	readonly zeroPoints: Uint8Array | Float32Array | null;
	readonly offsets: { readonly values: Float32Array; readonly block: number } | null;
}

/**
 * Writes the values of blocks `from` to `to` (exclusive) of all columns into `target` as float32 [rows, N], row-major:
 * (q − zero point) · scale + offset, rounded to float32 after each step, as the graph would compute it.
 */
export function dequantiseBlocks(matrix: LoadedMatrix, from: number, to: number, target: Float32Array): void {
	const { k, n, bits, block, scales, offsets } = matrix;
	const blocks = Math.ceil(k / block);
	const zeroOf = zeroPointReader(matrix, blocks);
	const unpack = bits === 4 ? unpackNibbles : unpackBytes;
	for (let b = from; b < to; b++) {
		const start = (b - from) * block;
		const rows = Math.min(block, k - b * block);
		const offsetRow = offsets ? Math.floor((b * block) / offsets.block) * n : 0;
		for (let column = 0; column < n; column++) {
			const at = column * blocks + b;
			const scale = scales[at] ?? 0;
			const offset = offsets?.values[offsetRow + column] ?? 0;
			unpack(matrix, at, rows, zeroOf(column, b), scale, offset, target, start * n + column);
		}
	}
}

/** Values of one block of one column, into every N-th place of `target`. */
type Unpack = (
	matrix: LoadedMatrix,
	at: number,
	rows: number,
	zero: number,
	scale: number,
	offset: number,
	target: Float32Array,
	place: number,
) => void;

const unpackNibbles: Unpack = ({ weights, block, n }, at, rows, zero, scale, offset, target, place) => {
	let byte = (at * block) / 2;
	let to = place;
	for (let row = 0; row < rows; row += 2) {
		const pair = weights[byte++] ?? 0;
		target[to] = Math.fround(Math.fround((pair & 15) - zero) * scale) + offset;
		if (row + 1 < rows) {
			target[to + n] = Math.fround(Math.fround((pair >> 4) - zero) * scale) + offset;
		}
		to += 2 * n;
	}
};

const unpackBytes: Unpack = ({ weights, block, n }, at, rows, zero, scale, offset, target, place) => {
	let byte = at * block;
	for (let row = 0, to = place; row < rows; row++, to += n) {
		target[to] = Math.fround(Math.fround((weights[byte++] ?? 0) - zero) * scale) + offset;
	}
};

/** The zero point of a column's block. */
function zeroPointReader(
	{ bits, zeroPoints }: LoadedMatrix,
	blocks: number,
): (column: number, block: number) => number {
	if (!zeroPoints) {
		const middle = 2 ** (bits - 1);
		return () => middle;
	}
	if (zeroPoints instanceof Float32Array || bits === 8) {
		return (column, block) => zeroPoints[column * blocks + block] ?? 0;
	}
	// Each column starts at a byte of its own.
	const stride = Math.ceil(blocks / 2);
	return (column, block) => ((zeroPoints[column * stride + (block >> 1)] ?? 0) >> (4 * (block & 1))) & 15;
}
