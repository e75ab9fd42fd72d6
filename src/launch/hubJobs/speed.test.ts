import { expect, it } from 'vitest';
import { dataSheetSpeed } from './speed';

const hardware = (accelerator: string | null) => ({ name: 'x', description: '', accelerator, dollarsAMinute: 0.1 });

it('reckons two operations a parameter and token at a quarter of the peak', () => {
	// 0.25 · 70 · 10¹² / (2 · 7 · 10⁹)
	expect(dataSheetSpeed(hardware('A10G'), 7e9, null)?.tokensASecond).toBeCloseTo(1250, 6);
	expect(dataSheetSpeed(hardware('A10G'), 7e9, 'bfloat16')?.tokensASecond).toBeCloseTo(1250, 6);
});

it('reckons with the width of the numbers', () => {
	expect(dataSheetSpeed(hardware('A100'), 7e9, 'fp32')?.tokensASecond).toBeCloseTo((0.25 * 19.5e12) / 14e9, 6);
});

it.each([null, 'Inferentia2', 'toString'])('says nothing of %s', accelerator => {
	expect(dataSheetSpeed(hardware(accelerator), 7e9, null)).toBeNull();
});
