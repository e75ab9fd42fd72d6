import type { TokenGroup } from '../protocol/previewView';
import type { Tokenizer } from './tokenizer';

/** Tokens that one character can be spread over: bytes of UTF-8. */
const perCharacter = 4;
/** Characters of a token by which a lost place is found again; fewer stand anywhere. */
const telling = 3;
/** How far to look for it, in characters for each token passed. */
const perToken = 8;

/**
 * Which stretch of a text each token stands for. Tokens that hold parts of one character are one group, and so are those
 * between two places where text and decoded text agree again, where the tokenizer changes the text (Unicode forms, case).
 *
 * A token is decoded after those of the group before it, as decoders treat the beginning of a text in their own way.
 *
 * @param ids Of the whole text, nothing in front.
 * @returns Groups that cover ids and text from beginning to end, none without ids or without text; empty where either is.
 */
export function tokenGroups(tokenizer: Pick<Tokenizer, 'decode'>, text: string, ids: readonly number[]): TokenGroup[] {
	const groups: TokenGroup[] = [];
	const alone = decodedAlone(tokenizer);
	let at = 0;
	let groupStart = 0;
	let before: readonly number[] = [];
	for (let i = 0; i < ids.length; i++) {
		const open = ids.slice(groupStart, i + 1);
		const end =
			open.length <= perCharacter
				? ((i === groupStart ? endHere(text, alone(ids[i]), at) : null) ??
					endHere(text, decodedAfter(tokenizer, before, open), at))
				: endFurtherOn(text, decodedAfter(tokenizer, ids.slice(i - 1, i), ids.slice(i, i + 1)), at, open.length);
		if (end !== null) {
			at = end;
			groups.push({ ids: open, end });
			groupStart = i + 1;
			before = open;
		}
	}
	const rest = ids.slice(groupStart);
	const last = rest.length > 0 && at < text.length ? undefined : groups.pop();
	const ending = last ? [...last.ids, ...rest] : rest;
	return ending.length > 0 && text !== '' ? [...groups, { ids: ending, end: text.length }] : groups;
}

/** Most tokens are what they are decoded to alone, and stand in a text several times: that is quick to see. */
function decodedAlone({ decode }: Pick<Tokenizer, 'decode'>): (id: number | undefined) => string {
	const known = new Map<number, string>();
	return id => {
		if (id === undefined) {
			return '';
		}
		let piece = known.get(id);
		if (piece === undefined) {
			const decoded = decode([id]);
			// The replacement of half a character, not a character of the text.
			piece = decoded.includes('\ufffd') ? '' : decoded;
			known.set(id, piece);
		}
		return piece;
	};
}

function decodedAfter({ decode }: Pick<Tokenizer, 'decode'>, before: readonly number[], ids: readonly number[]) {
	const start = before.length === 0 ? '' : decode(before);
	const whole = decode([...before, ...ids]);
	return whole.startsWith(start) ? whole.slice(start.length) : '';
}

function endHere(text: string, piece: string, at: number): number | null {
	return piece !== '' && text.startsWith(piece, at) ? at + piece.length : null;
}

/** Not by pieces with U+FFFD: decoders put it in place of what is no whole character yet. */
function endFurtherOn(text: string, piece: string, at: number, passed: number): number | null {
	if (piece.trim().length < telling || piece.includes('\ufffd')) {
		return null;
	}
	const found = text.slice(at, at + passed * perToken + piece.length).indexOf(piece);
	return found === -1 ? null : at + found + piece.length;
}
