import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Sequence, WantedToken } from './route';

/** Ids and texts, as both sides mean them. */
export function textsOf(tokenizer: Tokenizer) {
	const bos = tokenizer.bos;
	return {
		sequenceOf: (ids: readonly number[]): Sequence => ({
			ids,
			// Servers that take texts put the BOS there themselves; the probe counts whether they did.
			text: () => tokenizer.decode(ids[0] === bos && tokenizer.prefix.length > 0 ? ids.slice(1) : ids),
		}),
		wantedOf: (id: number): WantedToken => ({ id, text: tokenizer.decode([id]) }),
		encode: (text: string) => tokenizer.encode(text),
	};
}

export type Texts = ReturnType<typeof textsOf>;
