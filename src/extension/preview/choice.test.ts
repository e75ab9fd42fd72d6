import { expect, test } from 'vitest';
import { another, fitting, stepped } from './choice';

const variants = ['original', 'helm'];

test('a choice that the evaluation has stays', () => {
	const choice = { example: 3, variant: 'helm', against: 'original' };
	expect(fitting(choice, variants, 10)).toEqual(choice);
});

test('a variant that was renamed gives way to the first', () => {
	expect(fitting({ example: 3, variant: 'gone', against: 'helm' }, variants, 10)).toEqual({
		example: 3,
		variant: 'original',
		against: 'helm',
	});
	expect(fitting({ example: 3, variant: 'gone', against: 'original' }, variants, 10).against).toBeNull();
});

test('an example beyond the slice is its last', () => {
	expect(fitting({ example: 30, variant: 'helm', against: null }, variants, 10).example).toBe(9);
	expect(fitting({ example: 30, variant: 'helm', against: null }, variants, 0).example).toBe(0);
});

test('stepping goes round the ends', () => {
	expect([stepped(0, 1, 3), stepped(2, 1, 3), stepped(0, -1, 3), stepped(0, 1, 0)]).toEqual([1, 0, 2, 0]);
});

test('another example is any but this one', () => {
	const all = [0, 0.3, 0.6, 0.999].map(random => another(2, 4, random));
	expect(new Set(all)).toEqual(new Set([3, 0, 1]));
	expect([another(0, 1, 0.5), another(0, 0, 0.5)]).toEqual([0, 0]);
});
