import type { Engine } from '../engine/contract';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { type Asked, type Scored, score } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ResponseCache } from './responseCache';

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
		const results = await Promise.all(
			asked.requests.map(async request => {
				const known = cache.get(request);
				if (known) {
					return known;
				}
				const result = await engine.loglikelihood(request, token);
				await cache.put(request, result);
				return result;
			}),
		);
		return { asked, scored: score(asked, results, tokenizer) };
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

async function* first(underWay: Promise<ScoredSample>[]): AsyncGenerator<ScoredSample> {
	const sample = underWay.shift();
	if (sample) {
		yield await sample;
	}
}
