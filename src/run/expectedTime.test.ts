import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeFor } from './expectedTime';

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const speeds = fc.record({ starting: positive, tokensASecond: positive, samplesASecond: positive });
const works = fc.record({ tokens: fc.nat(1e8), samples: fc.nat(1e5) });

it('grows with the work, and is never less than starting, tokens or samples alone take', () => {
	fc.assert(
		fc.property(speeds, works, works, (speed, work, more) => {
			const { seconds, starting } = timeFor(speed, work);
			expect(starting).toBe(speed.starting);
			expect(seconds).toBeGreaterThanOrEqual(starting + work.tokens / speed.tokensASecond - 1e-6);
			expect(seconds).toBeGreaterThanOrEqual(starting + work.samples / speed.samplesASecond - 1e-6);
			const sum = { tokens: work.tokens + more.tokens, samples: work.samples + more.samples };
			expect(timeFor(speed, sum).seconds).toBeGreaterThanOrEqual(seconds);
		}),
	);
});
