import type { Json } from '../protocol/json';
import { pythonLstrip, pythonRstrip, pythonStrip } from '../tokenizer/whitespace';
import { equal, toText, toValue } from './jinjaValues';

type Filter = (operand: Json, args: readonly Json[], named: Readonly<Record<string, Json>>) => Json | undefined;

/** Filters that @huggingface/jinja lacks, or has otherwise than Jinja 3.1. Undefined: the result is undefined. */
export const filters: { readonly [name: string]: Filter } = {
	trim: (operand, [characters]) => pythonStrip(str(operand), optionalText(characters)),
	upper: operand => str(operand).toUpperCase(),
	lower: operand => str(operand).toLowerCase(),
	capitalize: operand => capitalized(str(operand)),
	title: operand => str(operand).replace(/[^-\s({[<]+/g, capitalized),
	replace: (operand, [from, to, count]) => replaced(str(operand), str(from ?? ''), str(to ?? ''), count ?? null),
	string: operand => str(operand),
	length: lengthOf,
	count: lengthOf,
	first: operand => members(operand)[0],
	last: operand => members(operand).at(-1),
	list: members,
	reverse: operand => (typeof operand === 'string' ? [...operand].reverse().join('') : members(operand).toReversed()),
	join: (operand, [separator], named) => {
		const attribute = named.attribute;
		const parts = members(operand).map(member =>
			typeof attribute === 'string' ? attributeOf(member, attribute) : member,
		);
		return parts.map(str).join(str(separator ?? named.d ?? ''));
	},
	int: (operand, [otherwise], named) => intOf(operand) ?? otherwise ?? named.default ?? 0,
	map: (operand, [name], named) => {
		const { attribute } = named;
		if (attribute !== undefined && named.default === undefined) {
			return members(operand).map(member => attributeOf(member, str(attribute)));
		}
		const filter = typeof name === 'string' && Object.hasOwn(filters, name) ? filters[name] : undefined;
		if (!filter) {
			throw new Error(`map cannot apply ${name === undefined ? 'nothing' : str(name)}`);
		}
		return members(operand).map(member => filter(member, [], {}) ?? null);
	},
	tojson: (operand, [indent], named) => htmlSafe(json(operand, indent ?? named.indent ?? null)),
};

/** Methods of texts and lists. */
export const methods: { readonly [name: string]: (receiver: Json, args: readonly Json[]) => Json } = {
	strip: (receiver, [characters]) => pythonStrip(text(receiver), optionalText(characters)),
	lstrip: (receiver, [characters]) => pythonLstrip(text(receiver), optionalText(characters)),
	rstrip: (receiver, [characters]) => pythonRstrip(text(receiver), optionalText(characters)),
	capitalize: receiver => capitalized(text(receiver)),
	title: receiver => text(receiver).replace(/\p{L}+/gu, capitalized),
	join: (receiver, [list]) =>
		members(list ?? null)
			.map(text)
			.join(text(receiver)),
	removeprefix: (receiver, [prefix]) => {
		const [whole, front] = [text(receiver), text(prefix ?? '')];
		return whole.startsWith(front) ? whole.slice(front.length) : whole;
	},
	removesuffix: (receiver, [suffix]) => {
		const [whole, end] = [text(receiver), text(suffix ?? '')];
		return whole.endsWith(end) ? whole.slice(0, whole.length - end.length) : whole;
	},
	index: (receiver, [wanted = null]) => {
		const index = members(receiver).findIndex(member => equal(member, wanted));
		if (index === -1) {
			throw new Error(`${str(wanted)} is not in the list`);
		}
		return index;
	},
};

function str(plain: Json): string {
	return toText(toValue(plain));
}

function text(plain: Json): string {
	if (typeof plain !== 'string') {
		throw new Error(`${str(plain)} is no text`);
	}
	return plain;
}

function optionalText(plain: Json | undefined): string | undefined {
	return plain === undefined || plain === null ? undefined : text(plain);
}

/** What iterating over a value gives: code points of a text, keys of a mapping. */
function members(plain: Json): readonly Json[] {
	if (typeof plain === 'string') {
		return [...plain];
	}
	if (typeof plain !== 'object' || plain === null) {
		throw new Error(`${str(plain)} is no list`);
	}
	return Array.isArray(plain) ? plain : Object.keys(plain);
}

function lengthOf(plain: Json): number {
	return members(plain).length;
}

function capitalized(word: string): string {
	const [first = '', ...rest] = word;
	return first.toUpperCase() + rest.join('').toLowerCase();
}

function replaced(whole: string, from: string, to: string, count: Json): string {
	const parts = from === '' ? ['', ...whole, ''] : whole.split(from);
	const times = typeof count === 'number' && count >= 0 ? Math.min(count, parts.length - 1) : parts.length - 1;
	return (
		parts.slice(0, times + 1).join(to) + (times + 1 < parts.length ? from : '') + parts.slice(times + 1).join(from)
	);
}

/** A member by its path, `a.b.0`. */
function attributeOf(plain: Json, path: string): Json {
	return path.split('.').reduce<Json>((value, name) => {
		const member = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
		if (member === undefined) {
			throw new Error(`an entry has no ${path}`);
		}
		return member;
	}, plain);
}

function intOf(plain: Json): number | undefined {
	if (typeof plain === 'number' || typeof plain === 'boolean') {
		return Math.trunc(Number(plain));
	}
	const digits = typeof plain === 'string' ? pythonStrip(plain) : '';
	return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Math.trunc(Number(digits)) : undefined;
}

/** `json.dumps(…, sort_keys=True)`, as Jinja's policy has it. */
function json(plain: Json, indent: Json, depth = 1): string {
	if (typeof plain === 'string') {
		return JSON.stringify(plain).replace(
			/[\x7f-\uffff]/g,
			unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
		);
	}
	if (typeof plain !== 'object' || plain === null) {
		return JSON.stringify(plain);
	}
	const [open, close] = Array.isArray(plain) ? ['[', ']'] : ['{', '}'];
	const parts = Array.isArray(plain)
		? plain.map(member => json(member, indent, depth + 1))
		: Object.entries(plain)
				.toSorted(([a], [b]) => (a < b ? -1 : 1))
				.map(([key, member]) => `${json(key, null)}: ${json(member, indent, depth + 1)}`);
	if (typeof indent !== 'number' || parts.length === 0) {
		return open + parts.join(', ') + close;
	}
	const line = `\n${' '.repeat(indent * depth)}`;
	return `${open}${line}${parts.join(`,${line}`)}\n${' '.repeat(indent * (depth - 1))}${close}`;
}

const unsafe: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };

function htmlSafe(source: string): string {
	return source.replace(/[<>&']/g, character => unsafe[character] ?? character);
}
