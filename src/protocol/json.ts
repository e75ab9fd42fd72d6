/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON with the keys of every object in one order: equal values give equal text, whoever wrote them.
 * `undefined` members are left out, as in JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, member: unknown) => {
		if (typeof member !== 'object' || member === null || Array.isArray(member)) {
			return member;
		}
		// Own entries, then fromEntries: a key named __proto__ stays an ordinary key.
		return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
	});
}

/** JSON writes −∞, the logarithm of no probability at all, as null. */
export function logprobFromJson(logprob: number | null): number {
	return logprob ?? Number.NEGATIVE_INFINITY;
}
