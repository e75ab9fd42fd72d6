import type { Plan, PlanSettings } from './plan';
import { planApart } from './planApart';
import { PlanBuilder } from './planBuilder';
import { planShared } from './planShared';
import type { RequestTrie } from './requestTrie';

/**
 * Orders all requests so that what they share is computed once: depth first through the token tree, with the beginnings of
 * large subtrees kept while they are worked on, and small subtrees laid together into one piece. The same requests in the
 * same order with the same settings give the same plan.
 */
export function planRequests(trie: RequestTrie, settings: PlanSettings): Plan {
	const builder = new PlanBuilder(settings);
	if (settings.chunking === 'shared') {
		planShared(trie, settings, builder);
	} else {
		planApart(trie, settings.chunking, builder);
	}
	const planned = builder.steps.reduce((sum, { tokens }) => sum + tokens.length, 0);
	const lengths = trie.places.map(({ end, leaves }) => (leaves ?? []).map(leaf => leaf.depth - end.depth + 1));
	return { settings, steps: builder.steps, lengths, counts: { ...trie.counts, planned }, cacheBytes: builder.mostKept };
}
