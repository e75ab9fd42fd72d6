import type { Sample } from '../protocol/sample';
import { margin } from './statistics/choices';

/**
 * Log-probability of the gold answer minus the best other, in nats: below 0 where another choice is more probable.
 * Null where the sample has fewer than two choices, no gold among them, or a choice of probability zero decides.
 */
export function marginOf({ logprobs, gold }: Pick<Sample, 'logprobs' | 'gold'>): number | null {
	return gold === null ? null : margin(logprobs, gold);
}
