import { describe, expect, it } from 'vitest';
import type { EncodedChoice } from './encode';
import { fitPrompt } from './fit';

/** A prompt of 10 tokens of description and question, and 20 for each shot; tokens are their places. */
const encode =
	(continuations: readonly number[]) =>
	(shots: number): EncodedChoice[] =>
		continuations.map(length => ({
			front: 0,
			context: Array.from({ length: 10 + 20 * shots }, (_, i) => i),
			continuation: Array.from({ length }, () => -1),
		}));

const oneToken = encode([1, 1]);

function lengths(
	window: number,
	too_long: Parameters<typeof fitPrompt>[0]['too_long'],
	max_context: number | null = null,
) {
	const fitted = fitPrompt({ too_long, max_context }, 3, window, oneToken);
	return fitted.fits
		? { shots: fitted.shots, truncated: fitted.truncated, context: fitted.choices[0]?.context ?? [] }
		: { tokens: fitted.tokens };
}

describe('a prompt of 70 tokens with three shots', () => {
	it('is left alone where it fits to the token', () => {
		for (const rule of ['error', 'drop_shots', 'cut_start'] as const) {
			expect(lengths(70, rule)).toMatchObject({ shots: 3, truncated: false });
		}
		// HELM keeps room for the generated token.
		expect(lengths(71, 'drop_shots_cut_end')).toMatchObject({ shots: 3, truncated: false });
		expect(lengths(70, 'drop_shots_cut_end')).toMatchObject({ shots: 2, truncated: true });
	});

	it('is refused by own formats, with its length', () => {
		expect(lengths(69, 'error')).toEqual({ tokens: 70 });
	});

	it('loses whole shots, the last first', () => {
		expect(lengths(69, 'drop_shots')).toMatchObject({ shots: 2, truncated: true });
		expect(lengths(500, 'drop_shots', 30)).toMatchObject({ shots: 1, truncated: true });
	});

	it('loses tokens at the start or at the end, once no shot is left', () => {
		expect(lengths(8, 'drop_shots')).toMatchObject({ shots: 0, context: [2, 3, 4, 5, 6, 7, 8, 9] });
		expect(lengths(8, 'drop_shots_cut_end')).toMatchObject({ shots: 0, context: [0, 1, 2, 3, 4, 5, 6] });
	});

	it('loses what a limit below the window does not allow, as OLMES at 2,048 tokens', () => {
		expect(lengths(500, 'cut_start', 8)).toMatchObject({ shots: 3, context: [62, 63, 64, 65, 66, 67, 68, 69] });
		expect(lengths(500, 'error', 69)).toEqual({ tokens: 70 });
	});

	it('keeps one token less where the last one takes room, as in lighteval', () => {
		expect(lengths(71, 'cut_start_all')).toMatchObject({ truncated: false });
		expect(lengths(70, 'cut_start_all')).toMatchObject({ truncated: true });
		expect(lengths(8, 'cut_start_all')).toMatchObject({ context: [63, 64, 65, 66, 67, 68, 69] });
	});

	it('is cut by HELM without counting the BOS', () => {
		const withBos = (shots: number) => oneToken(shots).map(choice => ({ ...choice, front: 1 }));
		const rule = { too_long: 'drop_shots_cut_end', max_context: null } as const;
		const cut = (window: number) => {
			const fitted = fitPrompt(rule, 3, window, withBos);
			return fitted.fits && [fitted.shots, fitted.choices[0]?.context.length];
		};
		expect(cut(70)).toEqual([3, 70]);
		expect(cut(69)).toEqual([2, 50]);
		expect(cut(9)).toEqual([0, 9]);
	});

	it('is cut at the start for each continuation by its own length', () => {
		const fitted = fitPrompt({ too_long: 'cut_start', max_context: null }, 0, 10, encode([1, 3]));
		// window + 1 tokens of context and continuation are kept, of which the last is not read.
		expect(fitted.fits && fitted.choices.map(choice => choice.context.length)).toEqual([10, 8]);
		expect(fitted.fits && fitted.truncated).toBe(true);
	});
});
