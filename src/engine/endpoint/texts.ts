import { runFailure } from '../../protocol/failure';
import type { ChatMessage } from '../../protocol/prompt';
import { tokenGroups } from '../../tokenizer/tokenGroups';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Route, Sequence, WantedToken } from './route';

/** Ids and texts, as both sides mean them. */
export interface Texts {
	/** @param messages Of a chat: what its tokens were written from. */
	sequenceOf(ids: readonly number[], messages?: readonly ChatMessage[] | null): Sequence;
	wantedOf(token: number): WantedToken;
	/** The text of ids, without what the tokenizer puts in front by itself. */
	bareText(ids: readonly number[]): string;
	/** Ids of a text as this side reads it, nothing added. */
	encode(text: string): readonly number[];
	/** What the tokenizer puts in front by itself. */
	readonly prefix: readonly number[];
}

/** @param putsBos Whether the server puts a BOS in front of texts. */
export function textsOf(tokenizer: Tokenizer, putsBos: boolean): Texts {
	const tokenText = tokenTexts(tokenizer);
	const textOf = (ids: readonly number[]) => {
		const own = putsBos && ids[0] === tokenizer.bos ? ids.slice(1) : ids;
		const text = tokenizer.decode(own);
		// The server reads the text anew; its tokenizer is the same as the one here.
		const read = tokenizer.encode(text);
		if (read.length !== own.length || read.some((id, i) => id !== own[i])) {
			throw runFailure('endpoint.not-as-text', { tokens: own.length, read: read.length });
		}
		return text;
	};
	return {
		sequenceOf: (ids, messages = null) => ({ ids, messages, text: () => textOf(ids) }),
		wantedOf: id => ({ id, text: tokenText(id) }),
		bareText: ids =>
			tokenizer.decode(tokenizer.prefix.every((id, i) => ids[i] === id) ? ids.slice(tokenizer.prefix.length) : ids),
		encode: text => tokenizer.encode(text),
		prefix: tokenizer.prefix,
	};
}

/**
 * What a token stands for behind another one, as servers tell it. Alone it would be the beginning of a text, where decoders
 * of SentencePiece leave a blank out: “▁A” would be taken for “A”, which is another token.
 */
function tokenTexts(tokenizer: Tokenizer): (id: number) => string {
	const front = tokenizer.encode('a').slice(-1);
	const known = new Map<number, string>();
	return id => {
		let text = known.get(id);
		if (text === undefined) {
			const ids = [...front, id];
			const whole = tokenizer.decode(ids);
			text = whole.slice(tokenGroups(tokenizer, whole, ids)[0]?.end ?? 0);
			known.set(id, text);
		}
		return text;
	};
}

/** A text that any tokenizer cuts into a few tokens. */
export const sampleText = 'Hello world';

/**
 * Whether a server puts a BOS in front of texts, by the number of tokens that it counts. Where it does not tell, or counts
 * otherwise, as the tokenizer would: the probe looks at prompts of the run.
 */
export async function findBos(route: Route, tokenizer: Tokenizer, signal: AbortSignal): Promise<boolean> {
	const byHabit = tokenizer.prefix.length > 0;
	if (route.prompts !== 'text' || tokenizer.bos === null) {
		return byHabit;
	}
	const ids = tokenizer.encode(sampleText);
	const { usage } = await route.after({ ids, text: () => sampleText }, [], signal);
	switch (usage.prompt) {
		case ids.length:
			return false;
		case ids.length + 1:
			return true;
		default:
			return byHabit;
	}
}
