import { useState } from 'preact/hooks';
import { t } from '../text';
import { ExactText } from './exactText';
import { limitPieces, type Piece, type ShownPiece } from './pieces';
import './diffText.css';

/** Which of two compared texts is shown, or both in one. */
export type Side = 'a' | 'b' | 'both';

/** More than this is shown on request only: a page with a megabyte of marked-up text is slow. */
export const FIRST_CHARACTERS = 20_000;

interface DiffTextProps {
	readonly pieces: readonly ShownPiece[];
	readonly side: Side;
	onUnfold(): void;
}

/** One side of a comparison, or both, with the differing characters marked. */
export function DiffText({ pieces, side, onUnfold }: DiffTextProps) {
	const [limit, setLimit] = useState(FIRST_CHARACTERS);
	const { shown, rest } = limitPieces(pieces, limit);
	return (
		<>
			{shown.map((piece, i) => drawn(piece, side, i === 0, i === shown.length - 1 && rest === 0, onUnfold))}
			{rest > 0 && <ShowAll rest={rest} onClick={() => setLimit(Number.POSITIVE_INFINITY)} />}
		</>
	);
}

function drawn(piece: ShownPiece, side: Side, atStart: boolean, atEnd: boolean, onUnfold: () => void) {
	switch (piece.kind) {
		case 'equal':
			return <ExactText text={piece.text} atStart={atStart} atEnd={atEnd} />;
		case 'folded':
			return (
				<Fold onClick={onUnfold}>
					{piece.lines > 1 ? t('foldedLines', { n: piece.lines }) : t('foldedCharacters', { n: piece.text.length })}
				</Fold>
			);
		case 'edit':
			return <Edited {...piece} side={side} />;
	}
}

function Edited({ deleted, inserted, side }: Omit<Extract<Piece, { kind: 'edit' }>, 'kind'> & { readonly side: Side }) {
	const shown = side === 'a' ? deleted : inserted;
	return (
		<>
			{side !== 'b' && deleted !== '' && (
				<del>
					<ExactText text={deleted} spaces="all" />
				</del>
			)}
			{side !== 'a' && inserted !== '' && (
				<ins>
					<ExactText text={inserted} spaces="all" />
				</ins>
			)}
			{side !== 'both' && shown === '' && <span class="gap" data-side={side} />}
		</>
	);
}

/** A line in place of what is folded away. It is no part of the text. */
export function Fold({ onClick, children }: { onClick(): void; children: preact.ComponentChildren }) {
	return (
		<button type="button" class="fold" onClick={onClick}>
			⋯ {children}
		</button>
	);
}

export function ShowAll({ rest, onClick }: { readonly rest: number; onClick(): void }) {
	return <Fold onClick={onClick}>{t('showAll', { n: rest })}</Fold>;
}
