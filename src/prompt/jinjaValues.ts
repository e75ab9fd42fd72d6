import { Environment } from '@huggingface/jinja';
import { floatRepr } from '../config/pythonFloat';
import type { Json } from '../protocol/json';
import { stringRepr } from './pythonLiteral';

/** A value of @huggingface/jinja, which exports no name for it. */
export type Value = ReturnType<Environment['lookupVariable']>;

const converter = new Environment();

/** A value that templates can hold. */
export function toValue(plain: Json): Value {
	converter.variables.clear(); // `set` declares, once for each name
	return converter.set('value', plain);
}

/** A number as a float, which the package makes only of numbers with a fraction. */
export function floatValue(number: number): Value {
	const value = toValue(0.5);
	value.value = number;
	return value;
}

/** @throws Error for a function. */
export function toPlain({ value }: Value): Json {
	if (value === null || value === undefined) {
		return null;
	}
	if (typeof value === 'function') {
		throw new Error('a function was used as a value');
	}
	if (Array.isArray(value)) {
		return value.map(toPlain);
	}
	if (value instanceof Map) {
		return Object.fromEntries([...value].map(([key, member]) => [key, toPlain(member)]));
	}
	return value;
}

/** Python's `str`; nothing for what may be undefined. */
export function toText(value: Value): string {
	if (value.type === 'UndefinedValue') {
		return '';
	}
	return typeof value.value === 'string' ? value.value : reprOf(value);
}

function reprOf(holder: Value): string {
	const { value, type } = holder;
	if (value === null || value === undefined) {
		return 'None';
	}
	switch (typeof value) {
		case 'string':
			return stringRepr(value);
		case 'boolean':
			return value ? 'True' : 'False';
		case 'number':
			return type === 'FloatValue' ? floatRepr(value) : String(value);
		case 'function':
			throw new Error('a function has no text');
	}
	if (Array.isArray(value)) {
		const members = value.map(reprOf).join(', ');
		return type === 'TupleValue' ? `(${members}${value.length === 1 ? ',' : ''})` : `[${members}]`;
	}
	return `{${[...value].map(([key, member]) => `${stringRepr(key)}: ${reprOf(member)}`).join(', ')}}`;
}

/** Python's `==`: by value, and a boolean is 0 or 1. */
export function equal(a: Json, b: Json): boolean {
	if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
		const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
		return (
			Array.isArray(a) === Array.isArray(b) &&
			left.length === right.size &&
			left.every(([key, member]) => {
				const other = right.get(key);
				return other !== undefined && equal(member, other);
			})
		);
	}
	return numeric(a) === numeric(b);
}

function numeric(plain: Json): Json {
	return typeof plain === 'boolean' ? Number(plain) : plain;
}
