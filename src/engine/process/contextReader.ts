import { inputFailure, runFailure } from '../../protocol/failure';
import type { LoglikelihoodRequest } from '../contract';
import type { ComputedModel } from './computedModel';
import type { Decoder, Past } from './decoder';
import { summarise, type VocabularyRow } from './vocabularyRow';

export type { ComputedModel } from './computedModel';

/** What the model expects next. */
export interface Distribution {
	readonly row: VocabularyRow;
	readonly logSumExp: number;
	readonly argmax: number;
}

/** The model right after a context. */
export interface ReadContext {
	/** Null unless asked for. */
	readonly past: Past | null;
	readonly next: Distribution;
	/** Tokens that went through the model. */
	readonly computed: number;
}

/** Reads one context at a time, and keeps the cache of the last prefix for those that share it. */
export interface ContextReader {
	read(request: Pick<LoglikelihoodRequest, 'context' | 'prefix'>, keepPast: boolean): Promise<ReadContext>;
}

/**
 * Runs contexts through a decoder: the prefix as a chunk of its own, kept for the requests after it, the rest on top.
 * Scoring and writing share one, so that a prompt that is scored and then continued is read once.
 */
export function createContextReader(decoder: Decoder, model: ComputedModel): ContextReader {
	let kept: { readonly tokens: readonly number[]; readonly past: Past | null } | null = null;

	return {
		async read({ context, prefix: length }, keepPast) {
			let computed = 0;
			const prefix = context.slice(0, length);
			if (prefix.length > 0 && !(kept && equalTokens(kept.tokens, prefix))) {
				// Freed before its successor is made: a cache can be as large as the model.
				kept = null;
				const { past } = await decoder.forward({ tokens: prefix, past: null, rows: 0, keepPast: true });
				kept = { tokens: prefix, past };
				computed += prefix.length;
			}
			const tokens = context.slice(prefix.length);
			const past = prefix.length > 0 ? (kept?.past ?? null) : null;
			const after = await decoder.forward({ tokens, past, rows: 1, keepPast });
			return { past: after.past, next: distribution(after.rows[0], model), computed: computed + tokens.length };
		},
	};
}

/** @throws Failure where the model gave something that is not a number. */
export function distribution(row: VocabularyRow | undefined, { file, device }: ComputedModel): Distribution {
	if (!row) {
		throw new Error('the decoder gave fewer rows than it was asked for');
	}
	const summary = summarise(row);
	if (!Number.isFinite(summary.logSumExp)) {
		throw runFailure('engine.not-finite', { file, device });
	}
	return { row, ...summary };
}

/** ln p of a token. */
export function logprobOf(token: number, { row, logSumExp }: Distribution): number {
	return (row[token] ?? Number.NaN) - logSumExp;
}

/** Requests come over a wire and token ids from another file than the model: both are looked at before they are fed. */
export function checkContext(
	{ context, prefix }: Pick<LoglikelihoodRequest, 'context' | 'prefix'>,
	size: number,
	model: ComputedModel,
): void {
	if (!(prefix >= 0 && prefix < context.length)) {
		throw new Error('a request needs a context longer than its prefix');
	}
	checkTokens(context, size, model);
}

export function checkTokens(tokens: readonly number[], size: number, { file }: ComputedModel): void {
	for (const token of tokens) {
		if (!(token >= 0 && token < size)) {
			throw inputFailure('engine.token-out-of-range', { token, size, file });
		}
	}
}

function equalTokens(a: readonly number[], b: readonly number[]): boolean {
	return a.length === b.length && a.every((token, i) => b[i] === token);
}
