import { useState } from 'preact/hooks';
import type { EditKind, PromptDiff } from '../../src/protocol/diff';
import { count, plural, t } from '../text';
import { characterName } from './characters';
import { ExactText } from './exactText';
import { wholeCharacter } from './pieces';
import { kindName } from './segmentLabel';
import './editKinds.css';

const FIRST_KINDS = 4;
const LONGEST = 32;

/** "31 edits in 3 kinds", and what they are: the difference of two prompts in a line. */
export function EditKinds({ diff: { edits, kinds, moves, coarse } }: { readonly diff: PromptDiff }) {
	const [all, setAll] = useState(false);
	if (edits === 0 && moves === 0) {
		return <span class="edit-kinds soft">{t('noDifference')}</span>;
	}
	const shown = all ? kinds : kinds.slice(0, FIRST_KINDS);
	return (
		<div class="edit-kinds">
			<span>
				{edits > 0 &&
					t('editsInKinds', {
						edits: plural(edits, 'edit', 'edits'),
						kinds: plural(kinds.length, 'kind', 'kinds'),
					})}
				{edits > 0 && moves > 0 && ', '}
				{moves > 0 && plural(moves, 'shotMoved', 'shotsMoved')}
				{coarse && ` (${t('coarse')})`}
			</span>
			{shown.length > 0 && (
				<ul>
					{shown.map(kind => (
						<li key={JSON.stringify([kind.whole, kind.deleted, kind.inserted])}>
							<Kind kind={kind} />
						</li>
					))}
				</ul>
			)}
			{kinds.length > shown.length && (
				<button type="button" class="link" onClick={() => setAll(true)}>
					{t('moreKinds', { n: kinds.length - shown.length })}
				</button>
			)}
		</div>
	);
}

function Kind({ kind }: { readonly kind: EditKind }) {
	const { deleted, inserted, segments, count: times } = kind;
	if (kind.whole) {
		// Whole parts are named: their texts differ from one to the next.
		const what = t(kind.whole === 'removed' ? 'partsRemoved' : 'partsAdded', {
			what: segments.map(kindName).join(', '),
		});
		return (
			<span>
				{kind.whole === 'removed' ? <del>{what}</del> : <ins>{what}</ins>} <span class="soft">×{count(times)}</span>
			</span>
		);
	}
	return (
		<span title={t('editKindIn', { where: segments.map(kindName).join(', ') })}>
			{deleted !== '' && (
				<del>
					<Excerpt text={deleted} />
				</del>
			)}
			{deleted !== '' && inserted !== '' && <span aria-hidden="true"> → </span>}
			{inserted !== '' && (
				<ins>
					<Excerpt text={inserted} />
				</ins>
			)}
			<span class="visually-hidden">{spoken(deleted, inserted)}</span> <span class="soft">×{count(times)}</span>
		</span>
	);
}

function Excerpt({ text }: { readonly text: string }) {
	const end = wholeCharacter(text, LONGEST);
	return (
		<>
			<ExactText text={text.slice(0, end)} spaces="all" />
			{end < text.length && '…'}
		</>
	);
}

/** White space by name, for those who hear the page: a screen reader says nothing of it. */
function spoken(deleted: string, inserted: string): string {
	const names = (text: string) =>
		[...text.slice(0, LONGEST)]
			.map(c => (c === ' ' ? t('space') : c === '\n' ? t('lineEnd') : characterName(c)))
			.join(' ');
	const blank = (text: string) => text !== '' && text.trim() === '';
	return [
		blank(deleted) && t('deletedSpoken', { what: names(deleted) }),
		blank(inserted) && t('insertedSpoken', { what: names(inserted) }),
	]
		.filter(Boolean)
		.join(', ');
}
