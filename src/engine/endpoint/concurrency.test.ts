import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveConcurrency } from './concurrency';

describe('concurrency', () => {
	it('grows by one with each full round, and is halved once for all that were under way', () => {
		const own = adaptiveConcurrency(null);
		expect(own.limit).toBe(8);
		for (let i = 0; i < 8; i++) {
			own.succeeded();
		}
		expect(own.limit).toBe(9);
		for (let i = 0; i < 9; i++) {
			own.refused();
		}
		expect(own.limit).toBe(4);
		own.refused();
		expect(own.limit).toBe(2);
	});

	it('stays between one and what the server works on, and one', () => {
		fc.assert(
			fc.property(
				fc.array(fc.boolean(), { maxLength: 500 }),
				fc.option(fc.integer({ min: 1, max: 8 })),
				(events, slots) => {
					const own = adaptiveConcurrency(slots);
					for (const isGood of events) {
						if (isGood) {
							own.succeeded();
						} else {
							own.refused();
						}
						expect(own.limit).toBeGreaterThanOrEqual(1);
						expect(own.limit).toBeLessThanOrEqual(slots === null ? 64 : slots + 1);
					}
				},
			),
		);
	});
});
