import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../hub/connection';
import { Cancelled } from '../../protocol/cancellation';
import { Listing } from './listing';

interface Item {
	readonly id: string;
}

const page = (ids: string, next: string | null): Page<Item> => ({ items: [...ids].map(id => ({ id })), next });
const idsOf = (listing: Listing<Item>) => listing.items.map(({ id }) => id).join('');

describe('a listing', () => {
	it('asks for a page only when it is wanted, and drops what a later one repeats', async () => {
		const asked: (string | null)[] = [];
		const listing = new Listing<Item>(async next => {
			asked.push(next);
			return next === null ? page('abc', '2') : next === '2' ? page('cde', '3') : page('a', null);
		});
		expect(asked).toEqual([]);
		await listing.first();
		await listing.first();
		expect([idsOf(listing), listing.hasMore]).toEqual(['abc', true]);
		await Promise.all([listing.more(), listing.more()]);
		expect(idsOf(listing)).toBe('abcde');
		await listing.more();
		await listing.more();
		expect(asked).toEqual([null, '2', '3']);
		expect([idsOf(listing), listing.hasMore, listing.state.kind]).toEqual(['abcde', false, 'loaded']);
	});

	it('keeps what it has when a page fails, and asks for the same one again', async () => {
		let fails = true;
		const listing = new Listing<Item>(async next => {
			if (next === '2' && fails) {
				throw new Error('gone');
			}
			return next === null ? page('ab', '2') : page('c', null);
		});
		await listing.first();
		await listing.more();
		expect([idsOf(listing), listing.state.kind, listing.hasMore]).toEqual(['ab', 'failed', true]);
		fails = false;
		await listing.more();
		expect([idsOf(listing), listing.state.kind]).toEqual(['abc', 'loaded']);
	});

	it('forgets a search that another has replaced, whichever answers first', async () => {
		const answers: ((page: Page<Item>) => void)[] = [];
		const listing = new Listing<Item>(() => new Promise(resolve => answers.push(resolve)));
		void listing.first();
		await Promise.resolve();
		listing.restart();
		const second = listing.first();
		await Promise.resolve();
		answers[1]?.(page('new', null));
		answers[0]?.(page('old', 'x'));
		await second;
		expect([idsOf(listing), listing.hasMore]).toEqual(['new', false]);
	});

	it('ends when it is cancelled, even if the work does not', async () => {
		const listing = new Listing<Item>(() => new Promise(() => {}));
		const first = listing.first();
		await Promise.resolve();
		listing.cancel();
		await first;
		expect(listing.state).toEqual({ kind: 'failed', error: expect.any(Cancelled) });
	});

	it('never lists an id twice and never loses one, however pages overlap', async () => {
		const pages = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 }), { minLength: 1 });
		await fc.assert(
			fc.asyncProperty(pages, async all => {
				const listing = new Listing<Item>(async next => {
					const i = Number(next ?? 0);
					return page((all[i] ?? []).join(''), i + 1 < all.length ? String(i + 1) : null);
				});
				for (let i = 0; i <= all.length; i++) {
					await listing.more();
				}
				expect(idsOf(listing)).toBe([...new Set(all.flat())].join(''));
			}),
		);
	});
});
