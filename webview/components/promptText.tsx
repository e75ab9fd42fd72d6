import { useState } from 'preact/hooks';
import type { Segment } from '../../src/protocol/prompt';
import { FIRST_CHARACTERS, ShowAll } from './diffText';
import { ExactText } from './exactText';
import { wholeCharacter } from './pieces';
import { segmentLabel } from './segmentLabel';
import './promptDiff.css';

/** One prompt, its segments named beside it. */
export function PromptText({ segments }: { readonly segments: readonly Segment[] }) {
	return (
		<dl class="prompt-diff">
			{segments.map((segment, i) => (
				<div key={i} class="pair">
					<dt class="segment-name">{segmentLabel(segment)}</dt>
					<dd class="text">
						<LongText text={segment.text} />
					</dd>
				</div>
			))}
		</dl>
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
