import { chiSquareUpper, lnChoose } from './distributions';

/** McNemar's test (1947) of two prompts on the same items. */
export interface McNemar {
	/** Two-sided, from the binomial distribution of the discordant items. */
	readonly exact: number;
	/** The exact p less half of the observed table's probability on each side. */
	readonly midP: number;
	/** (b − c)² / (b + c), plain and with continuity correction; null where nothing is discordant. */
	readonly chi2: number | null;
	readonly pChi2: number;
	readonly chi2cc: number | null;
	readonly pChi2cc: number;
}

/**
 * Tests whether right → wrong is as frequent as wrong → right.
 * @param b Items right only under the first.
 * @param c Items right only under the second.
 */
export function mcnemar(b: number, c: number): McNemar {
	const n = b + c;
	if (n === 0) {
		return { exact: 1, midP: 1, chi2: null, pChi2: 1, chi2cc: null, pChi2cc: 1 };
	}
	const fewer = Math.min(b, c);
	// C(n, fewer) / 2ⁿ by logarithms: n may be any number of items. Smaller terms follow by their ratio.
	const observed = Math.exp(lnChoose(n, fewer) - n * Math.LN2);
	let tail = 0;
	let term = observed;
	for (let i = fewer; i >= 0 && term > 0; i--) {
		tail += term;
		term *= i / (n - i + 1);
	}
	const exact = Math.min(1, 2 * tail);
	const chi2 = (b - c) ** 2 / n;
	const chi2cc = (Math.abs(b - c) - 1) ** 2 / n;
	return {
		exact,
		midP: b === c ? 1 : exact - observed,
		chi2,
		pChi2: chiSquareUpper(chi2, 1),
		chi2cc,
		pChi2cc: chiSquareUpper(chi2cc, 1),
	};
}
