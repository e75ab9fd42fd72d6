import { z80, z975 } from './distributions';

/** How much the items' differences vary, and how much repeated samples of one item do (0 where scoring is exact). */
export interface DifferenceVariance {
	/** Variance of the difference over items. */
	readonly omega2: number;
	/** Variance of repeated samples of one item under the first and the second variant. */
	readonly sigA2?: number;
	readonly sigB2?: number;
	/** Samples of each item. */
	readonly KA?: number;
	readonly KB?: number;
}

/** Items needed to see a difference of `delta` at a level of 5 % with a power of 80 % (arXiv 2411.00640); not rounded. */
export function nForMde(delta: number, variance: DifferenceVariance): number {
	return ((z975 + z80) ** 2 * ofOneItem(variance)) / delta ** 2;
}

/** The least difference that n items can show at a level of 5 % with a power of 80 %. */
export function mde(n: number, variance: DifferenceVariance): number {
	return (z975 + z80) * Math.sqrt(ofOneItem(variance) / n);
}

function ofOneItem({ omega2, sigA2 = 0, sigB2 = 0, KA = 1, KB = 1 }: DifferenceVariance): number {
	return omega2 + sigA2 / KA + sigB2 / KB;
}

/**
 * Items needed for McNemar's test (Connor 1987), not rounded.
 * @param p10 Share of items right only under the first variant.
 * @param p01 Share of items right only under the second.
 */
export function nMcNemar(p10: number, p01: number): number {
	const discordant = p10 + p01;
	const delta = p01 - p10;
	return (z975 * Math.sqrt(discordant) + z80 * Math.sqrt(discordant - delta ** 2)) ** 2 / delta ** 2;
}

/**
 * The least difference of two accuracies that McNemar's test shows with n items: `nMcNemar` solved for the difference,
 * which is the positive root of a quadratic equation. Null where n items show not even that all discordant items go one way.
 * @param discordant Share of items whose outcome differs, expected before the run.
 */
export function mdeMcNemar(n: number, discordant: number): number | null {
	const root = Math.sqrt(n + z80 ** 2 - z975 ** 2);
	const delta = (Math.sqrt(discordant) * (Math.sqrt(n) * z975 + z80 * root)) / (n + z80 ** 2);
	return delta <= discordant ? delta : null;
}
