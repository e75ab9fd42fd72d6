import { type Message, message } from '../protocol/messages';

/** Something wrong in a filter, at UTF-16 offsets [start, end) of its text. */
export interface FilterProblem {
	readonly message: Message;
	readonly start: number;
	readonly end: number;
}

/** Thrown between the tokens and `parseFilter`, which returns its problem. */
export class FilterError extends Error {
	constructor(readonly problem: FilterProblem) {
		super(problem.message.code);
	}
}

export const comparisons = ['<=', '>=', '<', '>'] as const;
export type Comparator = (typeof comparisons)[number];

/** One term of a filter, before its field is looked up. */
export type FilterTerm = {
	readonly negated: boolean;
	readonly start: number;
	readonly end: number;
} & (
	| { readonly kind: 'text'; readonly text: string }
	| {
			readonly kind: 'field';
			readonly field: string;
			readonly operator: ':' | Comparator;
			readonly value: string;
			readonly valueStart: number;
	  }
);

const space = /\s*/y;
const field = /([^\s":<>=]*)(:|<=|>=|<|>)/y;
const word = /[^\s"]+/y;

/**
 * Cuts a filter into terms: `word`, `"any text"`, `field:value`, `field<value`, each with a `-` in front to negate it.
 * In quotes, `\"` is a quotation mark and `\\` a backslash.
 * @throws FilterError
 */
export function filterTerms(text: string): FilterTerm[] {
	const terms: FilterTerm[] = [];
	let at = skip(text, 0);
	while (at < text.length) {
		const start = at;
		const negated = text[at] === '-';
		if (negated) {
			at++;
			if (at === text.length || skip(text, at) > at) {
				throw new FilterError({ message: message('compare.filter-nothing-negated', {}), start, end: at });
			}
		}
		const head = match(field, text, at);
		if (head) {
			const valueStart = at + head[0].length;
			const value = readText(text, valueStart);
			// The pattern has both groups, and the second is one of the operators.
			const [, name = '', operator] = head as unknown as [string, string?, (':' | Comparator)?];
			terms.push({
				kind: 'field',
				negated,
				start,
				end: value.end,
				field: name,
				operator: operator ?? ':',
				value: value.text,
				valueStart,
			});
			at = value.end;
		} else {
			const value = readText(text, at);
			terms.push({ kind: 'text', negated, start, end: value.end, text: value.text });
			at = value.end;
		}
		at = skip(text, at);
	}
	return terms;
}

/** A quoted or bare text; empty where neither stands. */
function readText(text: string, start: number): { text: string; end: number } {
	if (text[start] !== '"') {
		const bare = match(word, text, start)?.[0] ?? '';
		return { text: bare, end: start + bare.length };
	}
	let read = '';
	for (let at = start + 1; at < text.length; at++) {
		const char = text[at];
		if (char === '"') {
			return { text: read, end: at + 1 };
		}
		if (char === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) {
			at++;
		}
		read += text[at];
	}
	throw new FilterError({ message: message('compare.filter-open-quote', {}), start, end: text.length });
}

function skip(text: string, at: number): number {
	return at + (match(space, text, at)?.[0].length ?? 0);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}
