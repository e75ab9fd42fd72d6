import { useState } from 'preact/hooks';
import type { Segment } from '../../src/protocol/prompt';
import { t } from '../text';
import { oneLine } from './characters';
import { FIRST_CHARACTERS, ShowAll } from './diffText';
import { ExactText } from './exactText';
import { wholeCharacter } from './pieces';
import { segmentLabel } from './segmentLabel';
import './promptDiff.css';

interface PromptTextProps {
	readonly segments: readonly Segment[];
	/** What is of kind `other` is of the chat template. */
	readonly isChat?: boolean;
}

/** One prompt, its segments named beside it. */
export function PromptText({ segments, isChat = false }: PromptTextProps) {
	return (
		<dl class="prompt-diff">
			{segments.map((segment, i) => (
				<div key={i} class="pair">
					<dt class="segment-name">
						<SegmentName segment={segment} isChat={isChat} />
					</dt>
					<dd class="text">
						<LongText text={segment.text} />
					</dd>
				</div>
			))}
		</dl>
	);
}

/** A segment's name, and which row a shot shows. */
export function SegmentName({ segment, isChat }: { readonly segment: Segment; readonly isChat: boolean }) {
	return (
		<>
			{isChat && segment.kind === 'other' ? t('segmentChat') : segmentLabel(segment)}
			{segment.key !== undefined && <span class="segment-key">{oneLine(segment.key)}</span>}
		</>
	);
}

function LongText({ text }: { readonly text: string }) {
	const [all, setAll] = useState(false);
	if (all || text.length <= FIRST_CHARACTERS) {
		return <ExactText text={text} />;
	}
	const end = wholeCharacter(text, FIRST_CHARACTERS);
	return (
		<>
			<ExactText text={text.slice(0, end)} atEnd={false} />
			<ShowAll rest={text.length - end} onClick={() => setAll(true)} />
		</>
	);
}
