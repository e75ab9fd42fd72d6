/** Where a cursor stands in a file: below which keys (`-` for an item of a list), and in a key or its value. */
export interface Place {
	readonly path: readonly string[];
	readonly part: 'key' | 'value';
	/** Keys that the mapping around the cursor has already, the cursor's own line left out. */
	readonly siblings: readonly string[];
	/** Entries that the flow list around the cursor has already. */
	readonly entries: readonly string[];
	/** Columns between which the word stands that the cursor is in, quotes left out. */
	readonly start: number;
	readonly end: number;
	/** The quote that it begins with. */
	readonly quote: '"' | "'" | '';
}

const keyLine = /^(\s*(?:- +)*)("[^"]*"|'[^']*'|[^\s#"'[\]{}&*!|>%@`-][^#]*?)\s*:(?=\s|$)/;

interface Line {
	/** Column of the key, or of the text where there is none. */
	readonly column: number;
	readonly key: string | null;
	/** Whether a `- ` stands before it, and where. */
	readonly dash: number | null;
}

function readLine(text: string): Line | null {
	if (/^\s*(#|$)/.test(text)) {
		return null;
	}
	const match = keyLine.exec(text);
	const lead = match?.[1] ?? /^\s*(?:- +)*/.exec(text)?.[0] ?? '';
	const dash = lead.indexOf('-');
	return { column: lead.length, key: match ? unquoted(match[2] ?? '') : null, dash: dash < 0 ? null : dash };
}

function unquoted(key: string): string {
	return key.replace(/^(["'])(.*)\1$/, '$2');
}

/**
 * Reads the place by indentation alone, because a file that is being typed seldom parses. Null where no field can stand:
 * in a comment, and in a block of text.
 */
export function placeAt(lines: readonly string[], line: number, column: number): Place | null {
	const text = lines[line] ?? '';
	const before = text.slice(0, column);
	if (/(^|\s)#/.test(before.replace(/"[^"]*"|'[^']*'/g, quoted => '_'.repeat(quoted.length)))) {
		return null;
	}
	const own = keyLine.exec(before.endsWith(':') ? `${before} ` : before);
	const lead = /^\s*(?:- +)*/.exec(before)?.[0] ?? '';
	const around = own ? [unquoted(own[2] ?? '')] : [];
	const above = pathAbove(lines, line, lead);
	if (!above) {
		return null;
	}
	const begin = own ? own[0].length : lead.length;
	const flow = flowAt(before.slice(begin), begin);
	const word = wordAt(text, flow.start, column);
	return {
		path: [...above.path, ...(lead.includes('-') ? ['-'] : []), ...around, ...flow.path],
		part: flow.part ?? (own ? 'value' : 'key'),
		siblings: flow.path.length > 0 || around.length > 0 ? flow.siblings : above.siblings,
		entries: flow.entries,
		...word,
	};
}

/** What a line is below of, and the keys beside it. */
function pathAbove(
	lines: readonly string[],
	line: number,
	lead: string,
): { readonly path: readonly string[]; readonly siblings: readonly string[] } | null {
	const dash = lead.indexOf('-');
	let indent = dash >= 0 ? dash : lead.length;
	const path: string[] = [];
	const siblings: string[] = [];
	let sibling: number | null = lead.length;
	let inItem = dash >= 0;
	for (let i = line - 1; i >= 0; i--) {
		const above = readLine(lines[i] ?? '');
		if (!above) {
			continue;
		}
		if (above.column === sibling && dash < 0 && above.key !== null) {
			siblings.push(above.key);
		}
		const isItem = above.dash !== null && above.dash < indent;
		if (isItem && above.column <= indent) {
			path.unshift('-');
			indent = above.dash ?? 0;
			sibling = null;
			inItem = true;
		} else if (above.column < indent || (inItem && above.column === indent && above.dash === null)) {
			if (/[|>][-+0-9]*\s*(#.*)?$/.test(lines[i] ?? '')) {
				return null;
			}
			if (above.key !== null) {
				path.unshift(above.key);
			}
			if (above.dash !== null) {
				path.unshift('-');
			}
			indent = above.dash ?? above.column;
			inItem = above.dash !== null;
			sibling = null;
		}
	}
	for (let i = line + 1; i < lines.length && dash < 0; i++) {
		const below = readLine(lines[i] ?? '');
		if (below && below.column < lead.length) {
			break;
		}
		if (below?.key != null && below.column === lead.length) {
			siblings.push(below.key);
		}
	}
	return { path, siblings };
}

interface Flow extends Pick<Place, 'path' | 'siblings' | 'entries' | 'start'> {
	readonly part: Place['part'] | null;
}

/** The place inside `[…]` and `{…}` of one line. `begin`: column of the text. */
function flowAt(text: string, begin: number): Flow {
	interface Level {
		readonly kind: '[' | '{';
		readonly words: string[];
		key: string | null;
	}
	const levels: Level[] = [];
	let start = /^\s*/.exec(text)?.[0].length ?? 0;
	let word = '';
	const tokens = /"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|[[\]{},]|:(?=\s|$)|[^"'[\]{},:]+|./g;
	for (const { 0: token, index } of text.matchAll(tokens)) {
		const level = levels.at(-1);
		const isValue = levels.length > 0 || text.slice(0, index).trim() === '';
		switch (isValue ? token : '') {
			case '[':
			case '{':
				levels.push({ kind: token === '[' ? '[' : '{', words: [], key: null });
				break;
			case ']':
			case '}':
				levels.pop();
				continue;
			case ',':
				if (level) {
					level.words.push(level.key ?? unquoted(word.trim()));
					level.key = null;
				}
				break;
			case ':':
				if (level?.kind === '{') {
					level.key = unquoted(word.trim());
				}
				break;
			default:
				word += token;
				continue;
		}
		word = '';
		start = index + 1 + (/^\s*/.exec(text.slice(index + 1))?.[0].length ?? 0);
	}
	const inner = levels.at(-1);
	return {
		path: levels.flatMap(({ kind, key }) => (kind === '[' ? ['-'] : key === null ? [] : [key])),
		part: inner === undefined ? null : inner.kind === '{' && inner.key === null ? 'key' : 'value',
		siblings: inner?.kind === '{' ? inner.words : [],
		entries: inner?.kind === '[' ? inner.words : [],
		start: begin + start,
	};
}

function wordAt(text: string, start: number, column: number): Pick<Place, 'start' | 'end' | 'quote'> {
	const from = Math.min(start, column);
	const first = text[from];
	const quote = first === '"' || first === "'" ? first : '';
	if (quote !== '' && from < column) {
		const close = text.indexOf(quote, from + 1);
		const end = close < 0 ? text.trimEnd().length : close;
		return { start: from + 1, end: Math.max(column, end), quote };
	}
	const rest = /^(?:[^\s,[\]{}#]|:(?!\s|$))*/.exec(text.slice(column))?.[0].replace(/:$/, '') ?? '';
	return { start: from, end: column + rest.length, quote: '' };
}
