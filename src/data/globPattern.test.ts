import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathPattern } from './globPattern';

describe('a pattern of a card', () => {
	it.each([
		['data/test-*', 'data/test-00000-of-00001.parquet', true],
		['data/test-*', 'data/deep/test-0.parquet', false],
		['data/*', 'data/deep/test.parquet', false],
		['**/test.csv', 'test.csv', true],
		['**/test.csv', 'a/b/test.csv', true],
		['**/test.csv', 'a/contest.csv', false],
		['a/**', 'a/b/c', true],
		['a/**/c', 'a/c', true],
		['a/**/c', 'a/b/b/c', true],
		['a/**/c', 'abc', false],
		['test-?.json', 'test-7.json', true],
		['test-?.json', 'test-/.json', false],
		['test-[0-3].csv', 'test-2.csv', true],
		['test-[!0-3].csv', 'test-2.csv', false],
		['./test.csv', 'test.csv', true],
		['a.csv', 'aXcsv', false],
		['[', '[', true],
		['{a,b}(c)+$', '{a,b}(c)+$', true],
	])('%j on %j: %j', (pattern, path, fits) => {
		expect(pathPattern(pattern)(path)).toBe(fits);
	});

	it('without signs fits itself alone', () => {
		const name = fc.stringMatching(/^[a-z./]{1,12}$/).filter(text => !/^\.?\//.test(text));
		fc.assert(
			fc.property(name, name, (pattern, path) => {
				expect(pathPattern(pattern)(path)).toBe(pattern === path);
			}),
		);
	});

	it('is the regular expression that it stands for', () => {
		const piece = fc.constantFrom('a', 'b', '/', '*', '?');
		const joined = (pieces: readonly string[]) => pieces.join('').replaceAll('**', '*');
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 8 }), fc.stringMatching(/^[ab/]{0,8}$/), (pieces, path) => {
				const pattern = `a${joined(pieces)}`.replace(/\*+/g, '*');
				const expression = new RegExp(`^${pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
				expect(pathPattern(pattern)(path)).toBe(expression.test(path));
			}),
		);
	});

	it('of a hostile card takes no longer than others', () => {
		expect(pathPattern(`${'*a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false);
		expect(pathPattern(`${'**/'.repeat(200)}b`)('a/'.repeat(1000))).toBe(false);
	});
});
