import type { Edit, EditKind, SegmentRelation } from '../../protocol/diff';
import type { SegmentKind } from '../../protocol/prompt';

/** An edit, the kind of segment that it stands in, and what became of that segment. */
export interface PlacedEdit {
	readonly edit: Edit;
	readonly segment: SegmentKind;
	readonly relation: SegmentRelation;
}

/**
 * Groups edits that delete and insert the same, and whole segments of a kind that only one prompt has; the most frequent
 * first, equally frequent ones by their first place.
 */
export function editKinds(edits: readonly PlacedEdit[]): EditKind[] {
	const kinds = new Map<string, EditKind>();
	for (const { edit, segment, relation } of edits) {
		const { deleted, inserted } = edit;
		const whole = relation === 'removed' || relation === 'added' ? relation : undefined;
		const key = JSON.stringify(whole ? [whole, segment] : ['edit', deleted, inserted]);
		const kind = kinds.get(key) ?? { deleted, inserted, segments: [], count: 0, ...(whole && { whole }) };
		kinds.set(key, {
			...kind,
			segments: kind.segments.includes(segment) ? kind.segments : [...kind.segments, segment],
			count: kind.count + 1,
		});
	}
	return [...kinds.values()].sort((first, second) => second.count - first.count);
}
