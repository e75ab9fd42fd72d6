import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatRepr } from '../config/pythonFloat';
import { parseListLiteral, stringRepr } from './pythonLiteral';

describe('a list written as text', () => {
	it.each([
		["['a', \"b's\"]", ['a', "b's"]],
		['["A","B"]', ['A', 'B']],
		['[]', []],
		['[ ]', []],
		["['a',]", ['a']],
		["('a', 'b')", ['a', 'b']],
		["\n [ 'a'\n, 'b' ] \n", ['a', 'b']],
		['[1, -2.5, None, True]', ['1', '-2.5', 'None', 'True']],
		["['\\n\\t\\\\\\'\\x41\\u00e9\\U0001f989\\101\\q']", ["\n\t\\'Aé🦉A\\q"]],
		['["\\ud83e\\udd89"]', ['🦉']],
		["['[', ']', ',']", ['[', ']', ',']],
	])('%j is %j', (text, items) => {
		expect(parseListLiteral(text)).toEqual(items);
	});

	it.each(['', 'A', 'A, B', "['a'", "['a' 'b']", "['a]", "[['a']]", '[,]', "['a',,'b']", '{}', '[a b]'])(
		'%j is none',
		text => {
			expect(parseListLiteral(text)).toBeNull();
		},
	);

	it('comes back from what Python would print', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'binary' })), texts => {
				expect(parseListLiteral(`[${texts.map(stringRepr).join(', ')}]`)).toEqual(texts);
			}),
		);
	});

	it('comes back from JSON', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'binary' })), texts => {
				expect(parseListLiteral(JSON.stringify(texts))).toEqual(texts);
			}),
		);
	});
});

it.each([
	[0.1, '0.1'],
	[2, '2.0'],
	[-0, '-0.0'],
	[1e15, '1000000000000000.0'],
	[1e16, '1e+16'],
	[1.5e300, '1.5e+300'],
	[0.0001, '0.0001'],
	[0.00001, '1e-05'],
	[1.25e-10, '1.25e-10'],
	[Number.NaN, 'nan'],
	[Number.NEGATIVE_INFINITY, '-inf'],
])('the float %d prints as %s', (value, text) => {
	expect(floatRepr(value)).toBe(text);
});
