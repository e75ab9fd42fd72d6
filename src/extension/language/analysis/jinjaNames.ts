import type { JinjaBlock, JinjaToken } from './jinjaScan';

/** A name that a template reads: no keyword, member, filter, test or keyword argument, and nothing it makes itself. */
export interface NameUse {
	readonly name: string;
	readonly start: number;
	readonly end: number;
	/** It may be undefined: somewhere in the template `is defined` or `default` stands after it. */
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
const globals = ['range', 'namespace', 'strftime_now', 'raise_exception'];

/**
 * Names in the order of the text. Scopes are Jinja's: what `for`, `macro` and `call` name, and what is set in them, ends
 * with them; what `set` names begins behind it.
 */
export function namesUsed(blocks: readonly JinjaBlock[]): readonly NameUse[] {
	const scopes: Set<string>[] = [new Set(globals)];
	const tested = new Set(blocks.flatMap(({ tokens }) => tokens.filter((_, i) => isTested(tokens, i)).map(textOf)));
	const found: NameUse[] = [];
	const read = (tokens: readonly JinjaToken[], from = 0, to = tokens.length) => {
		for (const [i, { text, start, end }] of tokens.entries()) {
			if (i >= from && i < to && isRead(tokens, i) && !scopes.some(scope => scope.has(text))) {
				found.push({ name: text, start, end, lenient: tested.has(text) });
			}
		}
	};
	const enter = (...names: readonly string[]) => scopes.push(new Set(names));
	for (const { kind, tokens } of blocks) {
		const tag = kind === 'statement' ? tokens[0]?.text : undefined;
		switch (tag) {
			case 'for': {
				const source = indexOf(tokens, 'in', 1) + 1;
				const condition = indexOf(tokens, 'if', source);
				read(tokens, source, condition);
				enter('loop', ...namesIn(tokens.slice(1, source - 1)));
				read(tokens, condition);
				break;
			}
			case 'set': {
				const equals = indexOf(tokens, '=', 1);
				const targets = tokens.slice(1, equals);
				const isMember = targets.some(({ text }) => text === '.');
				read(tokens, isMember ? 1 : equals);
				for (const name of isMember ? [] : namesIn(targets.slice(0, indexOf(targets, '|', 0)))) {
					scopes.at(-1)?.add(name);
				}
				break;
			}
			case 'macro':
				scopes.at(-1)?.add(tokens[1]?.text ?? '');
				enter('caller', 'varargs', 'kwargs', ...namesIn(tokens.slice(2)));
				break;
			case 'call': {
				const parameters = tokens[1]?.text === '(' ? indexOf(tokens, ')', 1) : 1;
				read(tokens, parameters);
				enter(...namesIn(tokens.slice(1, parameters)));
				break;
			}
			case 'endfor':
			case 'endmacro':
			case 'endcall':
				// One too many, as a template is typed, must not close the outermost.
				scopes.splice(Math.max(1, scopes.length - 1));
				break;
			default:
				read(tokens);
		}
	}
	return found;
}

export function filtersUsed(blocks: readonly JinjaBlock[]): readonly FilterUse[] {
	return blocks.flatMap(({ tokens }) =>
		tokens.flatMap((token, i) =>
			token.kind === 'name' && (tokens[i - 1]?.text === '|' || isStatementFilter(tokens, i))
				? [{ name: token.text, start: token.start, end: token.end }]
				: [],
		),
	);
}

function isRead(tokens: readonly JinjaToken[], i: number): boolean {
	const [token, before, after] = [tokens[i], tokens[i - 1]?.text, tokens[i + 1]?.text];
	return (
		token?.kind === 'name' &&
		!keywords.has(token.text) &&
		before !== '.' &&
		before !== '|' &&
		before !== 'is' &&
		!(before === 'not' && tokens[i - 2]?.text === 'is') &&
		!isStatementFilter(tokens, i) &&
		// A keyword argument.
		!(after === '=' && (before === '(' || before === ','))
	);
}

function isTested(tokens: readonly JinjaToken[], i: number): boolean {
	const [next, filter] = [tokens[i + 1]?.text, tokens[i + 2]?.text];
	return tokens[i]?.kind === 'name' && (next === 'is' || (next === '|' && (filter === 'default' || filter === 'd')));
}

/** `{% filter upper %}`. */
function isStatementFilter(tokens: readonly JinjaToken[], i: number): boolean {
	return i === 1 && tokens[0]?.text === 'filter';
}

/** The end where it is not there. */
function indexOf(tokens: readonly JinjaToken[], text: string, from: number): number {
	const at = tokens.findIndex((token, i) => i >= from && token.text === text);
	return at < 0 ? tokens.length : at;
}

function namesIn(tokens: readonly JinjaToken[]): readonly string[] {
	return tokens.filter(({ kind }) => kind === 'name').map(textOf);
}

function textOf({ text }: JinjaToken): string {
	return text;
}
