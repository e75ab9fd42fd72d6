import type { SegmentPair } from '../../src/protocol/diff';
import type { Segment, SegmentKind } from '../../src/protocol/prompt';
import type { StringKey } from '../strings';
import { t } from '../text';

const kindNames = {
	description: 'segmentDescription',
	shot: 'segmentShot',
	question: 'segmentQuestion',
	choices: 'segmentChoices',
	answer_cue: 'segmentAnswerCue',
	other: 'segmentOther',
} as const satisfies Record<SegmentKind, StringKey>;

export function kindName(kind: SegmentKind): string {
	return kind === 'shot' ? t('segmentShots') : t(kindNames[kind]);
}

/** What a segment is called: its kind, and the place of a shot, from 1. */
export function segmentLabel({ kind, shot }: Segment): string {
	return kind === 'shot' ? t('segmentShot', { n: shot === undefined ? '' : shot + 1 }).trim() : t(kindNames[kind]);
}

/** What a pair of segments is called: "shot 1 → 4" where a shot stands at another place. */
export function pairLabel(a: readonly Segment[], b: readonly Segment[]): string {
	const [first] = a;
	const [second] = b;
	if (first?.kind === 'shot' && second?.kind === 'shot' && first.shot !== second.shot) {
		return t('segmentShotMoved', { from: (first.shot ?? 0) + 1, to: (second.shot ?? 0) + 1 });
	}
	// Where one side joins several segments, their names say more than the one name of the other side.
	return (a.length > b.length ? a : b).map(segmentLabel).join(', ');
}

const relationNames = {
	equal: null,
	changed: null,
	moved: 'relationMoved',
	moved_changed: 'relationMoved',
	removed: 'relationRemoved',
	added: 'relationAdded',
} as const satisfies Record<SegmentPair['relation'], StringKey | null>;

/** A word for what became of a segment, where its text alone does not show it. */
export function relationName(relation: SegmentPair['relation']): string | null {
	const key = relationNames[relation];
	return key && t(key);
}
