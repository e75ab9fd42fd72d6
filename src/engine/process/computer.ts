import type { ReadResult } from '../planning/answers';
import type { GenerateResult } from '../requests';
import type { ComputeRequest, ComputeResult } from '../wire';
import type { ComputedModel } from './computedModel';
import type { Decoder } from './decoder';
import { checkTokens, distribution, logprobOf } from './distribution';
import { KeptCaches } from './keptCaches';
import { type Ending, writeFrom } from './writer';

/** Works on the steps of a plan, one at a time. */
export type Computer = (request: ComputeRequest) => Promise<ComputeResult>;

/** @param ending Called when something is to be written: most runs only score, and need no tokenizer. */
export function createComputer(decoder: Decoder, model: ComputedModel, ending: () => Promise<Ending>): Computer {
	const kept = new KeptCaches(decoder.bytesPerToken);
	// While it writes, each token's cache is given up for the next one's.
	const writing: Decoder = {
		...decoder,
		async forward(request) {
			kept.collect();
			kept.took((request.past?.length ?? 0) * decoder.bytesPerToken);
			return decoder.forward(request);
		},
	};

	return async request => {
		check(request, decoder, model);
		kept.forget(request.forget);
		kept.collect();
		const started = performance.now();
		const { tokens, parents, on, keep, reads, write } = request;
		const last = tokens.length - 1;
		const rows = write ? [...new Set([...reads.map(({ at }) => at), last])] : reads.map(({ at }) => at);
		const keepPast = keep !== null || (write !== null && write.maxTokens > 1);
		const after = await decoder.forward({ tokens, parents, past: on === null ? null : kept.get(on), rows, keepPast });
		kept.took(4 * rows.length * decoder.vocabularySize);
		if (keep !== null && after.past) {
			kept.keep(keep, after.past);
		}
		const distributions = after.rows.map(row => distribution(row, model));
		const results = reads.map((read, i): ReadResult => {
			const next = distributions[i];
			if (!next) {
				throw new Error('the decoder gave fewer rows than it was asked for');
			}
			return { logprobs: read.tokens.map(token => logprobOf(token, next)), argmax: next.argmax };
		});
		const next = distributions.at(-1);
		const written: GenerateResult | null =
			write && next ? await writeFrom({ past: after.past, next }, write, writing, await ending(), model) : null;
		if (keepPast && keep === null) {
			kept.took(tokens.length * decoder.bytesPerToken);
		}
		return { reads: results, written, seconds: (performance.now() - started) / 1000 };
	};
}

/** What comes over a wire is looked at before it is fed. */
function check({ tokens, parents, reads, write }: ComputeRequest, decoder: Decoder, model: ComputedModel): void {
	if (tokens.length === 0) {
		throw new Error('a step needs at least one token');
	}
	checkTokens(tokens, decoder.vocabularySize, model);
	if (parents && (parents.length !== tokens.length || parents.some((parent, i) => !(parent >= -1 && parent < i)))) {
		throw new Error('a tree of tokens whose parents do not stand before them');
	}
	for (const [i, read] of reads.entries()) {
		if (!(read.at > (reads[i - 1]?.at ?? -1) && read.at < tokens.length)) {
			throw new Error('reads that do not ascend within the tokens');
		}
		checkTokens(read.tokens, decoder.vocabularySize, model);
	}
	if (write && !(write.maxTokens >= 1)) {
		throw new Error('a generation needs room for at least one token');
	}
}
