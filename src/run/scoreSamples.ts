import type { Engine } from '../engine/contract';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { scoreAnswers } from '../task/ask';
import type { Asked, Scored } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ResponseCache, Responses } from './responseCache';

export interface ScoredSample {
	readonly asked: Asked;
	readonly scored: Scored;
}

/**
 * Asks the engine what the cache does not know. Yields in order, each example as soon as it is complete; while the engine
 * computes one, the next is prepared.
 */
export async function* scoreSamples(
	examples: Iterable<Asked>,
	engine: Engine,
	tokenizer: Tokenizer,
	cache: ResponseCache,
	token: CancellationToken,
): AsyncGenerator<ScoredSample> {
	const answer = async (asked: Asked): Promise<ScoredSample> => {
		const { requests, generation } = asked;
		const [results, generated] = await Promise.all([
			Promise.all(requests.map(one => known(cache.loglikelihood, one, () => engine.loglikelihood(one, token)))),
			generation ? known(cache.generate, generation, () => engine.generate(generation, token)) : null,
		]);
		return { asked, scored: scoreAnswers(asked, { results, generated }, tokenizer) };
	};
	const underWay: Promise<ScoredSample>[] = [];
	for (const asked of examples) {
		const sample = answer(asked);
		// Whoever stops reading early leaves samples behind that nobody awaits.
		sample.catch(() => {});
		underWay.push(sample);
		// Preparing blocks: let cancellation and messages through, even where the cache answers everything.
		await new Promise(resolve => setImmediate(resolve));
		throwIfCancelled(token);
		if (underWay.length >= engine.inFlight) {
			yield* first(underWay);
		}
	}
	while (underWay.length > 0) {
		yield* first(underWay);
	}
}

/** What the cache has, else what is computed and then kept there. */
async function known<Q, R>(responses: Responses<Q, R>, request: Q, compute: () => Promise<R>): Promise<R> {
	const kept = responses.get(request);
	if (kept !== undefined) {
		return kept;
	}
	const result = await compute();
	await responses.put(request, result);
	return result;
}

async function* first(underWay: Promise<ScoredSample>[]): AsyncGenerator<ScoredSample> {
	const sample = underWay.shift();
	if (sample) {
		yield await sample;
	}
}
