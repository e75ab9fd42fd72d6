import type { Json } from '../protocol/json';
import { compare, namedTest } from './jinjaTests';
import { toText, toValue } from './jinjaValues';

/** What iterating over a value gives: code points of a text, keys of a mapping. */
export function members(plain: Json): readonly Json[] {
	if (typeof plain === 'string') {
		return [...plain];
	}
	if (typeof plain !== 'object' || plain === null) {
		throw new Error(`${toText(toValue(plain))} is no list`);
	}
	return Array.isArray(plain) ? plain : Object.keys(plain);
}

/** A member by its path, `a.b.0`. */
export function attributeOf(plain: Json, path: string): Json {
	return path.split('.').reduce<Json>((value, name) => {
		const member = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
		if (member === undefined) {
			throw new Error(`an entry has no ${path}`);
		}
		return member;
	}, plain);
}

/** The entries that pass a test, or that fail it; without one, that are true. */
export function selected(entries: readonly Json[], wanted: boolean, test: readonly Json[], path?: string): Json[] {
	const [name, ...args] = test;
	const holds = name === undefined ? truth : namedTest(String(name));
	return entries.filter(entry => holds(path === undefined ? entry : attributeOf(entry, path), args) === wanted);
}

function truth(plain: Json): boolean {
	return typeof plain === 'object' && plain !== null ? Object.keys(plain).length > 0 : Boolean(plain);
}

/** Lists of `size` entries each, the last one filled up where there is something to fill it with. */
export function batches(entries: readonly Json[], size: number, fill: Json | undefined): Json[][] {
	const result: Json[][] = [];
	for (let i = 0; i < entries.length; i += size) {
		const batch = entries.slice(i, i + size);
		result.push(fill === undefined || fill === null ? batch : filled(batch, size, fill));
	}
	return result;
}

/** `count` lists, the longer ones first. */
export function slices(entries: readonly Json[], count: number, fill: Json | undefined): Json[][] {
	const [each, longer] = [Math.floor(entries.length / count), entries.length % count];
	return Array.from({ length: count }, (_, i) => {
		const start = i * each + Math.min(i, longer);
		const slice = entries.slice(start, start + each + (i < longer ? 1 : 0));
		return fill === undefined || fill === null || i < longer || longer === 0 ? slice : [...slice, fill];
	});
}

function filled(batch: readonly Json[], size: number, fill: Json): Json[] {
	return [...batch, ...Array.from({ length: size - batch.length }, () => fill)];
}

/** The greatest entry (`sign` 1) or the least (−1), the first of equal ones; texts without regard to case unless asked. */
export function extreme(
	entries: readonly Json[],
	sign: 1 | -1,
	{ case_sensitive, attribute }: Readonly<Record<string, Json>>,
): Json | undefined {
	const keyOf = (entry: Json) => {
		const key = attribute === undefined ? entry : attributeOf(entry, String(attribute));
		return typeof key === 'string' && case_sensitive !== true ? key.toLowerCase() : key;
	};
	return entries.reduce<Json | undefined>(
		(best, entry) => (best === undefined || sign * compare(keyOf(entry), keyOf(best)) > 0 ? entry : best),
		undefined,
	);
}
