import type { Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ScoredTokens } from '../../src/protocol/previewView';
import { FIRST_CHARACTERS, ShowAll } from '../components/diffText';
import { ExactText } from '../components/exactText';
import { SegmentName } from '../components/promptText';
import { t } from '../text';
import { piecesWithin, type TokenPiece, tokenPieces } from './tokenPieces';
import type { TokenizedPrompt } from './tokenPlaces';
import './tokenText.css';

interface TokenTextProps {
	readonly prompt: TokenizedPrompt;
	/** Where a token is named by its place: those in front, those of the text, those of each label, in this order. */
	readonly active: Signal<number | null>;
}

/** A prompt cut into its tokens, and what is scored after it into its own. */
export function TokenText({ prompt: { segments, tokens, isChat }, active }: TokenTextProps) {
	const list = useRef<HTMLDListElement>(null);
	const pieces = useMemo(() => tokenPieces(segments, tokens.groups), [segments, tokens]);
	const first = tokens.front.length;
	const text = useMemo(
		() => (
			<>
				{tokens.front.length > 0 && (
					<div class="pair">
						<dt class="segment-name">{t('inFront')}</dt>
						<dd class="text">
							{tokens.front.map(({ id, text }, i) => (
								<span key={i} class="token special" data-token={i} data-ids={id}>
									<ExactText text={text} />
								</span>
							))}
						</dd>
					</div>
				)}
				{segments.map((segment, i) => (
					<div key={i} class="pair">
						<dt class="segment-name">
							<SegmentName segment={segment} isChat={isChat} />
						</dt>
						<dd class="text">
							<Pieces pieces={pieces[i] ?? []} first={first} />
						</dd>
					</div>
				))}
				<Scored scored={tokens.scored} first={first + tokens.groups.length} />
			</>
		),
		[segments, tokens, isChat, pieces, first],
	);
	useActiveToken(list, active, text);
	return (
		<dl
			ref={list}
			class="prompt-diff token-text"
			onPointerOver={({ target }) => {
				const token = target instanceof Element ? target.closest<HTMLElement>('[data-token]') : null;
				if (token) {
					active.value = Number(token.dataset.token);
				}
			}}
		>
			{text}
		</dl>
	);
}

/** Marks it in the page itself: drawing a thousand tokens anew for one of them would be felt. */
function useActiveToken(list: RefObject<HTMLElement | null>, active: Signal<number | null>, drawn: unknown): void {
	const token = active.value;
	useEffect(() => {
		const marked = token === null ? [] : [...(list.current?.querySelectorAll(`[data-token="${token}"]`) ?? [])];
		for (const element of marked) {
			element.classList.add('active');
		}
		// The pointer chooses what is in sight; the keyboard may go on beyond it.
		if (!list.current?.matches(':hover')) {
			marked[0]?.scrollIntoView({ block: 'nearest' });
		}
		return () => {
			for (const element of marked) {
				element.classList.remove('active');
			}
		};
		// What is drawn anew must be marked anew.
	}, [list, token, drawn]);
}

function Pieces({ pieces, first }: { readonly pieces: readonly TokenPiece[]; readonly first: number }) {
	const [all, setAll] = useState(false);
	const shown = all ? pieces : pieces.slice(0, piecesWithin(pieces, FIRST_CHARACTERS));
	const rest = pieces.slice(shown.length).reduce((sum, piece) => sum + piece.text.length, 0);
	return (
		<>
			{shown.map(({ text, group, ids, continued }, i) =>
				group === null ? (
					<span key={i} class="given-away" title={t('givenAway')}>
						<ExactText text={text} spaces="all" />
					</span>
				) : (
					<span
						key={i}
						class={tokenClass(text, continued, ids.length)}
						data-token={first + group}
						data-ids={continued ? '' : ids.join(' ')}
					>
						<ExactText text={text} />
					</span>
				),
			)}
			{rest > 0 && <ShowAll rest={rest} onClick={() => setAll(true)} />}
		</>
	);
}

/** An id stands behind its token, but before one that ends the line. */
function tokenClass(text: string, continued: boolean, tokens: number): string {
	const classes = ['token', continued && 'continued', tokens > 1 && 'several', text.endsWith('\n') && 'ends-line'];
	return classes.filter(Boolean).join(' ');
}

/** The tokens whose log-probabilities count, label by label. */
function Scored({ scored, first }: { readonly scored: readonly ScoredTokens[]; readonly first: number }) {
	let place = first;
	if (scored.length === 0) {
		return null;
	}
	return (
		<div class="pair scored-tokens">
			<dt class="segment-name">{t('scored')}</dt>
			<dd class="text">
				{scored.map(({ text, fromPrompt, groups }, i) => {
					const start = place;
					place += groups.length;
					return (
						<span key={i} class="continuation">
							{groups.map(({ ids, end }, n) => (
								<span key={n} class="token scored" data-token={start + n} data-ids={ids.join(' ')}>
									<ExactText text={text.slice(groups[n - 1]?.end ?? 0, end)} spaces="all" />
								</span>
							))}
							{fromPrompt > 0 && <span class="joined">{t('joined', { n: fromPrompt })}</span>}
						</span>
					);
				})}
			</dd>
		</div>
	);
}
