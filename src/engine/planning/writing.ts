import type { WorkOptions } from '../contract';
import type { Plan } from './plan';
import type { RequestTrie } from './requestTrie';
import { neededSteps } from './workThrough';

/** What the model may write, at most: how long a text gets is not known before, but no longer than its request allows. */
export interface Writing {
	readonly tokens: number;
	/** Of these, those that take a pass of the model: the first of a text is read off its prompt. */
	readonly passes: number;
	/** Tokens that stand before such a pass, on average; 0 where there is none. */
	readonly depth: number;
}

/** What may be written, at most, for the answers of a plan that are still wanted. */
export function writingLeft(plan: Plan, isDone: WorkOptions['isDone']): Writing {
	let [tokens, passes, before] = [0, 0, 0];
	// A needed step writes, though its reads alone may be wanted.
	for (const step of neededSteps(plan, isDone)) {
		if (step.write) {
			const { maxTokens } = step.write.options;
			const own = maxTokens - 1;
			tokens += maxTokens;
			passes += own;
			before += own * (step.depth + step.tokens.length + (own - 1) / 2);
		}
	}
	return { tokens, passes, depth: passes === 0 ? 0 : before / passes };
}

/** Tokens that all of the requests together may have written, at most. */
export function mostWritten(trie: RequestTrie): number {
	return trie.places.reduce((sum, { leaves }, id) => sum + (leaves === null ? trie.write(id).maxTokens : 0), 0);
}
