import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareUpper, normalTwoSided, studentTwoSided } from './distributions';
import { clopperPearson95, wilson95 } from './intervals';
import { mcnemar } from './mcnemar';
import { mean } from './mean';
import { benjaminiHochberg, holm } from './multiplicity';
import { mde, mdeMcNemar, nForMde, nMcNemar } from './power';
import { recallSpread } from './recall';

const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('distributions', () => {
	it('agree with values of printed tables', () => {
		expect(normalTwoSided(1.959963984540054)).toBeCloseTo(0.05, 12);
		expect(normalTwoSided(-6)).toBeCloseTo(1.973175290075e-9, 18);
		expect(studentTwoSided(2.2281388519649385, 10)).toBeCloseTo(0.05, 10);
		// Student's t with one degree of freedom is Cauchy's distribution.
		expect(studentTwoSided(1, 1)).toBeCloseTo(0.5, 12);
		expect(chiSquareUpper(5.991464547107979, 2)).toBeCloseTo(0.05, 12);
		expect(chiSquareUpper(0, 3)).toBe(1);
	});
});

describe('intervals', () => {
	const counts = fc.integer({ min: 1, max: 3000 }).chain(n => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

	it('have nothing to say of no items', () => {
		expect(wilson95(0, 0)).toBeNull();
		expect(clopperPearson95(0, 0)).toBeNull();
	});

	it.each([
		['Wilson', wilson95],
		['Clopper–Pearson', clopperPearson95],
	])('%s holds the share, stays within 0 … 1, and mirrors', (_name, interval) => {
		fc.assert(
			fc.property(counts, ([k, n]) => {
				const [low, high] = interval(k, n) ?? [Number.NaN, Number.NaN];
				const [mirroredLow] = interval(n - k, n) ?? [Number.NaN];
				expect(low).toBeGreaterThanOrEqual(0);
				expect(low).toBeLessThanOrEqual(k / n + 1e-12);
				expect(high).toBeGreaterThanOrEqual(k / n - 1e-12);
				expect(high).toBeLessThanOrEqual(1);
				expect(mirroredLow).toBeCloseTo(1 - high, 9);
			}),
		);
	});
});

describe('McNemar', () => {
	/** 2·Σ C(n, i) / 2ⁿ in whole numbers, rounded once. */
	function exactByCounting(b: number, c: number): number {
		const n = BigInt(b + c);
		let choose = 1n;
		let tail = 0n;
		for (let i = 0n; i <= BigInt(Math.min(b, c)); i++) {
			tail += choose;
			choose = (choose * (n - i)) / (i + 1n);
		}
		const digits = 10n ** 30n;
		return Math.min(1, Number((2n * tail * digits) / 2n ** n) / 1e30);
	}

	it('is exact, relative to p, for any split of up to 400 flips', () => {
		const flips = fc.integer({ min: 0, max: 200 });
		fc.assert(
			fc.property(flips, flips, (b, c) => {
				const expected = exactByCounting(b, c);
				fc.pre(expected > 1e-20);
				expect(mcnemar(b, c).exact / expected).toBeCloseTo(1, 9);
			}),
		);
	});

	it('holds for every question of MMLU flipped', () => {
		expect(mcnemar(7021, 7021).exact).toBe(1);
		expect(mcnemar(0, 14042).exact).toBe(0);
		const { exact, pChi2cc } = mcnemar(6826, 7216);
		expect(exact / pChi2cc).toBeCloseTo(1, 2);
	});

	it('does not depend on which of the two comes first', () => {
		fc.assert(
			fc.property(fc.nat(500), fc.nat(500), (b, c) => {
				expect(mcnemar(b, c)).toEqual(mcnemar(c, b));
			}),
		);
	});
});

describe('multiplicity', () => {
	it('adjusts nothing, and one p not at all', () => {
		expect([benjaminiHochberg([]), holm([])]).toEqual([[], []]);
		expect([benjaminiHochberg([0.03]), holm([0.03])]).toEqual([[0.03], [0.03]]);
	});

	it('never lowers p, keeps its order, and Holm is the stricter', () => {
		fc.assert(
			fc.property(fc.array(probability, { maxLength: 12 }), p => {
				const bh = benjaminiHochberg(p);
				const strict = holm(p);
				p.forEach((value, i) => {
					expect(bh[i]).toBeGreaterThanOrEqual(value);
					expect(bh[i]).toBeLessThanOrEqual((strict[i] ?? 0) + 1e-12);
					expect(strict[i]).toBeLessThanOrEqual(1);
					p.forEach((other, j) => {
						if (value <= other) {
							expect(bh[i]).toBeLessThanOrEqual(bh[j] ?? 0);
							expect(strict[i]).toBeLessThanOrEqual(strict[j] ?? 0);
						}
					});
				});
			}),
		);
	});
});

describe('power', () => {
	it('of a difference and of a number of items are inverse', () => {
		const share = fc.double({ min: 0.02, max: 0.5, noNaN: true });
		fc.assert(
			fc.property(fc.integer({ min: 50, max: 20_000 }), share, (n, discordant) => {
				expect(nForMde(mde(n, { omega2: discordant }), { omega2: discordant })).toBeCloseTo(n, 6);
				const delta = mdeMcNemar(n, discordant);
				if (delta === null) {
					expect(nMcNemar(0, discordant)).toBeGreaterThan(n);
				} else {
					expect(nMcNemar((discordant - delta) / 2, (discordant + delta) / 2)).toBeCloseTo(n, 6);
				}
			}),
		);
	});

	it('is too little for any difference with a handful of items', () => {
		expect(mdeMcNemar(10, 0.1)).toBeNull();
		expect(mdeMcNemar(1, 0.1)).toBeNull();
		expect(mdeMcNemar(0, 0.1)).toBeNull();
	});
});

describe('recalls', () => {
	it('leave out labels that are never right', () => {
		expect(recallSpread([0, 0, 2], [0, 1, 2], 4)).toMatchObject({ recalls: [0.5, null, 1, null], rstdPop: 0.25 });
	});

	it('count an answer that is no label as none', () => {
		expect(recallSpread([0, 1], [-1, 7], 2)).toMatchObject({ predShare: [0, 0], acc: 0 });
	});
});

describe('mean', () => {
	it('is the same in any order, to the last bit', () => {
		expect(mean([1e16, 1, -1e16, 0.1])).toBe(mean([0.1, -1e16, 1, 1e16]));
		expect(mean([])).toBeNaN();
	});
});
