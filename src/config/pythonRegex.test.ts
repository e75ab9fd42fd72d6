import { describe, expect, it } from 'vitest';
import { pythonRegex } from './pythonRegex';

function matches(python: string, text: string): string[] {
	return [...text.matchAll(pythonRegex(python))].map(([whole]) => whole);
}

describe('a regular expression of Python', () => {
	// Expected: [m.group(0) for m in re.finditer(pattern, text)] in CPython 3.
	it.each<[string, string, string[]]>([
		['answer is \\(?([ABCDEFGHIJ])\\)?', 'the answer is (B).', ['answer is (B)']],
		['(?<=answer is )(.*)(?=.)', 'The answer is (C).\n', ['(C)']],
		['#### (\\-?[0-9\\.\\,]+)', 'so #### -1,234.5\nx', ['#### -1,234.5']],
		['(?P<q>["\']).*?(?P=q)', "say \"a'b\" 'c'", ['"a\'b"', "'c'"]],
		['^a.c$', 'a\rc\n', ['a\rc']],
		['a\\Z', 'a\n', []],
		['\\Aa', 'aa', ['a']],
		['\\d+', '12 ٣٤', ['12', '٣٤']],
		['\\w+', 'naïve über_1', ['naïve', 'über_1']],
		['\\bé', 'é fé', ['é']],
		['[^\\s]+', 'a\u0085b\ufeffc', ['a', 'b\ufeffc']],
		['[]a]+[[]', 'x]a[', [']a[']],
		['{x}|a{2}|b{,2}c', '{x} aa bbc', ['{x}', 'aa', 'bbc']],
		['(?:\\#|\\&|\\-|\\:)+(?#a comment)', '#&-:', ['#&-:']],
		['[\\w\\-]+\\/', 'a-b/', ['a-b/']],
		['[\\W_]', 'a_-', ['_', '-']],
		['\\$', '$', ['$']],
		['(?i)yes', 'Yes', ['Yes']],
		['(?s).*#### ', 'so\n#### 5', ['so\n#### ']],
	])('%s in %j', (pattern, text, expected) => {
		expect(matches(pattern, text)).toEqual(expected);
	});

	it.each(['(?>a+)b', 'a++b', '(a)?(?(1)b|c)', '(?a:x)', '\\N{DASH}', '(', '[a', '*'])('%s cannot run', pattern => {
		expect(() => pythonRegex(pattern)).toThrow(SyntaxError);
	});
});
