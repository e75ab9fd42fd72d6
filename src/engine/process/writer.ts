import type { WriteOptions } from '../planning/requestTrie';
import type { GenerateResult } from '../requests';
import type { ComputedModel } from './computedModel';
import type { Decoder, Past } from './decoder';
import { type Distribution, distribution, logprobOf } from './distribution';

/** What turns tokens into text, and which of them end it. */
export interface Ending {
	/** Special tokens are kept: they may be what `until` names. */
	readonly decode: (tokens: readonly number[]) => string;
	readonly endOfText: ReadonlySet<number>;
}

/** The model right after a context. */
export interface ReadContext {
	/** Null where one token is all that may be written. */
	readonly past: Past | null;
	readonly next: Distribution;
}

/**
 * Writes greedily, one token at a time on the cache of what stands before it: at each step the most probable token of the
 * whole vocabulary, the lowest id of equal ones.
 *
 * A text of `until` may begin in one token and end in another, or in the middle of one: after each token, all that was
 * written is decoded anew, since what a token's text is may depend on its neighbours.
 */
export async function writeFrom(
	context: ReadContext,
	{ maxTokens, until }: WriteOptions,
	decoder: Decoder,
	{ decode, endOfText }: Ending,
	model: ComputedModel,
): Promise<GenerateResult> {
	let { past, next } = context;
	const tokens: number[] = [];
	const logprobs: number[] = [];
	const result = (text: string, ended: GenerateResult['ended']) => ({ text, tokens, logprobs, ended });
	let text = '';
	for (;;) {
		const token = next.argmax;
		tokens.push(token);
		logprobs.push(logprobOf(token, next));
		if (endOfText.has(token)) {
			return result(text, 'end_of_text');
		}
		text = decode(tokens);
		const kept = cutAt(text, until);
		if (kept.length < text.length) {
			return result(kept, 'until');
		}
		if (tokens.length === maxTokens) {
			return result(text, 'length');
		}
		const keepPast = tokens.length + 1 < maxTokens;
		const after = await decoder.forward({ tokens: [token], parents: null, past, rows: [0], keepPast });
		past = after.past;
		next = distribution(after.rows[0], model);
	}
}

/** The text before the endings: cut at the first place of each in turn, as lm-evaluation-harness cuts. */
export function cutAt(text: string, until: readonly string[]): string {
	let kept = text;
	for (const ending of until) {
		const at = ending === '' ? -1 : kept.indexOf(ending);
		kept = at === -1 ? kept : kept.slice(0, at);
	}
	return kept;
}
