import { expect, it } from 'vitest';
import { halfFloats } from './halfFloat';

/** The value of half-precision bits by the definition: sign, exponent with bias 15, ten bits of fraction. */
function byDefinition(bits: number): number {
	const binary = bits.toString(2).padStart(16, '0');
	const sign = binary.startsWith('1') ? -1 : 1;
	const exponent = Number.parseInt(binary.slice(1, 6), 2);
	const fraction = Number.parseInt(binary.slice(6), 2) / 1024;
	if (exponent === 31) {
		return fraction === 0 ? sign / 0 : Number.NaN;
	}
	return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

it('reads every one of the 65,536 bit patterns', () => {
	const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
	const wrong = halfFloats(bits).findIndex((value, i) => !Object.is(value, byDefinition(i)));
	expect(wrong).toBe(-1);
});

it('reads known values', () => {
	const known = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555, 0xfc00];
	expect([...halfFloats(Uint16Array.from(known))]).toEqual([
		1,
		-2,
		65_504,
		2 ** -24,
		1365 / 4096,
		Number.NEGATIVE_INFINITY,
	]);
});
