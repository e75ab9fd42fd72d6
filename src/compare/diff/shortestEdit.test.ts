import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sequence, Span } from './sequence';
import { shortestEdit } from './shortestEdit';
import { StepBudget } from './stepBudget';
import { totalCost } from './textArbitraries';

/** Deletions and insertions needed, by the plain table of longest common subsequences. */
function leastCost(a: Sequence, b: Sequence): number {
	let previous = new Array<number>(b.length + 1).fill(0);
	for (let i = 0; i < a.length; i++) {
		const row = [0];
		for (let j = 0; j < b.length; j++) {
			row.push(a[i] === b[j] ? (previous[j] ?? 0) + 1 : Math.max(previous[j + 1] ?? 0, row[j] ?? 0));
		}
		previous = row;
	}
	return a.length + b.length - 2 * (previous[b.length] ?? 0);
}

/** Fails unless the two are equal, in step, wherever no change is; every change changes something, and none touch. */
function expectExact(a: Sequence, b: Sequence, changes: readonly Span[]): void {
	const end = { aStart: a.length, aEnd: a.length, bStart: b.length, bEnd: b.length };
	let last: Span = { aStart: 0, aEnd: 0, bStart: 0, bEnd: 0 };
	for (const [i, change] of [...changes, end].entries()) {
		const equal = Array.prototype.slice.call(a, last.aEnd, change.aStart);
		expect(equal).toEqual(Array.prototype.slice.call(b, last.bEnd, change.bStart));
		expect(change === end || totalCost([change]) > 0).toBe(true);
		expect(i === 0 || change === end || equal.length > 0).toBe(true);
		last = change;
	}
}

const sequence = fc.integer({ min: 1, max: 6 }).chain(alphabet => fc.array(fc.nat(alphabet), { maxLength: 40 }));

describe('shortest edit', () => {
	it('is exact, and as short as the plain table says', () => {
		fc.assert(
			fc.property(sequence, sequence, (a, b) => {
				const { changes, coarse } = shortestEdit(a, b, new StepBudget());
				expectExact(a, b, changes);
				expect(totalCost(changes)).toBe(leastCost(a, b));
				expect(coarse).toBe(false);
			}),
			{ numRuns: 1000 },
		);
	});

	it('stays exact, and says that it is coarse, wherever its budget ends', () => {
		fc.assert(
			fc.property(sequence, sequence, fc.nat(60), (a, b, steps) => {
				const { changes, coarse } = shortestEdit(a, b, new StepBudget(steps));
				expectExact(a, b, changes);
				expect(coarse || totalCost(changes) === leastCost(a, b)).toBe(true);
			}),
			{ numRuns: 1000 },
		);
	});

	it('needs no budget where one text is the other with one stretch more', () => {
		const { changes, coarse } = shortestEdit([1, 2, 3], [1, 2, 9, 9, 3], new StepBudget(-1));
		expect({ changes, coarse }).toEqual({
			changes: [{ aStart: 2, aEnd: 2, bStart: 2, bEnd: 4 }],
			coarse: false,
		});
	});
});
