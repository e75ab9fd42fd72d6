import * as z from 'zod';
import type { messages } from '../protocol/messages';

/** What a field must be, as a part of a sentence. */
export type Expectation = Extract<keyof typeof messages, `config.expected.${string}`>;

/** A sentence about fields that do not fit together. */
export type Complaint = 'config.model-source' | 'config.assertion-bound' | 'config.assertion-bounds-crossed';

// The builders below put a message code where zod has a sentence; issues.ts makes problems of them.
export const expects = (expectation: Expectation) => ({ error: expectation });

export const text = (expectation: Expectation = 'config.expected.text') => z.string(expects(expectation));
export const wholeNumber = () => countFrom(0, 'config.expected.whole-number');
export const positiveNumber = () => countFrom(1, 'config.expected.positive-number');
export const boolean = () => z.boolean(expects('config.expected.boolean'));
export const oneOf = <const V extends readonly string[]>(values: V) =>
	z.enum(values, expects('config.expected.choice'));

function countFrom(minimum: number, expectation: Expectation) {
	return z.int(expects(expectation)).min(minimum, expects(expectation));
}

/**
 * A mapping with these fields and no others. Parsed YAML comes as Maps, because objects would reorder keys that look
 * like numbers. For an unknown field zod's message carries the names of the known ones, separated by spaces.
 */
export function mapping<S extends z.core.$ZodShape>(shape: S, expectation: Expectation = 'config.expected.mapping') {
	return z.preprocess(
		value => (value instanceof Map ? Object.fromEntries(value) : value),
		z.strictObject(shape, {
			error: issue => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : expectation),
		}),
	);
}

/** A mapping with free keys, in the order of the file. A Map, so that a key may be `__proto__` and loses nothing. */
export function dictionary<V extends z.ZodType>(value: V, expectation: Expectation = 'config.expected.mapping') {
	return z.preprocess(
		entries => (entries instanceof Map ? new Map([...entries].map(([key, v]) => [String(key), v])) : entries),
		z.map(z.string(), value, expects(expectation)),
	);
}
