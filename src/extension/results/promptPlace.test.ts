import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeOf, promptPath } from './promptPlace';

const text = fc.string({ unit: 'grapheme' });

test('a place is found again, whatever the names say', () => {
	fc.assert(
		fc.property(fc.record({ dir: text, model: text, variant: text, key: text }), place => {
			expect(placeOf(promptPath(place, '.prompt').query)).toEqual(place);
		}),
	);
});

test('the path has one folder and one file, named after the question and the variant', () => {
	const { path } = promptPath({ dir: '/r', model: 'm', variant: 'a/b', key: 'test/12' }, '.prompt');
	expect(path).toBe('/test∕12/a∕b.prompt');
});

test('something else is refused', () => {
	expect(() => placeOf('["a"]')).toThrow('no place of a prompt');
	expect(() => placeOf('')).toThrow();
});
