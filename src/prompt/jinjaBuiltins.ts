import { pythonSub } from '../config/pythonRegex';
import type { Json } from '../protocol/json';
import { pythonLstrip, pythonRstrip, pythonStrip } from '../tokenizer/whitespace';
import { attributeOf, batches, extreme, members, selected, slices } from './jinjaLists';
import { equal, toText, toValue } from './jinjaValues';
import { braceFormat, percentFormat } from './pythonFormat';
import {
	pythonCount,
	pythonFind,
	pythonIsCase,
	pythonIsSpace,
	pythonPartition,
	pythonRsplit,
	pythonSplit,
	pythonSplitLines,
	pythonZfill,
} from './pythonText';

type Named = Readonly<Record<string, Json>>;
type Filter = (operand: Json, args: readonly Json[], named: Named) => Json | Float | undefined;

/** A number that prints as a float, whole or not. */
export class Float {
	constructor(readonly value: number) {}
}

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
	map: (operand, [name, ...args], named) => {
		const { attribute } = named;
		if (attribute !== undefined && named.default === undefined) {
			return members(operand).map(member => attributeOf(member, str(attribute)));
		}
		const filter = typeof name === 'string' && Object.hasOwn(filters, name) ? filters[name] : undefined;
		if (!filter) {
			throw new Error(`map cannot apply ${name === undefined ? 'nothing' : str(name)}`);
		}
		return members(operand).map(member => {
			const result = filter(member, args, named);
			return result instanceof Float ? result.value : (result ?? null);
		});
	},
	select: (operand, args) => selected(members(operand), true, args),
	reject: (operand, args) => selected(members(operand), false, args),
	selectattr: (operand, [path, ...test]) => selected(members(operand), true, test, text(path ?? null)),
	rejectattr: (operand, [path, ...test]) => selected(members(operand), false, test, text(path ?? null)),
	batch: (operand, [size, fill]) => batches(members(operand), positive(size), fill),
	slice: (operand, [count, fill]) => slices(members(operand), positive(count), fill),
	max: (operand, _, named) => extreme(members(operand), 1, named),
	min: (operand, _, named) => extreme(members(operand), -1, named),
	sum: (operand, [path, start], named) => {
		const attribute = path ?? named.attribute;
		const numbers = members(operand).map(member =>
			number(attribute === undefined ? member : attributeOf(member, str(attribute))),
		);
		return numbers.reduce((total, one) => total + one, number(start ?? named.start ?? 0));
	},
	round: (operand, [precision, method], named) =>
		rounded(number(operand), number(precision ?? named.precision ?? 0), method ?? named.method ?? 'common'),
	wordcount: operand => str(operand).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
	format: (operand, args, named) =>
		percentFormat(str(operand), args.length > 0 ? args : new Map(Object.entries(named))),
	regex_replace: (operand, [pattern, replacement, count], named) =>
		pythonSub(
			text(pattern ?? named.pattern ?? null),
			text(replacement ?? named.repl ?? null),
			text(operand),
			number(count ?? named.count ?? 0),
		),
	tojson: (operand, [indent], named) => htmlSafe(json(operand, indent ?? named.indent ?? null)),
};

/** Methods of texts and lists. */
export const methods: { readonly [name: string]: (receiver: Json, args: readonly Json[], named: Named) => Json } = {
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
		const index =
			typeof receiver === 'string'
				? pythonFind(receiver, text(wanted), false)
				: members(receiver).findIndex(member => equal(member, wanted));
		if (index === -1) {
			throw new Error(`${str(wanted)} is not in the ${typeof receiver === 'string' ? 'text' : 'list'}`);
		}
		return index;
	},
	find: (receiver, [part]) => pythonFind(text(receiver), text(part ?? null), false),
	rfind: (receiver, [part]) => pythonFind(text(receiver), text(part ?? null), true),
	count: (receiver, [wanted = null]) =>
		typeof receiver === 'string'
			? pythonCount(receiver, text(wanted))
			: members(receiver).filter(member => equal(member, wanted)).length,
	split: (receiver, [separator, most], named) =>
		pythonSplit(text(receiver), separatorOf(separator, named), number(most ?? named.maxsplit ?? -1)),
	rsplit: (receiver, [separator, most], named) =>
		pythonRsplit(text(receiver), separatorOf(separator, named), number(most ?? named.maxsplit ?? -1)),
	splitlines: receiver => pythonSplitLines(text(receiver)),
	partition: (receiver, [separator]) => pythonPartition(text(receiver), text(separator ?? null), false),
	rpartition: (receiver, [separator]) => pythonPartition(text(receiver), text(separator ?? null), true),
	zfill: (receiver, [width]) => pythonZfill(text(receiver), number(width ?? null)),
	isdigit: receiver => /^\p{Nd}+$/u.test(text(receiver)),
	isalpha: receiver => /^\p{L}+$/u.test(text(receiver)),
	isalnum: receiver => /^[\p{L}\p{N}]+$/u.test(text(receiver)),
	isspace: receiver => pythonIsSpace(text(receiver)),
	isupper: receiver => pythonIsCase(text(receiver), 'upper'),
	islower: receiver => pythonIsCase(text(receiver), 'lower'),
	format: (receiver, args, named) => braceFormat(text(receiver), args, named),
};

function separatorOf(given: Json | undefined, named: Named): string | null {
	return optionalText(given ?? named.sep) ?? null;
}

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

function number(plain: Json): number {
	if (typeof plain !== 'number' && typeof plain !== 'boolean') {
		throw new Error(`${str(plain)} is no number`);
	}
	return Number(plain);
}

function positive(plain: Json | undefined): number {
	if (typeof plain !== 'number' || !(plain >= 1)) {
		throw new Error('the size of the lists is missing, or not at least 1');
	}
	return Math.trunc(plain);
}

/** As Python rounds: what lies in the middle goes to the even digit, and an integer stays one. */
function rounded(value: number, precision: number, method: Json): number | Float {
	const factor = 10 ** precision;
	if (method !== 'common') {
		return new Float((method === 'ceil' ? Math.ceil(value * factor) : Math.floor(value * factor)) / factor);
	}
	if (Number.isInteger(value) || !(precision >= 0 && precision <= 20)) {
		return value;
	}
	// All digits that a float has, as far as they matter here.
	const inTheMiddle = /^50*$/.test(value.toFixed(100).split('.')[1]?.slice(precision) ?? '');
	return new Float(inTheMiddle ? (2 * Math.round((value * factor) / 2)) / factor : Number(value.toFixed(precision)));
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
