import type { LoglikelihoodRequest, LoglikelihoodResult } from '../contract';
import {
	type ComputedModel,
	type ContextReader,
	checkContext,
	checkTokens,
	type Distribution,
	distribution,
	logprobOf,
} from './contextReader';
import type { Decoder } from './decoder';

export interface Scorer {
	/** One request at a time. */
	score(request: LoglikelihoodRequest): Promise<LoglikelihoodResult>;
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
 * One-token continuations are read off the context's last row. A longer one is run on top of the context, all but its last
 * token; those that begin others, or equal them, are read off the same rows.
 */
export function createScorer(decoder: Decoder, contexts: ContextReader, model: ComputedModel): Scorer {
	return {
		async score(request) {
			check(request, decoder.vocabularySize, model);
			const { continuations } = request;
			const branches = longestFirst(continuations);
			const anyLonger = branches.some(({ length }) => length > 1);
			const { past, next, ...read } = await contexts.read(request, anyLonger);
			let { computed } = read;

			const paths: Path[] = [];
			for (const tokens of branches) {
				if (!paths.some(path => begins(path.tokens, tokens))) {
					const fed = tokens.slice(0, -1);
					computed += fed.length;
					const { rows } =
						fed.length > 0
							? await decoder.forward({ tokens: fed, past, rows: fed.length, keepPast: false })
							: { rows: [] };
					paths.push(pathOf(tokens, [next, ...rows.map(row => distribution(row, model))]));
				}
			}
			return { continuations: continuations.map(tokens => sumOf(tokens, paths)), argmax: next.argmax, computed };
		},
	};
}

function pathOf(tokens: readonly number[], distributions: readonly Distribution[]): Path {
	const logprobs: number[] = [];
	const greedy: boolean[] = [];
	for (const [i, next] of distributions.entries()) {
		const token = tokens[i] ?? -1;
		logprobs.push(logprobOf(token, next));
		greedy.push(token === next.argmax);
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

function check(request: LoglikelihoodRequest, size: number, model: ComputedModel): void {
	checkContext(request, size, model);
	if (request.continuations.some(({ length }) => length === 0)) {
		throw new Error('a continuation needs at least one token');
	}
	checkTokens(request.continuations.flat(), size, model);
}
