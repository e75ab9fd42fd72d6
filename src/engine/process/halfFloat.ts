/**
 * The numbers of half-precision bits (IEEE 754 binary16). Runtimes without Float16Array get float16 outputs as raw bits.
 */
export function halfFloats(bits: Uint16Array): Float32Array {
	return Float32Array.from(bits, half => {
		const sign = half & 0x8000 ? -1 : 1;
		const exponent = (half >> 10) & 0x1f;
		const fraction = half & 0x3ff;
		if (exponent === 0x1f) {
			return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
		}
		return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
	});
}
