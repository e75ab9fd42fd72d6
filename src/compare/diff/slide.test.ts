import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePoints } from './codePoints';
import { shortestEdit } from './shortestEdit';
import { slide } from './slide';
import { StepBudget } from './stepBudget';
import { textPair, totalCost } from './textArbitraries';

function sides(a: string, b: string) {
	return { a: codePoints(a).codes, b: codePoints(b).codes };
}

/** Deleted and inserted texts after sliding. */
function slid(a: string, b: string): [string, string][] {
	const texts = sides(a, b);
	const { changes } = shortestEdit(texts.a, texts.b, new StepBudget());
	return slide(changes, texts).map(change => [
		codePoints(a).slice(change.aStart, change.aEnd),
		codePoints(b).slice(change.bStart, change.bEnd),
	]);
}

describe('sliding', () => {
	it.each([
		['Why veto?', 'Question: Why veto?', [['', 'Question: ']]],
		['Queue here', 'Question: Queue here', [['', 'Question: ']]],
		['e how', 'Question: e how', [['', 'Question: ']]],
		['at the end', 'at the very end', [['', 'very ']]],
		['in the end', 'in the the end', [['', 'the ']]],
		['A\n\nB', 'A\nB', [['\n', '']]],
		['A. x\nC. z', 'A. x\nB. y\nC. z', [['', 'B. y\n']]],
		['a\r\nb', 'a\r\n\r\nb', [['', '\r\n']]],
		['👍', '👍🏽', [['', '🏽']]],
	])('%j → %j', (a, b, expected) => {
		expect(slid(a, b)).toEqual(expected);
	});

	it('costs nothing: as much is deleted and inserted as before, in no more places', () => {
		fc.assert(
			fc.property(textPair, ([a, b]) => {
				const texts = sides(a, b);
				const { changes } = shortestEdit(texts.a, texts.b, new StepBudget());
				const after = slide(changes, texts);
				expect(totalCost(after)).toBe(totalCost(changes));
				expect(after.length).toBeLessThanOrEqual(changes.length);
			}),
		);
	});

	it('is at rest after once', () => {
		fc.assert(
			fc.property(textPair, ([a, b]) => {
				const texts = sides(a, b);
				const once = slide(shortestEdit(texts.a, texts.b, new StepBudget()).changes, texts);
				expect(slide(once, texts)).toEqual(once);
			}),
		);
	});
});
