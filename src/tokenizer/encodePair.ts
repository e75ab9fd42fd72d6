import type { Format } from '../config/format';
import { inputFailure } from '../protocol/failure';
import { commonLength } from './commonLength';
import type { Tokenizer } from './tokenizer';
import { pythonRstrip } from './whitespace';

export type PairOptions = Pick<Format, 'encoding' | 'bos'>;

/** A scored text and what stands before it, as the model reads them. */
export interface EncodedPair {
	/** At least one token, BOS included where there is one. */
	readonly context: number[];
	/** How many tokens the context begins with that stand for no text: the BOS, as a rule. */
	readonly front: number;
	/** At least one token. */
	readonly continuation: number[];
	/** A token spans the join: the ids of the context alone are no beginning of the ids of the whole. */
	readonly merged: boolean;
}

/** Encodes one continuation after a context that is fixed. */
export type PairEncoder = (continuationText: string) => EncodedPair;

/** `pairEncoder` for a single continuation. */
export function encodePair(
	tokenizer: Tokenizer,
	contextText: string,
	continuationText: string,
	options: PairOptions,
): EncodedPair {
	return pairEncoder(tokenizer, contextText, options)(continuationText);
}

/**
 * Encodes the continuations of one context; the context's own ids are computed once.
 *
 * `joint` is lm-evaluation-harness's `_encode_pair`: white space at the end of the context moves to the continuation; the
 * continuation is what the whole has after as many tokens as the context alone. Where that is nothing, because a token
 * spans the join, the tokens back to the last common one are scored instead; under `joint_last` the last token alone is.
 *
 * A BOS text that the context already begins with counts as the BOS. An empty context is the BOS, even with `bos: false`,
 * since something has to stand before the first scored token.
 *
 * @throws Failure where BOS is asked for and there is none, and where context or continuation have no token.
 */
export function pairEncoder(tokenizer: Tokenizer, contextText: string, options: PairOptions): PairEncoder {
	const joint = options.encoding === 'joint' || options.encoding === 'joint_last';
	const alone = tokenizer.encode(joint ? pythonRstrip(contextText) : contextText);
	const front = inFront(tokenizer, options.bos, alone);
	const encode = splitter(tokenizer, contextText, alone, options.encoding);
	return continuationText => {
		const pair = encode(continuationText);
		if (pair.continuation.length === 0) {
			throw inputFailure('tokenizer.empty-continuation', { continuation: continuationText });
		}
		const context = [...front, ...pair.context];
		if (context.length === 0) {
			if (tokenizer.bos === null) {
				throw inputFailure('tokenizer.empty-context', { continuation: continuationText });
			}
			context.push(tokenizer.bos);
		}
		return { ...pair, context, front: context.length - pair.context.length };
	};
}

/** Context and continuation, and nothing in front of them. */
type Split = Omit<EncodedPair, 'front'>;

/** @param alone The context's own ids. */
function splitter(
	tokenizer: Tokenizer,
	contextText: string,
	alone: number[],
	encoding: PairOptions['encoding'],
): (continuationText: string) => Split {
	const apart = (continuation: number[]): Split => ({ context: alone, continuation, merged: false });
	switch (encoding) {
		case 'joint':
		case 'joint_last':
			return text => split(alone, tokenizer.encode(contextText + text), encoding);
		case 'separate':
			return text => apart(tokenizer.encode(text));
		case 'separate_one_space': {
			// LLaMA's tokenizer: "A" and " A" end in the same piece.
			const spaceInFront = tokenizer.encode('A').at(-1) === tokenizer.encode(' A').at(-1);
			return text => apart(tokenizer.encode(spaceInFront ? text.replace(/^ /, '') : text));
		}
		case 'last_token':
			return text => apart(tokenizer.encode(text).slice(-1));
	}
}

/** The ids of a text that begins a context, with what stands in front of it. */
export function contextTokens(tokenizer: Tokenizer, text: string, bos: PairOptions['bos']): number[] {
	const ids = tokenizer.encode(text);
	return [...inFront(tokenizer, bos, ids), ...ids];
}

function split(alone: readonly number[], whole: readonly number[], encoding: 'joint' | 'joint_last'): Split {
	const common = commonLength(alone, whole);
	const merged = common < alone.length;
	// The harness goes on with the context's own ids, although the whole begins otherwise: so do its numbers.
	if (whole.length > alone.length) {
		return { context: [...alone], continuation: whole.slice(alone.length), merged };
	}
	const end = encoding === 'joint' ? common : Math.max(0, whole.length - 1);
	return { context: whole.slice(0, end), continuation: whole.slice(end), merged };
}

function inFront(tokenizer: Tokenizer, bos: PairOptions['bos'], ids: readonly number[]): readonly number[] {
	if (bos === false) {
		return [];
	}
	if (bos === true && tokenizer.bos === null) {
		throw inputFailure('tokenizer.no-bos', {});
	}
	const prefix = bos === true && tokenizer.bos !== null ? [tokenizer.bos] : tokenizer.prefix;
	return prefix.length > 0 && prefix.every((id, i) => ids[i] === id) ? [] : prefix;
}
