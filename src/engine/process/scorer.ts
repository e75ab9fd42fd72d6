import { inputFailure, runFailure } from '../../protocol/failure';
import type { LoglikelihoodRequest, LoglikelihoodResult } from '../contract';
import type { Decoder, Past } from './decoder';
import { summarise, type VocabularyRow } from './vocabularyRow';

export interface Scorer {
	/** One request at a time. */
	score(request: LoglikelihoodRequest): Promise<LoglikelihoodResult>;
}

/** What failures name. */
export interface ScoredModel {
	readonly file: string;
	readonly device: string;
}

/** The beginning of a continuation, scored token by token. */
interface Path {
	readonly tokens: readonly number[];
	readonly logprobs: readonly number[];
	readonly greedy: readonly boolean[];
}

/**
 * Scores continuations exactly: the numbers are those of one plain forward over context and continuation.
 *
 * The request's prefix is computed as a chunk of its own and kept for the requests after it; the rest of the context is
 * run on top, and one-token continuations are read off its last row. A longer continuation is run on top of that, all but
 * its last token; those that begin others, or equal them, are read off the same rows.
 */
export function createScorer(decoder: Decoder, model: ScoredModel): Scorer {
	let kept: { readonly tokens: readonly number[]; readonly past: Past | null } | null = null;

	return {
		async score(request) {
			check(request, decoder.vocabularySize, model);
			const { context, continuations } = request;
			let computed = 0;
			const forward = (tokens: readonly number[], past: Past | null, rows: number, keepPast: boolean) => {
				computed += tokens.length;
				return decoder.forward({ tokens, past, rows, keepPast });
			};

			const prefix = context.slice(0, request.prefix);
			if (prefix.length > 0 && !(kept && equal(kept.tokens, prefix))) {
				// Freed before its successor is made: a cache can be as large as the model.
				kept = null;
				kept = { tokens: prefix, past: (await forward(prefix, null, 0, true)).past };
			}

			const branches = longestFirst(continuations);
			const anyLonger = branches.some(({ length }) => length > 1);
			const rest = context.slice(prefix.length);
			const after = await forward(rest, prefix.length > 0 ? (kept?.past ?? null) : null, 1, anyLonger);

			const first = distribution(after.rows[0], model);
			const paths: Path[] = [];
			for (const tokens of branches) {
				if (!paths.some(path => begins(path.tokens, tokens))) {
					const fed = tokens.slice(0, -1);
					const { rows } = fed.length > 0 ? await forward(fed, after.past, fed.length, false) : { rows: [] };
					paths.push(pathOf(tokens, [first, ...rows.map(row => distribution(row, model))]));
				}
			}
			return { continuations: continuations.map(tokens => sumOf(tokens, paths)), argmax: first.argmax, computed };
		},
	};
}

interface Distribution {
	readonly row: VocabularyRow;
	readonly logSumExp: number;
	readonly argmax: number;
}

function distribution(row: VocabularyRow | undefined, { file, device }: ScoredModel): Distribution {
	if (!row) {
		throw new Error('the decoder gave fewer rows than it was asked for');
	}
	const summary = summarise(row);
	if (!Number.isFinite(summary.logSumExp)) {
		throw runFailure('engine.not-finite', { file, device });
	}
	return { row, ...summary };
}

function pathOf(tokens: readonly number[], distributions: readonly Distribution[]): Path {
	const logprobs: number[] = [];
	const greedy: boolean[] = [];
	for (const [i, { row, logSumExp, argmax }] of distributions.entries()) {
		const token = tokens[i] ?? -1;
		logprobs.push((row[token] ?? Number.NaN) - logSumExp);
		greedy.push(token === argmax);
	}
	return { tokens, logprobs, greedy };
}

function sumOf(tokens: readonly number[], paths: readonly Path[]): LoglikelihoodResult['continuations'][number] {
	const path = paths.find(path => begins(path.tokens, tokens));
	if (!path) {
		throw new Error('a continuation was not scored');
	}
	return {
		logprob: path.logprobs.slice(0, tokens.length).reduce((sum, logprob) => sum + logprob, 0),
		greedy: path.greedy.slice(0, tokens.length).every(Boolean),
	};
}

function longestFirst(continuations: readonly (readonly number[])[]): (readonly number[])[] {
	return [...continuations].sort((a, b) => b.length - a.length);
}

function begins(whole: readonly number[], beginning: readonly number[]): boolean {
	return beginning.length <= whole.length && beginning.every((token, i) => whole[i] === token);
}

function equal(a: readonly number[], b: readonly number[]): boolean {
	return a.length === b.length && begins(a, b);
}

/** Requests come over a wire and token ids from another file than the model: both are looked at before they are fed. */
function check({ context, prefix, continuations }: LoglikelihoodRequest, size: number, { file }: ScoredModel): void {
	if (!(prefix >= 0 && prefix < context.length) || continuations.some(({ length }) => length === 0)) {
		throw new Error('a request needs a context longer than its prefix, and continuations of at least one token');
	}
	for (const token of [context, ...continuations].flat()) {
		if (!(token >= 0 && token < size)) {
			throw inputFailure('engine.token-out-of-range', { token, size, file });
		}
	}
}
