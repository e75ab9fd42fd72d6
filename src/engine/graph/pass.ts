import type { Message } from '../../protocol/messages';
import type { Model } from './model';

/** A pass over a graph: `model → model`, or why it leaves the model as it is. */
export type Pass = (model: Model) => PassOutcome;

export type PassOutcome =
	| { readonly kind: 'applied'; readonly model: Model }
	/** The graph is so already. */
	| { readonly kind: 'present' }
	| { readonly kind: 'not-applicable'; readonly reason: Message };

export function notApplicable(reason: Message): PassOutcome {
	return { kind: 'not-applicable', reason };
}

/** The names of passes, in the order that they are applied in. */
export const passNames = ['lastRows', 'attentionBias', 'floatWeights', 'squares'] as const;
export type PassName = (typeof passNames)[number];
