import type { Segment, SegmentKind } from '../../protocol/prompt';
import { longestIncreasing } from './longestIncreasing';

/** Neighbouring segments of one prompt that are compared as one text. */
export interface SegmentRange {
	/** Index of the first. */
	readonly start: number;
	readonly count: number;
}

/** What stands against what in two prompts. */
export type AlignedSegments =
	| { readonly a: SegmentRange; readonly b: SegmentRange; readonly moved: boolean }
	| { readonly a: SegmentRange; readonly b?: never }
	| { readonly a?: never; readonly b: SegmentRange };

/**
 * Pairs the segments of two prompts by what they are: a shot with the shot of the same row, wherever it stands; every other
 * segment with the one of its kind, the first with the first. Where one prompt's item is a free template (one question
 * segment) and the other's is made of parts, the parts are taken together.
 * @returns In the order of b. A segment of a that b lacks stands behind its predecessor among those that did not move.
 */
export function alignSegments(a: readonly Segment[], b: readonly Segment[]): AlignedSegments[] {
	const rangesA = ranges(a, isFreeItem(b));
	const rangesB = ranges(b, isFreeItem(a));
	const partners = pairUp(identities(a, rangesA), identities(b, rangesB));
	const paired = partners.flatMap((inA, inB) => (inA === undefined ? [] : [{ inA, inB }]));
	const unmoved = new Set(longestIncreasing(paired.map(({ inA }) => inA)).map(place => paired[place]?.inB));
	const kept = new Set(partners);

	const aligned: AlignedSegments[] = [];
	let nextA = 0;
	const removeBeforeNextUnmoved = () => {
		for (; nextA < rangesA.length; nextA++) {
			const range = rangesA[nextA];
			if (range && !kept.has(nextA)) {
				aligned.push({ a: range });
			} else if (unmoved.has(partners.indexOf(nextA))) {
				return;
			}
		}
	};
	removeBeforeNextUnmoved();
	rangesB.forEach((range, inB) => {
		const inA = partners[inB];
		const partner = inA === undefined ? undefined : rangesA[inA];
		aligned.push(partner ? { a: partner, b: range, moved: !unmoved.has(inB) } : { b: range });
		if (unmoved.has(inB)) {
			nextA++;
			removeBeforeNextUnmoved();
		}
	});
	return aligned;
}

/** The parts that a free template holds all of. */
const itemKinds: ReadonlySet<SegmentKind> = new Set(['question', 'choices', 'answer_cue'] as const);

function itemPlaces(segments: readonly Segment[]): number[] {
	return segments.flatMap((segment, place) => (itemKinds.has(segment.kind) ? [place] : []));
}

/** Whether a prompt's item is one question segment, as a free template gives it. */
function isFreeItem(segments: readonly Segment[]): boolean {
	const [place, ...more] = itemPlaces(segments);
	return place !== undefined && more.length === 0 && segments[place]?.kind === 'question';
}

/** One range for each segment, or for the parts of the item together where they stand together. */
function ranges(segments: readonly Segment[], joinItem: boolean): SegmentRange[] {
	const item = itemPlaces(segments);
	const first = item[0] ?? 0;
	const end = (item.at(-1) ?? -1) + 1;
	const isWhole = segments.slice(first, end).every(segment => itemKinds.has(segment.kind) || segment.kind === 'other');
	const joins = joinItem && isWhole && item.length > 1;
	return segments.flatMap((_, place): SegmentRange[] => {
		if (joins && place >= first && place < end) {
			return place === first ? [{ start: first, count: end - first }] : [];
		}
		return [{ start: place, count: 1 }];
	});
}

/** Equal for what belongs together. */
function identities(segments: readonly Segment[], of: readonly SegmentRange[]): string[] {
	return of.map(({ start, count }) => {
		const segment = segments[start];
		if (count > 1 || !segment) {
			return 'question';
		}
		return segment.kind === 'shot' && segment.key !== undefined ? `shot ${segment.key}` : segment.kind;
	});
}

/** For each of b the index of its partner in a: the nth of an identity with the nth. */
function pairUp(a: readonly string[], b: readonly string[]): (number | undefined)[] {
	const waiting = new Map<string, number[]>();
	a.forEach((identity, place) => {
		waiting.set(identity, [...(waiting.get(identity) ?? []), place]);
	});
	return b.map(identity => waiting.get(identity)?.shift());
}
