import type { PromptDiff, SegmentPair, SegmentRelation } from '../../protocol/diff';
import { promptText, type Segment } from '../../protocol/prompt';
import { type AlignedSegments, alignSegments, type SegmentRange } from './alignSegments';
import { applyEdits, diffText, type TextDiff } from './diffText';
import { editKinds, type PlacedEdit } from './editKinds';
import { StepBudget } from './stepBudget';

/**
 * The exact difference of two prompts, readable: segments are paired first (`alignSegments`), so that a shot which moved
 * is not deleted and inserted, then compared inside by code point (`diffText`), and an edit that repeats is counted.
 * @param budget Shared by all segments.
 */
export function diffPrompts(
	a: readonly Segment[],
	b: readonly Segment[],
	budget: StepBudget = new StepBudget(),
): PromptDiff {
	let coarse = false;
	const placed: PlacedEdit[] = [];
	const pairs = alignSegments(a, b).map((aligned): SegmentPair => {
		const diff = diffText(textOf(a, aligned.a), textOf(b, aligned.b), budget);
		coarse ||= diff.coarse;
		const relation = relationOf(aligned, diff);
		const segment = b[aligned.b?.start ?? -1] ?? a[aligned.a?.start ?? -1];
		if (segment) {
			placed.push(...diff.edits.map(edit => ({ edit, segment: segment.kind, relation })));
		}
		return {
			relation,
			...(aligned.a && { a: aligned.a.start }),
			...(aligned.b && { b: aligned.b.start }),
			...(aligned.a && aligned.a.count > 1 && { aCount: aligned.a.count }),
			...(aligned.b && aligned.b.count > 1 && { bCount: aligned.b.count }),
			edits: diff.edits,
		};
	});
	const moves = pairs.filter(({ relation }) => relation === 'moved' || relation === 'moved_changed').length;
	return { pairs, kinds: editKinds(placed), edits: placed.length, moves, coarse };
}

/**
 * The text of the second prompt, made from the first and the difference.
 * @throws Error where the difference belongs to another prompt.
 */
export function applyPromptDiff(a: readonly Segment[], diff: PromptDiff): string {
	return diff.pairs
		.filter(pair => pair.b !== undefined)
		.map(pair => {
			const range = pair.a === undefined ? undefined : { start: pair.a, count: pair.aCount ?? 1 };
			return applyEdits(textOf(a, range), pair.edits);
		})
		.join('');
}

function relationOf(aligned: AlignedSegments, { edits }: TextDiff): SegmentRelation {
	if (!aligned.b) {
		return 'removed';
	}
	if (!aligned.a) {
		return 'added';
	}
	if (aligned.moved) {
		return edits.length > 0 ? 'moved_changed' : 'moved';
	}
	return edits.length > 0 ? 'changed' : 'equal';
}

function textOf(segments: readonly Segment[], range: SegmentRange | undefined): string {
	return range ? promptText({ segments: segments.slice(range.start, range.start + range.count) }) : '';
}
