import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promptText as joinedText, type Segment, type SegmentKind } from '../../protocol/prompt';
import { applyPromptDiff, diffPrompts } from './diffPrompts';
import { StepBudget } from './stepBudget';
import { promptText } from './textArbitraries';

const part = (kind: SegmentKind, text: string): Segment => ({ kind, text });
const shots = (...texts: [key: string, text: string][]): Segment[] =>
	texts.map(([key, text], shot) => ({ kind: 'shot', shot, key, text }));

/** Each pair as its relation and the texts that it pairs. */
function pairs(a: readonly Segment[], b: readonly Segment[]) {
	return diffPrompts(a, b).pairs.map(pair => {
		const text = (segments: readonly Segment[], start: number | undefined, count = 1) =>
			start === undefined ? null : joinedText({ segments: segments.slice(start, start + count) });
		return [pair.relation, text(a, pair.a, pair.aCount), text(b, pair.b, pair.bCount)];
	});
}

describe('difference of two prompts', () => {
	it('shows a shot that stands elsewhere as moved, and only that one', () => {
		const a = [part('description', 'D'), ...shots(['0', 'x'], ['1', 'y'], ['2', 'z']), part('question', 'Q')];
		const b = [part('description', 'D'), ...shots(['2', 'z'], ['0', 'x'], ['1', 'y']), part('question', 'Q')];
		expect(pairs(a, b)).toEqual([
			['equal', 'D', 'D'],
			['moved', 'z', 'z'],
			['equal', 'x', 'x'],
			['equal', 'y', 'y'],
			['equal', 'Q', 'Q'],
		]);
		expect(diffPrompts(a, b)).toMatchObject({ edits: 0, kinds: [], moves: 1, coarse: false });
	});

	it('counts an edit that repeats as one kind', () => {
		const a = [...shots(['0', 'x'], ['1', 'y'], ['2', 'z']), part('question', 'Q')];
		const b = [...shots(['0', '> x'], ['2', '> z'], ['1', '> y!']), part('question', '> Q')];
		const diff = diffPrompts(a, b);
		expect(diff.kinds).toEqual([
			{ deleted: '', inserted: '> ', segments: ['shot', 'question'], count: 4 },
			{ deleted: '', inserted: '!', segments: ['shot'], count: 1 },
		]);
		expect(diff).toMatchObject({ edits: 5, moves: 1 });
		expect(diff.pairs.map(pair => pair.relation)).toEqual(['changed', 'moved_changed', 'changed', 'changed']);
	});

	it('counts whole segments that only one prompt has by their kind', () => {
		const a = [part('description', 'x'), ...shots(['0', 'x'], ['1', 'y']), part('question', 'xQ')];
		const b = [...shots(['2', 'z']), part('question', 'Q')];
		expect(diffPrompts(a, b).kinds).toEqual([
			{ deleted: 'x', inserted: '', segments: ['shot'], count: 2, whole: 'removed' },
			{ deleted: 'x', inserted: '', segments: ['description'], count: 1, whole: 'removed' },
			{ deleted: '', inserted: 'z', segments: ['shot'], count: 1, whole: 'added' },
			{ deleted: 'x', inserted: '', segments: ['question'], count: 1 },
		]);
	});

	it('keeps what was removed at its place', () => {
		const a = [part('description', 'D'), ...shots(['0', 'x'], ['1', 'y'], ['2', 'z']), part('question', 'Q')];
		const b = [...shots(['7', 'new'], ['1', 'y']), part('question', 'Q')];
		expect(pairs(a, b)).toEqual([
			['removed', 'D', null],
			['removed', 'x', null],
			['added', null, 'new'],
			['equal', 'y', 'y'],
			['removed', 'z', null],
			['equal', 'Q', 'Q'],
		]);
		expect(diffPrompts(a, b).edits).toBe(4);
	});

	it('pairs the parts of an item by kind, wherever they stand', () => {
		const a = [part('question', 'Q\n'), part('choices', 'A. 1\n'), part('answer_cue', 'Answer:')];
		const b = [part('question', 'Q\n'), part('answer_cue', 'A:')];
		expect(pairs(a, b)).toEqual([
			['equal', 'Q\n', 'Q\n'],
			['removed', 'A. 1\n', null],
			['changed', 'Answer:', 'A:'],
		]);
	});

	it('sets the parts of an item together against a free template', () => {
		const parts = [
			part('description', 'D'),
			part('question', 'Q\n'),
			part('choices', 'A. 1\n'),
			part('other', '—'),
			part('answer_cue', 'Answer:'),
			part('other', '</s>'),
		];
		const free = [part('description', 'D'), part('question', 'Q\n(A) 1\n—Answer:'), part('other', '</s>')];
		expect(pairs(parts, free)).toEqual([
			['equal', 'D', 'D'],
			['changed', 'Q\nA. 1\n—Answer:', 'Q\n(A) 1\n—Answer:'],
			['equal', '</s>', '</s>'],
		]);
		expect(diffPrompts(parts, free).pairs[1]).toMatchObject({ a: 1, aCount: 4, b: 1 });
		expect(diffPrompts(free, parts).pairs[1]).toMatchObject({ a: 1, b: 1, bCount: 4 });
	});

	it('pairs shots without a key, and doubled ones, by their order', () => {
		const a = [part('shot', 'x'), ...shots(['0', 'y'], ['0', 'z'])];
		const b = [part('shot', 'x!'), ...shots(['0', 'y'])];
		expect(pairs(a, b)).toEqual([
			['changed', 'x', 'x!'],
			['equal', 'y', 'y'],
			['removed', 'z', null],
		]);
	});

	it('shares one budget, and says when it was spent', () => {
		const a = [part('question', 'abcdefgh'), part('choices', 'abcdefgh')];
		const b = [part('question', 'hgfedcba'), part('choices', 'hgfedcba')];
		const diff = diffPrompts(a, b, new StepBudget(10));
		expect(diff.coarse).toBe(true);
		expect(applyPromptDiff(a, diff)).toBe(joinedText({ segments: b }));
		expect(diffPrompts(a, b).coarse).toBe(false);
	});

	it('refuses to be applied to another prompt', () => {
		const a = [part('question', 'one')];
		const diff = diffPrompts(a, [part('question', 'two')]);
		expect(() => applyPromptDiff([part('question', 'none')], diff)).toThrow('does not belong');
	});
});

/** A prompt of any shape: shots of a few rows in any order, some missing, some reworded, an item of parts or free. */
const prompt: fc.Arbitrary<Segment[]> = fc
	.record({
		description: fc.option(promptText),
		shots: fc.uniqueArray(fc.tuple(fc.nat(5), promptText), { selector: ([row]) => row, maxLength: 5 }),
		item: fc.oneof(
			promptText.map(text => [part('question', text)]),
			fc
				.tuple(promptText, promptText, promptText)
				.map(([q, c, cue]) => [part('question', q), part('choices', c), part('answer_cue', cue)]),
			fc
				.array(fc.tuple(fc.constantFrom<SegmentKind>('question', 'choices', 'answer_cue', 'other', 'shot'), promptText))
				.map(parts => parts.map(([kind, text]) => part(kind, text))),
		),
	})
	.map(({ description, shots: rows, item }) => [
		...(description === null ? [] : [part('description', description)]),
		...shots(...rows.map(([row, text]): [string, string] => [`dev/${row}`, `shot ${row}: ${text}`])),
		...item,
	]);

describe('any two prompts', () => {
	it('are turned into each other by their difference, to the last UTF-16 unit', () => {
		fc.assert(
			fc.property(prompt, prompt, (a, b) => {
				expect(applyPromptDiff(a, diffPrompts(a, b))).toBe(joinedText({ segments: b }));
				expect(applyPromptDiff(b, diffPrompts(b, a))).toBe(joinedText({ segments: a }));
			}),
			{ numRuns: 500 },
		);
	});

	it('have every segment in exactly one pair', () => {
		fc.assert(
			fc.property(prompt, prompt, (a, b) => {
				const { pairs } = diffPrompts(a, b);
				const places = (start?: number, count = 1) =>
					start === undefined ? [] : Array.from({ length: count }, (_, i) => start + i);
				const ofA = pairs.flatMap(pair => places(pair.a, pair.aCount)).sort((x, y) => x - y);
				expect(ofA).toEqual([...a.keys()]);
				expect(pairs.flatMap(pair => places(pair.b, pair.bCount))).toEqual([...b.keys()]);
			}),
		);
	});

	it('have kinds that add up to their edits, most frequent first', () => {
		fc.assert(
			fc.property(prompt, prompt, (a, b) => {
				const { kinds, edits, pairs } = diffPrompts(a, b);
				const counts = kinds.map(kind => kind.count);
				expect(counts.reduce((sum, count) => sum + count, 0)).toBe(edits);
				expect(pairs.flatMap(pair => pair.edits)).toHaveLength(edits);
				expect(counts).toEqual([...counts].sort((x, y) => y - x));
			}),
		);
	});

	it('differ in nothing where they are the same', () => {
		fc.assert(
			fc.property(prompt, a => {
				const diff = diffPrompts(a, a);
				expect(diff).toMatchObject({ edits: 0, moves: 0, kinds: [] });
				expect(diff.pairs.every(pair => pair.relation === 'equal')).toBe(true);
			}),
		);
	});
});
