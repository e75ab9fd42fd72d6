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
		opening.lastIndex = isRaw(block) ? endOfRaw(template, block.end) : block.end;
	}
	return blocks;
}

function isRaw({ kind, tokens }: JinjaBlock): boolean {
	return kind === 'statement' && tokens.length === 1 && tokens[0]?.text === 'raw';
}

/** Where `{% endraw %}` begins: what stands before it is text. */
function endOfRaw(template: string, from: number): number {
	const end = template.slice(from).search(/\{%[-+]?\s*endraw\s*[-+]?%\}/);
	return end < 0 ? template.length : from + end;
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
