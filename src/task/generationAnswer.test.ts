import { describe, expect, it } from 'vitest';
import type { Generation } from '../config/format';
import { chosenLabel, isOneOf, readAnswer } from './generationAnswer';

const plain: Generation = {
	until: [],
	max_tokens: 1,
	filters: [],
	ignore: [],
	ignore_patterns: [],
	against: 'labels',
};
const letters = ['A', 'B', 'C', 'D'];
const choose = (written: string, generation: Generation) =>
	chosenLabel(readAnswer(written, generation), letters, generation);

describe('an answer is read', () => {
	// mmlu-formats section 5.3: results of the executed filters, the gold letter being A.
	const harness: Generation = {
		...plain,
		filters: [{ filter: 'first_line' }, { filter: 'strip' }],
		ignore: ['case', 'punctuation'],
	};
	it.each<[string, number | null]>([
		[' A', 0],
		[' A.', 0],
		['(A)', 0],
		['a', 0],
		[' The answer is A', null],
		['', null],
		['\u0085 B\nC', 1],
	])('as lm-evaluation-harness’s mmlu_generative reads %j', (written, label) => {
		expect(choose(written, harness)).toBe(label);
	});

	// Section 6.3.
	it.each<[string, number | null]>([
		[' A', 0],
		['A ', 0],
		[' A.', null],
		['a', null],
	])('as lighteval’s exact match reads %j', (written, label) => {
		expect(choose(written, { ...plain, ignore: ['outer_white_space'] })).toBe(label);
	});

	it('to the letter where nothing is said', () => {
		expect(choose('A', plain)).toBe(0);
		expect(choose(' A', plain)).toBeNull();
	});
});

describe('the filter regex', () => {
	const read = (pattern: string, written: string, match = 0) =>
		readAnswer(written, { ...plain, filters: [{ filter: 'regex', pattern, match, fallback: '[invalid]' }] });

	it('gives a match, the first group that matched, or the fallback', () => {
		expect(read('[0-9]+', 'from 3 to 12')).toBe('3');
		expect(read('[0-9]+', 'from 3 to 12', -1)).toBe('12');
		expect(read('answer is (.)', 'the answer is B, the answer is C', 1)).toBe('C');
		expect(read('x(a)?(b)?', 'xb')).toBe('b');
		expect(read('x(a)?(b)?', 'x')).toBe('[invalid]');
		expect(read('y', 'x')).toBe('[invalid]');
		expect(read('[0-9]+', '3', 1)).toBe('[invalid]');
		expect(read('is(.*)', 'is  A ')).toBe('A');
	});

	it('is one of several', () => {
		const generation: Generation = {
			...plain,
			filters: [
				{ filter: 'take_first' },
				{ filter: 'regex', pattern: ' is (.*)', match: 0, fallback: '' },
				{ filter: 'lowercase' },
			],
		};
		expect(readAnswer('It is PARIS', generation)).toBe('paris');
		expect(readAnswer('it is paris', { ...generation, filters: [{ filter: 'uppercase' }] })).toBe('IT IS PARIS');
	});
});

describe('differences that do not count', () => {
	const equal = (a: string, b: string, ignore: Generation['ignore'], ignore_patterns: string[] = []) => {
		const generation = { ...plain, ignore, ignore_patterns };
		return isOneOf(readAnswer(a, generation), ['other', b], generation);
	};

	it('are taken from both sides', () => {
		expect(equal('Paris!', 'paris', ['case', 'punctuation'])).toBe(true);
		expect(equal('Paris!', 'paris', ['case'])).toBe(false);
		expect(equal('a1b2', 'ab3', ['numbers'])).toBe(true);
		expect(equal('$1,000', '1000', [], [',', '\\$'])).toBe(true);
		expect(equal('the cat', 'cat', [], ['^the '])).toBe(true);
	});

	it('are ASCII’s where they are punctuation', () => {
		expect(equal('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~x', 'x', ['punctuation'])).toBe(true);
		expect(equal('x…', 'x', ['punctuation'])).toBe(false);
	});
});
