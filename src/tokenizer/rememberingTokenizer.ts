import type { Tokenizer } from './tokenizer';

/** The texts of a prompt that linting and showing it encode: itself, its beginning, and each with a label behind it. */
const remembered = 128;

/**
 * A tokenizer that knows the texts that it encoded last: several who look at one prompt encode the same ones. It
 * pays where the tokenizer cannot encode piece by piece.
 */
export function rememberingTokenizer(tokenizer: Tokenizer): Tokenizer {
	const known = new Map<string, readonly number[]>();
	return {
		...tokenizer,
		encode(text) {
			const ids = known.get(text) ?? tokenizer.encode(text);
			if (known.size >= remembered) {
				known.clear();
			}
			known.set(text, ids);
			return [...ids];
		},
	};
}
