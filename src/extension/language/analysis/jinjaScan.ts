/** Offsets count in the template's text. */
export interface JinjaToken {
	readonly kind: 'name' | 'string' | 'number' | 'operator';
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

/** `{{ … }}`, `{% … %}` or `{# … #}`, delimiters counted. */
export interface JinjaBlock {
	readonly kind: 'expression' | 'statement' | 'comment';
	readonly start: number;
	readonly end: number;
	/** It has its closing delimiter; else it ends where the next block begins, or with the template. */
	readonly closed: boolean;
	readonly tokens: readonly JinjaToken[];
}

const kinds = { '{{': 'expression', '{%': 'statement', '{#': 'comment' } as const;
export const closing = { expression: '}}', statement: '%}', comment: '#}' } as const satisfies Record<
	JinjaBlock['kind'],
	string
>;

const tokenPattern =
	/\s+|(?<name>[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?)|(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(?<operator>[=!<>]=|\/\/|\*\*|[-+]?[%}]\}|.)/suy;

/** Finds the blocks of a template that is being typed: nothing is too wrong to be scanned. */
export function scanJinja(template: string): readonly JinjaBlock[] {
	const blocks: JinjaBlock[] = [];
	const opening = /\{[{%#]/g;
	for (let open = opening.exec(template); open; open = opening.exec(template)) {
		const kind = kinds[open[0] as keyof typeof kinds]; // the pattern finds no other
		const block = kind === 'comment' ? comment(template, open.index) : code(template, open.index, kind);
		blocks.push(block);
		opening.lastIndex = block.end;
	}
	return blocks;
}

function comment(template: string, start: number): JinjaBlock {
	const close = template.indexOf('#}', start + 2);
	const end = close < 0 ? template.length : close + 2;
	return { kind: 'comment', start, end, closed: close >= 0, tokens: [] };
}

function code(template: string, start: number, kind: 'expression' | 'statement'): JinjaBlock {
	const tokens: JinjaToken[] = [];
	const pattern = new RegExp(tokenPattern);
	pattern.lastIndex = start + 2 + (/^[-+]/.test(template.slice(start + 2, start + 3)) ? 1 : 0);
	let braces = 0;
	for (let at = pattern.lastIndex; at < template.length; at = pattern.lastIndex) {
		if (/^\{[{%]/.test(template.slice(at, at + 2)) && braces === 0) {
			return { kind, start, end: at, closed: false, tokens };
		}
		const match = pattern.exec(template);
		if (!match) {
			break;
		}
		const { name, number, string, operator } = match.groups ?? {};
		const text = match[0];
		if (operator?.endsWith(closing[kind]) && (braces === 0 || kind === 'statement')) {
			return { kind, start, end: at + text.length, closed: true, tokens };
		}
		// Where a dictionary closes, `}}` is two brackets.
		const length = operator !== undefined && text.length > 1 && text.endsWith('}}') ? 1 : text.length;
		pattern.lastIndex = at + length;
		braces += text === '{' ? 1 : operator?.includes('}') ? -1 : 0;
		braces = Math.max(0, braces);
		const kindOfToken = name ? 'name' : number ? 'number' : string ? 'string' : operator ? 'operator' : null;
		if (kindOfToken) {
			tokens.push({ kind: kindOfToken, text: text.slice(0, length), start: at, end: at + length });
		}
	}
	return { kind, start, end: template.length, closed: false, tokens };
}

/** A name that a template reads: no keyword, member, filter, test or keyword argument, and nothing it makes itself. */
export interface NameUse {
	readonly name: string;
	readonly start: number;
	readonly end: number;
	/** It may be undefined: `is defined` or `default` stands after it. */
	readonly lenient: boolean;
}

export interface FilterUse {
	readonly name: string;
	readonly start: number;
	readonly end: number;
}

const keywords = new Set(
	'for endfor in if elif else endif set endset macro endmacro call endcall filter endfilter generation endgeneration break continue recursive is not and or true false none True False None raw endraw'.split(
		' ',
	),
);
/** Names that Jinja itself, or our setting-up of it, gives. */
const globals = new Set(['range', 'loop', 'namespace', 'caller', 'strftime_now', 'raise_exception']);

export function namesUsed(blocks: readonly JinjaBlock[]): readonly NameUse[] {
	const own = new Set(blocks.flatMap(ownNames));
	return blocks.flatMap(({ tokens }) =>
		tokens.flatMap((token, i): readonly NameUse[] => {
			const before = tokens[i - 1]?.text;
			const after = tokens[i + 1]?.text;
			const isOther =
				token.kind !== 'name' ||
				keywords.has(token.text) ||
				globals.has(token.text) ||
				own.has(token.text) ||
				before === '.' ||
				before === '|' ||
				(isStatementFilter(tokens, i) && i === 1) ||
				before === 'is' ||
				(before === 'not' && tokens[i - 2]?.text === 'is') ||
				(after === '=' && i > 0 && tokens[0]?.text !== 'set');
			const filter = after === '|' ? tokens[i + 2]?.text : undefined;
			const lenient = after === 'is' || filter === 'default' || filter === 'd';
			return isOther ? [] : [{ name: token.text, start: token.start, end: token.end, lenient }];
		}),
	);
}

export function filtersUsed(blocks: readonly JinjaBlock[]): readonly FilterUse[] {
	return blocks.flatMap(({ tokens }) =>
		tokens.flatMap((token, i) =>
			token.kind === 'name' && (tokens[i - 1]?.text === '|' || (isStatementFilter(tokens, i) && i === 1))
				? [{ name: token.text, start: token.start, end: token.end }]
				: [],
		),
	);
}

/** `{% filter upper %}`. */
function isStatementFilter(tokens: readonly JinjaToken[], i: number): boolean {
	return i === 1 && tokens[0]?.text === 'filter';
}

/** What `for`, `set` and `macro` name, wherever in the template: their scopes are not followed. */
function ownNames({ kind, tokens: [first, ...rest] }: JinjaBlock): readonly string[] {
	const names = (tokens: readonly JinjaToken[]) => tokens.filter(({ kind: k }) => k === 'name').map(({ text }) => text);
	const until = (stop: string) => {
		const end = rest.findIndex(({ text }) => text === stop);
		return end < 0 ? rest : rest.slice(0, end);
	};
	if (kind !== 'statement') {
		return [];
	}
	switch (first?.text) {
		case 'for':
			return names(until('in'));
		case 'set':
			return names(until('='));
		case 'macro':
		case 'call':
			return names(rest);
		default:
			return [];
	}
}
