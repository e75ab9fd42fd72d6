import type { Answer, LoglikelihoodResult, RequestId } from '../requests';
import type { PieceRead } from './piece';

/** What the model expects after a token: of the tokens asked for, in their order. */
export interface ReadResult {
	readonly logprobs: readonly number[];
	/** The most probable token of the whole vocabulary. */
	readonly argmax: number;
}

interface Pending {
	readonly sums: { logprob: number; greedy: boolean }[];
	argmax: number;
	/** Reads that are still to come. */
	left: number;
}

/** Puts answers together out of what steps read, wherever the plan put them. */
export class AnswerCollector {
	readonly #pending = new Map<RequestId, Pending>();

	/** @param lengths Tokens of each continuation, by request. */
	constructor(private readonly lengths: readonly (readonly number[])[]) {}

	/** Takes the results of a piece's reads. @returns The answers that are complete with them. */
	take(reads: readonly PieceRead[], results: readonly ReadResult[]): Answer[] {
		const answers: Answer[] = [];
		for (const [i, { marks }] of reads.entries()) {
			const result = results[i];
			for (const [k, { request, continuation, step, token }] of marks.entries()) {
				const pending = this.#of(request);
				const sum = pending.sums[continuation];
				if (!result || !sum) {
					throw new Error('an engine gave fewer results than it was asked for');
				}
				sum.logprob += result.logprobs[k] ?? Number.NaN;
				sum.greedy &&= token === result.argmax;
				pending.argmax = step === 0 ? result.argmax : pending.argmax;
				pending.left--;
				if (pending.left === 0) {
					this.#pending.delete(request);
					answers.push({ kind: 'scored', request, result: resultOf(pending) });
				}
			}
		}
		return answers;
	}

	#of(request: RequestId): Pending {
		const known = this.#pending.get(request);
		if (known) {
			return known;
		}
		const lengths = this.lengths[request] ?? [];
		const pending: Pending = {
			sums: lengths.map(() => ({ logprob: 0, greedy: true })),
			argmax: -1,
			left: lengths.reduce((sum, length) => sum + length, 0),
		};
		this.#pending.set(request, pending);
		return pending;
	}
}

function resultOf({ sums, argmax }: Pending): LoglikelihoodResult {
	return { continuations: sums, argmax };
}
