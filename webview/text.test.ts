import { afterEach, describe, expect, test } from 'vitest';
import { inputFailure } from '../src/protocol/failure';
import { englishStrings } from './strings';
import {
	dollars,
	duration,
	errorText,
	localise,
	nats,
	percent,
	percentRange,
	plural,
	points,
	pValue,
	sentence,
	signedNats,
	t,
} from './text';

const english = { language: 'en', strings: englishStrings, sentences: {} };
afterEach(() => localise(english));

describe('numbers', () => {
	test.each([
		[percent(0.31), '31.0\u00a0%'],
		[percent(0), '0.0\u00a0%'],
		[percent(1e-9), '<\u00a00.1\u00a0%'],
		[percentRange([0.2276, 0.4063]), '22.8–40.6'],
		[points(-0.03, [-0.106, 0.046]), '−3.0\u00a0±\u00a07.6'],
		[points(0.03, null), '+3.0'],
		[pValue(0.61), '0.61'],
		[pValue(0.0123), '0.012'],
		[pValue(1e-7), '<\u00a00.001'],
		[nats(-1.018), '−1.02'],
		[signedNats(0.314), '+0.31'],
		[signedNats(-0.001), '0.00'],
		[dollars(1.053), '$1.05'],
		[dollars(0.0042), '$0.0042'],
		[duration(1.24), '1.2 s'],
		[duration(83), '1 min 23 s'],
		[duration(7384), '2 h 3 min'],
	])('%s', (shown, expected) => {
		expect(shown).toBe(expected);
	});
});

describe('texts', () => {
	test('values are filled in, numbers with separators', () => {
		expect(t('nOfM', { n: 9, m: 14042 })).toBe('9 of 14,042');
	});

	test('a value that looks like a placeholder or a member of Object stays a value', () => {
		expect(t('absentSegment', { variant: '{variant} __proto__' })).toBe('not in {variant} __proto__');
	});

	test('one and many', () => {
		expect([plural(1, 'edit', 'edits'), plural(31, 'edit', 'edits')]).toEqual(['1 edit', '31 edits']);
	});

	test('the person’s language, and English where a sentence is missing', () => {
		const reason = inputFailure('compare.filter-open-quote', {}).reason;
		const source = sentence(reason);
		localise({ ...english, strings: { ...englishStrings, all: '全部' }, sentences: { [source]: '引号没有结束。' } });
		expect([t('all'), sentence(reason)]).toEqual(['全部', '引号没有结束。']);
		localise(english);
		expect(sentence(reason)).toBe(source);
	});

	test('an error made for people is its sentence, any other one says whose fault it is', () => {
		expect(errorText(inputFailure('compare.filter-gold', { value: 'E2' }))).toContain('E2');
		expect(errorText(new Error('boom'))).toBe('Something went wrong inside Eval Lens: boom');
	});
});
