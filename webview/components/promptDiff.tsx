import { useMemo, useState } from 'preact/hooks';
import type { DiffedPrompts, SegmentPair } from '../../src/protocol/diff';
import { promptText, type Segment } from '../../src/protocol/prompt';
import { t } from '../text';
import { DiffText, Fold } from './diffText';
import { fold, pieces } from './pieces';
import { pairLabel, relationName } from './segmentLabel';
import './promptDiff.css';

interface PromptDiffViewProps extends DiffedPrompts {
	/** Side by side, or both texts in one. */
	readonly layout: 'split' | 'unified';
	/** Names of the two sides. */
	readonly names: readonly [string, string];
	readonly onlyDifferences: boolean;
}

/** Two prompts by pairs of segments. Must be keyed by what it shows: unfolded places are its state. */
export function PromptDiffView({ a, b, diff, layout, names, onlyDifferences }: PromptDiffViewProps) {
	const groups = useMemo(
		() => (onlyDifferences ? foldEqualPairs(diff.pairs, a, b) : diff.pairs.map(pair => [pair])),
		[diff, a, b, onlyDifferences],
	);
	const [selecting, setSelecting] = useState<'a' | 'b' | null>(null);
	return (
		// Selecting starts in one column and must not run over into the other: a copied prompt is one prompt.
		<dl
			class={`prompt-diff ${layout}`}
			data-selecting={selecting}
			onPointerDown={({ target }) => {
				const side = target instanceof Element ? target.closest<HTMLElement>('[data-side]')?.dataset.side : null;
				setSelecting(side === 'a' || side === 'b' ? side : null);
			}}
		>
			{groups.map(group => (
				<PairGroup
					key={`${onlyDifferences} ${group[0]?.a} ${group[0]?.b}`}
					group={group}
					{...{ a, b, layout, names, onlyDifferences }}
				/>
			))}
		</dl>
	);
}

interface PairGroupProps extends Omit<PromptDiffViewProps, 'diff'> {
	readonly group: readonly SegmentPair[];
}

function PairGroup({ group, ...rest }: PairGroupProps) {
	const [unfolded, setUnfolded] = useState(false);
	if (group.length > 1 && !unfolded) {
		const shots = group.every(pair => pair.b !== undefined && rest.b[pair.b]?.kind === 'shot');
		return (
			<div class="pair">
				<dt class="segment-name">{t(shots ? 'segmentShots' : 'segments')}</dt>
				<dd class="folded-pairs">
					<Fold onClick={() => setUnfolded(true)}>
						{t(shots ? 'foldedShots' : 'foldedSegments', { n: group.length })}
					</Fold>
				</dd>
			</div>
		);
	}
	return (
		<>
			{group.map(pair => (
				<Pair key={`${pair.a} ${pair.b}`} pair={pair} {...rest} />
			))}
		</>
	);
}

interface PairProps extends Omit<PromptDiffViewProps, 'diff'> {
	readonly pair: SegmentPair;
}

function Pair({ pair, a, b, layout, names, onlyDifferences }: PairProps) {
	const [unfolded, setUnfolded] = useState(false);
	const first = segmentsOf(a, pair.a, pair.aCount);
	const second = segmentsOf(b, pair.b, pair.bCount);
	const all = useMemo(
		() => pieces(promptText({ segments: segmentsOf(a, pair.a, pair.aCount) }), pair.edits),
		[a, pair],
	);
	const foldable = onlyDifferences && !unfolded && !(pair.relation === 'equal' && second.some(isOwnQuestion));
	const shown = foldable ? fold(all) : all;
	const name = pairLabel(first, second);
	const relation = relationName(pair.relation);
	const text = { pieces: shown, onUnfold: () => setUnfolded(true) };
	return (
		<div class={`pair ${pair.relation}`}>
			<dt class="segment-name">
				{name}
				{relation && <span class="relation">{relation}</span>}
			</dt>
			{layout === 'unified' ? (
				<dd class="text" data-side="both">
					<DiffText {...text} side="both" />
				</dd>
			) : (
				<>
					<dd class="text" data-side="a">
						{first.length > 0 ? <DiffText {...text} side="a" /> : <Absent variant={names[0]} />}
					</dd>
					<dd class="text" data-side="b">
						{second.length > 0 ? <DiffText {...text} side="b" /> : <Absent variant={names[1]} />}
					</dd>
				</>
			)}
		</div>
	);
}

function Absent({ variant }: { readonly variant: string }) {
	return <span class="absent">{t('absentSegment', { variant })}</span>;
}

/** The segments of one side of a pair: none, one, or neighbours that were joined. */
function segmentsOf(segments: readonly Segment[], from: number | undefined, count = 1): readonly Segment[] {
	return from === undefined ? [] : segments.slice(from, from + count);
}

/** What the model is asked stays in sight, changed or not. */
function isOwnQuestion({ kind }: Segment): boolean {
	return kind === 'question' || kind === 'choices' || kind === 'answer_cue';
}

/** Puts neighbours that are equal, but for the question itself, into one group each. */
function foldEqualPairs(
	pairs: readonly SegmentPair[],
	a: readonly Segment[],
	b: readonly Segment[],
): readonly (readonly SegmentPair[])[] {
	const groups: SegmentPair[][] = [];
	let open: SegmentPair[] | null = null;
	for (const pair of pairs) {
		const segments = pair.b === undefined ? segmentsOf(a, pair.a, pair.aCount) : segmentsOf(b, pair.b, pair.bCount);
		if (pair.relation === 'equal' && !segments.some(isOwnQuestion)) {
			if (!open) {
				open = [];
				groups.push(open);
			}
			open.push(pair);
		} else {
			open = null;
			groups.push([pair]);
		}
	}
	return groups;
}
