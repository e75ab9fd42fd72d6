import type { TokenGroup } from '../../src/protocol/previewView';
import type { Segment } from '../../src/protocol/prompt';

/** A stretch of text that one group of tokens stands for, or the part of it that lies in one segment. */
export interface TokenPiece {
	readonly text: string;
	/** Place of the group among the prompt's; null for the end of the prompt that is scored with the labels. */
	readonly group: number | null;
	readonly ids: readonly number[];
	/** It began in the segment before. */
	readonly continued: boolean;
}

/** The pieces of each segment; they join to its text. */
export function tokenPieces(segments: readonly Segment[], groups: readonly TokenGroup[]): readonly TokenPiece[][] {
	let segmentStart = 0;
	let group = 0;
	let groupStart = 0;
	return segments.map(({ text }) => {
		const end = segmentStart + text.length;
		const pieces: TokenPiece[] = [];
		for (let at = segmentStart; at < end; ) {
			const current = groups[group];
			const to = Math.min(end, current?.end ?? end);
			pieces.push({
				text: text.slice(at - segmentStart, to - segmentStart),
				group: current ? group : null,
				ids: current?.ids ?? [],
				continued: current !== undefined && at > groupStart,
			});
			at = to;
			if (to === current?.end) {
				group++;
				groupStart = to;
			}
		}
		segmentStart = end;
		return pieces;
	});
}

/** How many of the first pieces are no longer than so many UTF-16 units together. */
export function piecesWithin(pieces: readonly TokenPiece[], limit: number): number {
	let length = 0;
	const beyond = pieces.findIndex(piece => {
		length += piece.text.length;
		return length > limit;
	});
	return beyond === -1 ? pieces.length : beyond;
}
