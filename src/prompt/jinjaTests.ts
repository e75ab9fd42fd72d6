import type { tokenize } from '@huggingface/jinja';
import type { Json } from '../protocol/json';
import { compareCodePoints } from './codePoints';
import { equal } from './jinjaValues';

type Test = (operand: Json, args: readonly Json[]) => boolean;

const order =
	(holds: (comparison: number) => boolean): Test =>
	(operand, [other = null]) =>
		holds(compare(operand, other));
const same: Test = (operand, [other = null]) => equal(operand, other);
const less = order(comparison => comparison < 0);
const greater = order(comparison => comparison > 0);
const inside: Test = (operand, [container = null]) => contains(container, operand);

/** Tests that take an argument; `x is divisibleby 3`. */
const testsWithArgument: Readonly<Record<string, Test>> = {
	divisibleby: (operand, [by = null]) => number(operand) % number(by) === 0,
	eq: same,
	equalto: same,
	sameas: (operand, [other = null]) => typeof operand === typeof other && equal(operand, other),
	ne: (operand, args) => !same(operand, args),
	lt: less,
	lessthan: less,
	le: order(comparison => comparison <= 0),
	gt: greater,
	greaterthan: greater,
	ge: order(comparison => comparison >= 0),
	in: inside,
};

/** Of all others what the filters select and reject can ask. */
const plainTests: Readonly<Record<string, Test>> = {
	defined: () => true,
	undefined: () => false,
	none: operand => operand === null,
	boolean: operand => typeof operand === 'boolean',
	true: operand => operand === true,
	false: operand => operand === false,
	string: operand => typeof operand === 'string',
	number: operand => typeof operand === 'number' || typeof operand === 'boolean',
	integer: operand => Number.isInteger(operand),
	mapping: operand => typeof operand === 'object' && operand !== null && !Array.isArray(operand),
	iterable: operand => typeof operand === 'string' || (typeof operand === 'object' && operand !== null),
	sequence: operand => typeof operand === 'string' || (typeof operand === 'object' && operand !== null),
	odd: operand => number(operand) % 2 !== 0,
	even: operand => number(operand) % 2 === 0,
	lower: operand =>
		typeof operand === 'string' && operand === operand.toLowerCase() && operand !== operand.toUpperCase(),
	upper: operand =>
		typeof operand === 'string' && operand === operand.toUpperCase() && operand !== operand.toLowerCase(),
};

/** @throws Error where there is no such test. */
export function namedTest(name: string): Test {
	for (const tests of [testsWithArgument, plainTests]) {
		const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
		if (test) {
			return test;
		}
	}
	throw new Error(`there is no test ${name}`);
}

/** -1, 0 or 1 for two numbers or two texts. @throws Error for others. */
export function compare(a: Json, b: Json): number {
	if (typeof a === 'string' && typeof b === 'string') {
		return Math.sign(compareCodePoints(a, b));
	}
	return Math.sign(number(a) - number(b));
}

/** Python's `in`. */
export function contains(container: Json, member: Json): boolean {
	if (typeof container === 'string') {
		if (typeof member !== 'string') {
			throw new Error('only a text can be in a text');
		}
		return container.includes(member);
	}
	if (Array.isArray(container)) {
		return container.some(other => equal(other, member));
	}
	return typeof container === 'object' && container !== null && typeof member === 'string'
		? Object.hasOwn(container, member)
		: false;
}

function number(plain: Json): number {
	if (typeof plain !== 'number' && typeof plain !== 'boolean') {
		throw new Error('a number can only be compared with a number, a text with a text');
	}
	return Number(plain);
}

type Token = ReturnType<typeof tokenize>[number];

/** How a test with an argument is called as a filter. */
const testFilter = /^is (not )?(\w+)$/;

/** The test that a filter stands for, after `testsAsFilters`; undefined for other filters. */
export function testOfFilter(name: string): Test | undefined {
	const [, not, test] = testFilter.exec(name) ?? [];
	if (test === undefined) {
		return undefined;
	}
	const holds = namedTest(test);
	return not === undefined ? holds : (operand, args) => !holds(operand, args);
}

/**
 * @huggingface/jinja has no tests with an argument. A filter binds as tightly as a test, so that `x is [not] eq y` may be
 * written as a filter `x|"is [not] eq"(y)`, under a name that no template can give.
 */
export function testsAsFilters(tokens: readonly Token[]): Token[] {
	const result: Token[] = [];
	for (let i = 0; i < tokens.length; i++) {
		const token = tokens[i];
		const not = isName(tokens[i + 1], 'not') ? 1 : 0;
		const name = tokens[i + 1 + not];
		const argument = i + 2 + not;
		if (
			!token ||
			!isName(token, 'is') ||
			tokens[i - 1]?.type === 'Dot' ||
			name?.type !== 'Identifier' ||
			!Object.hasOwn(testsWithArgument, name.value)
		) {
			result.push(...(token ? [token] : []));
			continue;
		}
		const end = tokens[argument]?.type === 'OpenParen' ? argument : endOfPrimary(tokens, argument);
		result.push({ value: '|', type: 'Pipe' }, { value: `is ${not ? 'not ' : ''}${name.value}`, type: 'Identifier' });
		if (end > argument) {
			const inner = testsAsFilters(tokens.slice(argument, end));
			result.push({ value: '(', type: 'OpenParen' }, ...inner, { value: ')', type: 'CloseParen' });
		}
		i = end - 1;
	}
	return result;
}

function isName(token: Token | undefined, name: string): boolean {
	return token?.type === 'Identifier' && token.value === name;
}

/** Behind a literal, a name or something in brackets, and its members and calls. */
function endOfPrimary(tokens: readonly Token[], start: number): number {
	let end = endOfBrackets(tokens, start);
	for (;;) {
		const next = tokens[end]?.type;
		if (next === 'Dot') {
			end += 2;
		} else if (next === 'OpenSquareBracket' || next === 'OpenParen') {
			end = endOfBrackets(tokens, end);
		} else {
			return end;
		}
	}
}

function endOfBrackets(tokens: readonly Token[], start: number): number {
	let depth = 0;
	for (let i = start; i < tokens.length; i++) {
		const type = tokens[i]?.type ?? '';
		if (/^Open(Paren|SquareBracket|CurlyBracket)$/.test(type)) {
			depth++;
		} else if (/^Close(Paren|SquareBracket|CurlyBracket)$/.test(type)) {
			depth--;
		}
		if (depth === 0) {
			return i + 1;
		}
	}
	return tokens.length;
}
