import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HubRow, isUnder, otherRow, partRow, problemRow, repositoryRow, sectionRow } from './hubRows';

type Row = HubRow<null, string>;

test('a repository that is pinned and found is two rows', () => {
	const rows = (['pinned', 'hub'] as const).map(name => repositoryRow<null, string>(sectionRow(name), 'a/b', null));
	expect(rows.map(({ key }) => key)).toEqual(['pinned/a%2Fb', 'hub/a%2Fb']);
});

test('no two rows below one have the same key, whatever they are called', () => {
	const hub: Row = sectionRow('hub');
	fc.assert(
		fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 2 }), names => {
			const repositories = names.map(name => repositoryRow(hub, name, null));
			const parts = repositories.flatMap(row => names.map(name => partRow(row, name, name)));
			const others = [otherRow(hub, 'more'), otherRow(hub, 'note'), problemRow(hub, null)];
			const keys = [hub, ...repositories, ...parts, ...others].map(({ key }) => key);
			expect(new Set(keys).size).toBe(keys.length);
			for (const row of parts) {
				expect(isUnder(row.key, row.parent?.key ?? '')).toBe(true);
			}
			expect(
				repositories.filter(row => repositories.some(other => other !== row && isUnder(row.key, other.key))),
			).toEqual([]);
		}),
	);
});
