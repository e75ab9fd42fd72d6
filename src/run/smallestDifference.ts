import { mdeMcNemar } from '../compare/statistics/power';

/** Share of examples whose outcome differs between two variants, taken before there is a run (statistics reference, 1). */
const usualDiscordance = 0.1;

/** The smallest difference of two accuracies over n examples that a level of 5 % and a power of 80 % show, as a fraction. */
export function smallestDifference(n: number): number | null {
	return n > 0 ? mdeMcNemar(n, usualDiscordance) : null;
}
