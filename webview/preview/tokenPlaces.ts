import type { PromptView, TokenView } from '../../src/protocol/previewView';
import { promptText } from '../../src/protocol/prompt';

export type TokenizedPrompt = PromptView & { readonly tokens: TokenView };

/** A token by its place among all: those in front, those of the text, those of each label, in this order. */
interface NamedToken {
	readonly text: string;
	readonly ids: readonly number[];
	readonly scored: boolean;
}

export function isTokenized(view: PromptView): view is TokenizedPrompt {
	return view.tokens !== null;
}

export function tokenCount({ front, groups, scored }: TokenView): number {
	return front.length + groups.length + scored.reduce((sum, one) => sum + one.groups.length, 0);
}

export function tokenAt({ segments, tokens }: TokenizedPrompt, place: number): NamedToken | null {
	const front = tokens.front[place];
	if (front) {
		return { text: front.text, ids: [front.id], scored: false };
	}
	let at = place - tokens.front.length;
	const lists = [
		{ text: promptText({ segments }), groups: tokens.groups, scored: false },
		...tokens.scored.map(one => ({ ...one, scored: true })),
	];
	for (const { text, groups, scored } of lists) {
		const group = groups[at];
		if (group) {
			return { text: text.slice(groups[at - 1]?.end ?? 0, group.end), ids: group.ids, scored };
		}
		at -= groups.length;
	}
	return null;
}
