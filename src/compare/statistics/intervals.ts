import type { Interval } from '../../protocol/results';
import { betaQuantile, z975 } from './distributions';

/** Wilson's score interval of k successes in n (Wilson 1927), the default for one accuracy. Null where n is 0. */
export function wilson95(k: number, n: number): Interval | null {
	if (n === 0) {
		return null;
	}
	const p = k / n;
	const z2 = z975 * z975;
	const middle = p + z2 / (2 * n);
	const half = z975 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
	const scale = 1 + z2 / n;
	// Rounding must not put an interval of fractions outside 0 … 1.
	return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

/** The exact interval of k successes in n (Clopper and Pearson 1934). Null where n is 0. */
export function clopperPearson95(k: number, n: number): Interval | null {
	if (n === 0) {
		return null;
	}
	return [k === 0 ? 0 : betaQuantile(0.025, k, n - k + 1), k === n ? 1 : betaQuantile(0.975, k + 1, n - k)];
}
