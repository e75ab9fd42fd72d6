import type { Interval } from '../../protocol/results';
import { normalTwoSided, studentTwoSided, z975 } from './distributions';
import { meanSe } from './standardError';

/** The difference of two scores of the same items, b − a. */
export interface PairedDiff {
	readonly diff: number;
	/** Of the mean of the items' differences. */
	readonly se: number;
	/** diff ± z·se. */
	readonly ci95: Interval;
	readonly z: number;
	/** Two-sided, by the normal distribution and by Student's t with n − 1 degrees of freedom. */
	readonly pZ: number;
	readonly pT: number;
	readonly seClusterCR0: number;
	readonly seClusterCR1: number;
	readonly seMiller: number;
	/** Of a with b over the items: why pairing wins. */
	readonly corr: number;
	/** What the standard error would be if the items were not the same. */
	readonly seUnpaired: number;
	/** Items that only a, or only b, has right. */
	readonly onlyA: number;
	readonly onlyB: number;
}

/**
 * Compares scores item by item. A figure that the data do not determine is NaN: all of them without items,
 * errors with one item, z and p where every difference is equal.
 * @param clusters As in `meanSe`.
 */
export function pairedDiff(a: readonly number[], b: readonly number[], clusters?: readonly unknown[]): PairedDiff {
	const n = a.length;
	const d = a.map((value, i) => (b[i] ?? Number.NaN) - value);
	const { mean: diff, seClt: se, seClusterCR0, seClusterCR1, seMiller } = meanSe(d, clusters);
	const ofA = meanSe(a);
	const ofB = meanSe(b);
	const covariance = a.reduce((sum, value, i) => sum + (value - ofA.mean) * ((b[i] ?? 0) - ofB.mean), 0) / (n - 1) / n;
	const z = diff / se;
	return {
		diff,
		se,
		ci95: [diff - z975 * se, diff + z975 * se],
		z,
		pZ: normalTwoSided(z),
		pT: studentTwoSided(z, n - 1),
		seClusterCR0,
		seClusterCR1,
		seMiller,
		corr: covariance / (ofA.seClt * ofB.seClt),
		seUnpaired: Math.hypot(ofA.seClt, ofB.seClt),
		onlyA: d.filter(value => value < 0).length,
		onlyB: d.filter(value => value > 0).length,
	};
}
