import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jobEstimate } from './cost';
import { labelValue } from './request';

it('never estimates less than what is billed by the second, nor more than a minute and an hour of port above', () => {
	const price = fc.double({ min: 0, max: 10, noNaN: true });
	fc.assert(
		fc.property(price, fc.integer({ min: 1, max: 10 * 86_400 }), (dollarsAMinute, timeout) => {
			const { maximalCost } = jobEstimate({ name: 'x', description: '', accelerator: null, dollarsAMinute }, timeout);
			const bySecond = ((maximalCost?.dollarsAnHour ?? 0) * timeout) / 3600;
			expect(maximalCost?.dollars).toBeGreaterThanOrEqual(bySecond - 1e-9);
			expect(maximalCost?.dollars).toBeLessThanOrEqual(bySecond + dollarsAMinute + 0.01 + 1e-9);
		}),
	);
});

it('makes any name a label that the Hub takes', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), name => {
			expect(labelValue(name)).toMatch(/^[a-zA-Z0-9._-]{1,100}$/);
		}),
	);
});
