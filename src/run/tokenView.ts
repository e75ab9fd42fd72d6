import type { Format } from '../config/format';
import type { ScoredTokens, TokenView } from '../protocol/previewView';
import { type Prompt, promptText } from '../protocol/prompt';
import { type EncodedChoice, encodeChoices } from '../task/encode';
import type { Reader } from '../task/multipleChoice';
import { contextTokens } from '../tokenizer/encodePair';
import { tokenGroups } from '../tokenizer/tokenGroups';
import type { Tokenizer } from '../tokenizer/tokenizer';

/**
 * A prompt and what is scored after it as tokens, before anything is cut. Of contexts that differ, because a token spans
 * the join with some of the labels, the longest is shown.
 * @throws Failure where the prompt has no encoding.
 */
export function tokenView(prompt: Prompt, format: Format, { tokenizer, window }: Reader): TokenView {
	const text = promptText(prompt);
	const choices = encodeChoices(prompt, format, tokenizer);
	const context = longestContext(choices) ?? writtenAfter(tokenizer, text, format);
	const scored = choices.map((choice, i) => scoredTokens(tokenizer, text, prompt.continuations[i] ?? '', choice));
	const shown = text.slice(0, text.length - Math.min(...scored.map(one => one.fromPrompt), text.length));
	return {
		front: context.ids.slice(0, context.front).map(id => ({ id, text: tokenizer.decode([id]) })),
		groups: tokenGroups(tokenizer, scored.length > 0 ? shown : text, context.ids.slice(context.front)),
		scored,
		count: context.ids.length,
		limit: Math.min(window, format.max_context ?? window),
	};
}

interface Context {
	readonly ids: readonly number[];
	/** How many of them stand for no text. */
	readonly front: number;
}

function longestContext(choices: readonly EncodedChoice[]): Context | null {
	let longest: Context | null = null;
	for (const { context, front } of choices) {
		if (!longest || context.length > longest.ids.length) {
			longest = { ids: context, front };
		}
	}
	return longest;
}

/** Where nothing is scored, the model goes on after the whole text. */
function writtenAfter(tokenizer: Tokenizer, text: string, format: Format): Context {
	const ids = contextTokens(tokenizer, text, format.bos);
	return { ids, front: ids.length - tokenizer.encode(text).length };
}

function scoredTokens(
	tokenizer: Tokenizer,
	promptText: string,
	continuation: string,
	{ continuation: ids }: EncodedChoice,
): ScoredTokens {
	const decoded = tokenizer.decode(ids);
	const longer = decoded.length - continuation.length;
	// A token across the join takes the prompt's end along. Decoders may drop a space, or the text is changed: then it is
	// the continuation as written that the tokens stand for.
	const fromPrompt = longer > 0 && (promptText + continuation).endsWith(decoded) ? longer : 0;
	const text = fromPrompt > 0 ? decoded : continuation;
	return { text, fromPrompt, groups: tokenGroups(tokenizer, text, ids) };
}
