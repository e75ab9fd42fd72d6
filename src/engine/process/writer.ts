import type { GenerateRequest, GenerateResult } from '../contract';
import { type ComputedModel, type ContextReader, checkContext, distribution, logprobOf } from './contextReader';
import type { Decoder } from './decoder';

export interface Writer {
	/** One request at a time. */
	generate(request: GenerateRequest): Promise<GenerateResult>;
}

/** What turns tokens into text, and which of them end it. */
export interface Ending {
	/** Special tokens are kept: they may be what `until` names. */
	readonly decode: (tokens: readonly number[]) => string;
	readonly endOfText: ReadonlySet<number>;
}

/**
 * Writes greedily, one token at a time on the cache of what stands before it: at each step the most probable token of the
 * whole vocabulary, the lowest id of equal ones.
 *
 * A text of `until` may begin in one token and end in another, or in the middle of one: after each token, all that was
 * written is decoded anew, since what a token's text is may depend on its neighbours.
 */
export function createWriter(
	decoder: Decoder,
	contexts: ContextReader,
	{ decode, endOfText }: Ending,
	model: ComputedModel,
): Writer {
	return {
		async generate(request) {
			checkContext(request, decoder.vocabularySize, model);
			const { maxTokens, until } = request;
			if (!(maxTokens >= 1)) {
				throw new Error('a generation needs room for at least one token');
			}
			let { past, next, computed } = await contexts.read(request, maxTokens > 1);
			const tokens: number[] = [];
			const logprobs: number[] = [];
			const result = (text: string, ended: GenerateResult['ended']) => ({ text, tokens, logprobs, ended, computed });
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
				const more = tokens.length + 1 < maxTokens;
				const after = await decoder.forward({ tokens: [token], past, rows: 1, keepPast: more });
				computed++;
				past = after.past;
				next = distribution(after.rows[0], model);
			}
		},
	};
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
