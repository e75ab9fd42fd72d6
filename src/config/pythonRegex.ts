import { pythonSpaces } from './pythonSpaces';

/**
 * A pattern of Python's `re`, as lm-evaluation-harness's task files hold them, for JavaScript: classes, anchors, line ends,
 * escapes and names of groups mean what they mean there. Not there, and an error: flags inside a pattern (but for those at
 * its very beginning), conditionals, possessive and atomic groups, verbose patterns.
 *
 * @throws SyntaxError saying what is wrong or not known.
 */
export function pythonRegex(pattern: string): RegExp {
	const leading = /^\(\?([aiLmsux]+)\)/.exec(pattern);
	const inline = leading?.[1] ?? '';
	const unknown = /[axL]/.exec(inline)?.[0];
	if (unknown !== undefined) {
		throw new SyntaxError(`the flag ${unknown} of the pattern is not supported`);
	}
	const translator = new Translator(pattern, { multiline: inline.includes('m'), dotAll: inline.includes('s') });
	return new RegExp(translator.translate(leading?.[0].length ?? 0), inline.includes('i') ? 'giv' : 'gv');
}

/** Python's `re.sub`. */
export function pythonSub(pattern: string, replacement: string, text: string, count = 0): string {
	const template = replacementOf(replacement);
	let left = count > 0 ? count : Infinity;
	return text.replace(pythonRegex(pattern), (...match: unknown[]) => {
		if (left === 0) {
			return String(match[0]);
		}
		left--;
		return template(match);
	});
}

const word = '\\p{L}\\p{N}_';
const simpleClasses: Readonly<Record<string, string>> = {
	d: '\\p{Nd}',
	D: '\\P{Nd}',
	s: `[${pythonSpaces}]`,
	S: `[^${pythonSpaces}]`,
	w: `[${word}]`,
	W: `[^${word}]`,
};
const anchors: Readonly<Record<string, string>> = {
	A: '(?<![\\s\\S])',
	Z: '(?![\\s\\S])',
	b: `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`,
	B: `(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`,
};
const controls: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Every character by its number: no syntax can be in it. */
function exactly(character: string): string {
	return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

class Translator {
	#at = 0;

	constructor(
		private readonly pattern: string,
		private readonly flags: { readonly multiline: boolean; readonly dotAll: boolean },
	) {}

	translate(from: number): string {
		this.#at = from;
		let result = '';
		while (this.#at < this.pattern.length) {
			result += this.#next();
		}
		return result;
	}

	#next(): string {
		const { multiline, dotAll } = this.flags;
		const character = this.#character();
		switch (character) {
			case '\\':
				return this.#escape();
			case '[':
				return this.#class();
			case '(':
				return this.#group();
			case '{':
				return this.#braces();
			case '.':
				return dotAll ? '[\\s\\S]' : '[^\\n]';
			case '^':
				return multiline ? '(?<![^\\n])' : '(?<![\\s\\S])';
			case '$':
				return multiline ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))';
			case ')':
			case '|':
			case '*':
			case '+':
			case '?':
				return character;
			default:
				return exactly(character);
		}
	}

	#character(): string {
		const code = this.pattern.codePointAt(this.#at);
		if (code === undefined) {
			throw new SyntaxError('the pattern ends too early');
		}
		const character = String.fromCodePoint(code);
		this.#at += character.length;
		return character;
	}

	/** The match of a sticky expression, which is consumed. */
	#take(expression: RegExp): RegExpExecArray | null {
		expression.lastIndex = this.#at;
		const match = expression.exec(this.pattern);
		this.#at += match?.[0].length ?? 0;
		return match;
	}

	#escape(): string {
		const reference = this.#take(/[1-9]\d?/y);
		if (reference) {
			return `(?:\\${reference[0]})`;
		}
		const letter = this.pattern.charAt(this.#at);
		const anchor = Object.hasOwn(anchors, letter) ? anchors[letter] : undefined;
		if (anchor !== undefined) {
			this.#at++;
			return anchor;
		}
		const { set, character } = this.#escapedMember();
		return character === null ? set : exactly(character);
	}

	/** What an escape stands for, in a class or out of it. */
	#escapedMember(): { readonly set: string; readonly character: string | null } {
		const number = this.#take(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y);
		const octal = number ? null : this.#take(/0[0-7]{0,2}/y);
		if (number || octal) {
			const code = octal
				? Number.parseInt(octal[0], 8)
				: Number.parseInt(number?.[1] ?? number?.[2] ?? number?.[3] ?? '', 16);
			return { set: '', character: String.fromCodePoint(code) };
		}
		const letter = this.#character();
		const set = Object.hasOwn(simpleClasses, letter) ? simpleClasses[letter] : undefined;
		if (set !== undefined) {
			return { set, character: null };
		}
		const control = Object.hasOwn(controls, letter) ? controls[letter] : undefined;
		if (control === undefined && /[A-Za-z\d]/.test(letter)) {
			throw new SyntaxError(`the pattern has a bad escape \\${letter}`);
		}
		return { set: '', character: control ?? letter };
	}

	#class(): string {
		let result = this.#take(/\^/y) ? '[^' : '[';
		for (let first = true; first || this.pattern[this.#at] !== ']'; first = false) {
			const from = this.#member();
			if (from.character === null || !this.#take(/-(?!\])/y)) {
				result += from.character === null ? from.set : exactly(from.character);
				continue;
			}
			const to = this.#member();
			if (to.character === null) {
				throw new SyntaxError('the pattern has a bad range of characters');
			}
			result += `${exactly(from.character)}-${exactly(to.character)}`;
		}
		this.#at++;
		return `${result}]`;
	}

	#member(): { readonly set: string; readonly character: string | null } {
		const character = this.#character();
		if (character !== '\\') {
			return { set: '', character };
		}
		return this.#take(/b/y) ? { set: '', character: '\b' } : this.#escapedMember();
	}

	#group(): string {
		if (!this.#take(/\?/y)) {
			return '(';
		}
		const plain = this.#take(/:|=|!|<=|<!/y);
		if (plain) {
			return `(?${plain[0]}`;
		}
		const named = this.#take(/P<(\w+)>/y);
		if (named) {
			return `(?<${named[1]}>`;
		}
		const reference = this.#take(/P=(\w+)\)/y);
		if (reference) {
			return `(?:\\k<${reference[1]}>)`;
		}
		if (this.#take(/#[^)]*\)/y)) {
			return '';
		}
		throw new SyntaxError(
			`the pattern has a group that is not supported: (?${this.pattern.slice(this.#at, this.#at + 3)}`,
		);
	}

	#braces(): string {
		const times = this.#take(/(\d*)(,?)(\d*)\}/y);
		if (!times || times[0] === '}') {
			if (times) {
				this.#at -= 1;
			}
			return exactly('{');
		}
		const [, from = '', comma = '', to = ''] = times;
		return `{${from === '' ? '0' : from}${comma}${to}}`;
	}
}

/** What stands for a match, of `\1`, `\g<name>` and the escapes of a text. */
function replacementOf(source: string): (match: readonly unknown[]) => string {
	const parts = source.matchAll(/\\(?:([1-9]\d?)|g<(\w+)>|([\s\S]))|[^\\]+|\\$/g);
	const pieces = [...parts].map(([whole, number, name, single]) => {
		if (number !== undefined || name !== undefined) {
			return (match: readonly unknown[]) => groupOf(match, number ?? name ?? '');
		}
		const text = single === undefined ? whole : escapedText(single);
		return () => text;
	});
	return match => pieces.map(piece => piece(match)).join('');
}

function escapedText(letter: string): string {
	const control = letter === '\\' ? letter : Object.hasOwn(controls, letter) ? controls[letter] : undefined;
	if (control === undefined && /[A-Za-z]/.test(letter)) {
		throw new SyntaxError(`the replacement has a bad escape \\${letter}`);
	}
	return control ?? (letter === '0' ? '\0' : `\\${letter}`);
}

/** A group that took no part is nothing. */
function groupOf(match: readonly unknown[], reference: string): string {
	const groups = match.at(-1);
	const byName = typeof groups === 'object' && groups !== null ? new Map(Object.entries(groups)) : null;
	// The text that is searched and the place of the match come after the groups.
	const last = match.length - (byName ? 4 : 3);
	if (/^\d+$/.test(reference)) {
		if (Number(reference) > last) {
			throw new SyntaxError(`the replacement names the group ${reference}, which the pattern does not have`);
		}
		return String(match[Number(reference)] ?? '');
	}
	if (!byName?.has(reference)) {
		throw new SyntaxError(`the replacement names the group ${reference}, which the pattern does not have`);
	}
	return String(byName.get(reference) ?? '');
}
