/** A text cut where a character must be made visible. The parts join to the text. */
export type Part =
	| { readonly kind: 'text'; readonly text: string }
	/** Ordinary spaces that a reader could miss. */
	| { readonly kind: 'spaces'; readonly text: string }
	| { readonly kind: 'tab'; readonly text: '\t' }
	| { readonly kind: 'newline'; readonly text: '\n' }
	/** Anything else that has no shape of its own: NBSP, NUL, half a surrogate pair. */
	| { readonly kind: 'named'; readonly text: string; readonly name: string };

/** Which ordinary spaces are shown: those in doubt (at an end of a line, or more than one), or each. */
export type Spaces = 'doubtful' | 'all';

export interface PartsOptions {
	readonly spaces: Spaces;
	/** Whether the text begins, and ends, where the whole of it does: a space there is in doubt. */
	readonly atStart: boolean;
	readonly atEnd: boolean;
}

/** Longer runs are cut, so that they can wrap. */
const LONGEST_RUN = 32;

// Space, separators, controls, format characters and halves of surrogate pairs; joiners stay where they shape text.
const SPECIAL = /[ ]+|\n|\t|(?![ \u200c\u200d])[\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}\p{Cs}]/gu;
const SPECIAL_OR_JOINER = /[ ]+|\n|\t|(?![ ])[\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}\p{Cs}]|^\p{M}/gu;

/** Cuts a text into what is readable as it is and what must be made visible. */
export function parts(text: string, { spaces, atStart, atEnd }: PartsOptions): Part[] {
	const result: Part[] = [];
	let plainFrom = 0;
	for (const match of text.matchAll(spaces === 'all' ? SPECIAL_OR_JOINER : SPECIAL)) {
		const [special] = match;
		const end = match.index + special.length;
		if (special.startsWith(' ') && spaces === 'doubtful') {
			const opens = match.index === 0 ? atStart : text[match.index - 1] === '\n';
			const closes = end === text.length ? atEnd : text[end] === '\n' || text[end] === '\r';
			if (special.length === 1 && !opens && !closes) {
				continue;
			}
		}
		if (match.index > plainFrom) {
			result.push({ kind: 'text', text: text.slice(plainFrom, match.index) });
		}
		result.push(...visible(special));
		plainFrom = end;
	}
	if (plainFrom < text.length) {
		result.push({ kind: 'text', text: text.slice(plainFrom) });
	}
	return result;
}

function visible(special: string): Part[] {
	if (special === '\n') {
		return [{ kind: 'newline', text: '\n' }];
	}
	if (special === '\t') {
		return [{ kind: 'tab', text: '\t' }];
	}
	if (!special.startsWith(' ')) {
		return [{ kind: 'named', text: special, name: characterName(special) }];
	}
	const runs: Part[] = [];
	for (let at = 0; at < special.length; at += LONGEST_RUN) {
		runs.push({ kind: 'spaces', text: special.slice(at, at + LONGEST_RUN) });
	}
	return runs;
}

const controls =
	'NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
		' ',
	);

/** Abbreviations of the Unicode standard's code charts. */
const names: ReadonlyMap<number, string> = new Map([
	[0x7f, 'DEL'],
	[0x85, 'NEL'],
	[0xa0, 'NBSP'],
	[0xad, 'SHY'],
	[0x200b, 'ZWSP'],
	[0x200c, 'ZWNJ'],
	[0x200d, 'ZWJ'],
	[0x200e, 'LRM'],
	[0x200f, 'RLM'],
	[0x2028, 'LSEP'],
	[0x2029, 'PSEP'],
	[0x202a, 'LRE'],
	[0x202b, 'RLE'],
	[0x202c, 'PDF'],
	[0x202d, 'LRO'],
	[0x202e, 'RLO'],
	[0x202f, 'NNBSP'],
	[0x2060, 'WJ'],
	[0x2066, 'LRI'],
	[0x2067, 'RLI'],
	[0x2068, 'FSI'],
	[0x2069, 'PDI'],
	[0xfeff, 'BOM'],
]);

/** What to call a character that cannot be seen: its usual abbreviation, or its code point. */
export function characterName(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return controls[code] ?? names.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A text as one line of a list: line ends become ⏎, what has no shape becomes a picture of it or U+FFFD. */
export function oneLine(text: string): string {
	return text.replace(/\r?\n|[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, special => {
		const code = special.codePointAt(0) ?? 0;
		if (special.endsWith('\n')) {
			return ' ⏎ ';
		}
		// The block of control pictures has one for each C0 control.
		return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
	});
}
