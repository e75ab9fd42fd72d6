import type { Json } from '../protocol/json';
import { toText, toValue } from './jinjaValues';
import { stringRepr } from './pythonLiteral';

const conversion = /%(?:\((\w+)\))?([-+ 0]*)(\d*)(?:\.(\d+))?([\s\S]?)/g;

/**
 * Python's `text % values` with the conversions s, r, d, i and f.
 * @param values In order, or by name.
 * @throws Error where values are missing or too many, or are no numbers where numbers are asked for.
 */
export function percentFormat(text: string, values: readonly Json[] | ReadonlyMap<string, Json>): string {
	const list = 'keys' in values && values instanceof Map ? [] : [...values.values()];
	let used = 0;
	const result = text.replace(
		conversion,
		(whole, name?: string, flags = '', width = '', digits?: string, kind = '') => {
			if (kind === '%') {
				return '%';
			}
			const value = name === undefined ? list[used++] : values instanceof Map ? values.get(name) : undefined;
			if (value === undefined) {
				throw new Error(`there is no value for ${whole}`);
			}
			return padded(converted(value, kind, digits, whole), flags, Number(width));
		},
	);
	if (used < list.length) {
		throw new Error('there are more values than the text has places for');
	}
	return result;
}

function converted(value: Json, kind: string, digits: string | undefined, whole: string): string {
	switch (kind) {
		case 's':
		case 'r': {
			const text = kind === 'r' && typeof value === 'string' ? stringRepr(value) : toText(toValue(value));
			return digits === undefined ? text : [...text].slice(0, Number(digits)).join('');
		}
		case 'd':
		case 'i':
			return String(Math.trunc(numberOf(value, whole)));
		case 'f':
			return numberOf(value, whole).toFixed(Number(digits ?? 6));
	}
	throw new Error(`the conversion ${whole} is not supported`);
}

function numberOf(value: Json, whole: string): number {
	if (typeof value !== 'number' && typeof value !== 'boolean') {
		throw new Error(`${whole} needs a number`);
	}
	return Number(value);
}

function padded(text: string, flags: string, width: number): string {
	const isNumber = /^-?[\d.]+$/.test(text);
	const signed =
		isNumber && !text.startsWith('-') && /[+ ]/.test(flags) ? (flags.includes('+') ? '+' : ' ') + text : text;
	if (flags.includes('-')) {
		return signed.padEnd(width);
	}
	if (!flags.includes('0') || !isNumber) {
		return signed.padStart(width);
	}
	const sign = /^[-+ ]?/.exec(signed)?.[0] ?? '';
	return sign + signed.slice(sign.length).padStart(width - sign.length, '0');
}

/**
 * Python's `text.format(…)` with plain places: `{}`, `{0}`, `{name}`.
 * @throws Error where a value is missing, or a place has a conversion or a format of its own.
 */
export function braceFormat(text: string, positional: readonly Json[], named: Readonly<Record<string, Json>>): string {
	const byName = new Map(Object.entries(named));
	let next = 0;
	return text.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (whole, place?: string) => {
		if (whole === '{{' || whole === '}}') {
			return whole.charAt(0);
		}
		if (place === undefined || !/^\w*$/.test(place)) {
			throw new Error(`the place ${whole} of a format is not supported`);
		}
		const value =
			place === '' ? positional[next++] : /^\d+$/.test(place) ? positional[Number(place)] : byName.get(place);
		if (value === undefined) {
			throw new Error(`there is no value for ${whole}`);
		}
		return toText(toValue(value));
	});
}
