import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepTime } from './costModel';
import { CostFit, noWork, plusStep, type Work } from './costModel';

/** Seconds: a step, a token, a pair. */
const [a, b, c] = [0.004, 0.0018, 3e-7];

const timed = (tokens: number, depth: number): StepTime => ({
	tokens,
	depth,
	seconds: a + b * tokens + c * tokens * (depth + tokens / 2),
});

function fitOf(steps: readonly StepTime[]): CostFit {
	const fit = new CostFit();
	for (const step of steps) {
		fit.add(step);
	}
	return fit;
}

const anyStep = fc.record({
	tokens: fc.integer({ min: 1, max: 512 }),
	depth: fc.integer({ min: 0, max: 8000 }),
	seconds: fc.double({ min: 0, max: 10, noNaN: true }),
});
const anyWork: fc.Arbitrary<Work> = fc
	.array(anyStep, { maxLength: 5 })
	.map(steps => steps.reduce<Work>((work, step) => plusStep(work, step), noWork));

describe('the cost of steps', () => {
	it('is learned from steps of different kinds', () => {
		const steps = Array.from({ length: 300 }, (_, i) => timed(1 + ((i * 37) % 400), (i * 911) % 4000));
		const fit = fitOf(steps);
		expect(fit.estimate({ steps: 1, tokens: 0, pairs: 0 })).toBeCloseTo(a, 4);
		for (const [work, seconds] of [
			[{ steps: 1, tokens: 0, pairs: 0 }, a],
			[{ steps: 0, tokens: 1, pairs: 0 }, b],
			[{ steps: 0, tokens: 0, pairs: 1 }, c],
			[{ steps: 10, tokens: 1000, pairs: 1e6 }, 10 * a + 1000 * b + 1e6 * c],
		] as const) {
			expect(Math.abs((fit.estimate(work) ?? Number.NaN) - seconds)).toBeLessThan(0.01 * seconds);
		}
	});

	it('follows a computer that becomes slower', () => {
		const steps = Array.from({ length: 3000 }, (_, i) => timed(1 + ((i * 37) % 400), (i * 911) % 4000));
		const fit = fitOf(steps.map((step, i) => (i < 1000 ? step : { ...step, seconds: 2 * step.seconds })));
		expect((fit.estimate({ steps: 0, tokens: 100, pairs: 0 }) ?? Number.NaN) / (200 * b)).toBeCloseTo(1, 1);
	});

	it('is put down to tokens where few steps are known, and to nothing where none is', () => {
		const fit = new CostFit();
		expect(fit.estimate({ steps: 1, tokens: 10, pairs: 10 })).toBeNull();
		fit.add({ tokens: 10, depth: 0, seconds: 1 });
		fit.add({ tokens: 30, depth: 500, seconds: 2 });
		expect(fit.estimate({ steps: 7, tokens: 100, pairs: 1e9 })).toBeCloseTo((3 / 40) * 100);
	});

	it('is that of steps that are all alike, and grows with their tokens', () => {
		const step = { tokens: 10, depth: 20, seconds: 0.5 };
		const fit = fitOf([step, step, step, step]);
		const four = [step, step, step, step].reduce<Work>((work, one) => plusStep(work, one), noWork);
		expect(fit.estimate(four)).toBeCloseTo(2);
		expect(fit.estimate({ ...noWork, tokens: 40 })).toBeCloseTo(2);
	});

	it('is never negative, whatever was measured', () => {
		fc.assert(
			fc.property(fc.array(anyStep, { minLength: 1, maxLength: 12 }), anyWork, (steps, work) => {
				const seconds = fitOf(steps).estimate(work);
				expect(seconds).toBeGreaterThanOrEqual(0);
				expect(Number.isFinite(seconds)).toBe(true);
			}),
			{ numRuns: 1000 },
		);
	});

	it('falls to nothing when the work is done', () => {
		const steps = [timed(10, 0), timed(20, 100), timed(300, 7)];
		const all = steps.reduce<Work>((work, step) => plusStep(work, step), noWork);
		expect(steps.reduce((work, step) => plusStep(work, step, -1), all)).toEqual(noWork);
	});
});
