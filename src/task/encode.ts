import type { Format } from '../config/format';
import { type Prompt, promptText } from '../protocol/prompt';
import { commonLength } from '../tokenizer/commonLength';
import { pairEncoder } from '../tokenizer/encodePair';
import type { Tokenizer } from '../tokenizer/tokenizer';

/** One scored text with what stands before it, as token ids, before anything is cut. */
export interface EncodedChoice {
	/** BOS included where the format has one. */
	readonly context: readonly number[];
	/** How many of its tokens stand for no text: the BOS, as a rule. */
	readonly front: number;
	readonly continuation: readonly number[];
}

/** Every continuation of a prompt with its context; contexts differ only where a token spans the join. */
export function encodeChoices(prompt: Prompt, format: Format, tokenizer: Tokenizer): EncodedChoice[] {
	return prompt.continuations.map(pairEncoder(tokenizer, promptText(prompt), format));
}

/**
 * How many leading tokens of `context` come from what the examples of a subject share: the description and the shots.
 * At least one token of the context is left to compute.
 */
export function sharedTokens(
	prompt: Prompt,
	context: readonly number[],
	sharedIds: (text: string) => readonly number[],
): number {
	const last = prompt.segments.findLastIndex(({ kind }) => kind === 'description' || kind === 'shot');
	const shared = promptText({ segments: prompt.segments.slice(0, last + 1) });
	return shared === '' ? 0 : Math.min(commonLength(context, sharedIds(shared)), context.length - 1);
}
