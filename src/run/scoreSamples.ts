import type { Engine, LoglikelihoodResult } from '../engine/contract';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { type Asked, type Scored, score } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ResponseCache } from './responseCache';

/** Examples prepared at a time: enough to keep the engine busy, few enough to stop at once and to hold in memory. */
const batchSize = 16;

/** Asks the engine what the cache does not know; yields in order, as soon as an example is complete. */
export async function* scoreSamples(
	asked: Iterator<Asked>,
	engine: Engine,
	tokenizer: Tokenizer,
	cache: ResponseCache,
	token: CancellationToken,
): AsyncGenerator<{ readonly asked: Asked; readonly scored: Scored }> {
	for (;;) {
		const batch = takeBatch(asked, cache);
		if (batch.length === 0) {
			return;
		}
		const missing = batch.flatMap(example => example.missing.map(request => ({ example, request })));
		const results = engine.loglikelihood(
			missing.map(({ example, request }) => example.asked.requests[request] ?? fail()),
			token,
		);
		let next = 0;
		for await (const result of results) {
			const { example, request } = missing[next++] ?? fail();
			example.results[request] = result;
			await cache.put(example.asked.requests[request] ?? fail(), result);
			yield* complete(batch, tokenizer);
		}
		yield* complete(batch, tokenizer);
		// A batch that the cache answered whole never waited: let a cancellation through.
		await new Promise(resolve => setImmediate(resolve));
		throwIfCancelled(token);
	}
}

interface Waiting {
	readonly asked: Asked;
	readonly results: (LoglikelihoodResult | undefined)[];
	/** Requests that the engine has to answer. */
	readonly missing: readonly number[];
}

function takeBatch(asked: Iterator<Asked>, cache: ResponseCache): Waiting[] {
	const batch: Waiting[] = [];
	while (batch.length < batchSize) {
		const next = asked.next();
		if (next.done) {
			break;
		}
		const results = next.value.requests.map(request => cache.get(request));
		const missing = results.flatMap((result, i) => (result ? [] : [i]));
		batch.push({ asked: next.value, results, missing });
	}
	return batch;
}

/** Takes the complete examples off the front. */
function* complete(batch: Waiting[], tokenizer: Tokenizer) {
	for (let first = batch[0]; first; first = batch[0]) {
		const results = first.results.filter(result => result !== undefined);
		if (results.length < first.results.length) {
			return;
		}
		batch.shift();
		yield { asked: first.asked, scored: score(first.asked, results, tokenizer) };
	}
}

function fail(): never {
	throw new Error('the engine answered more than it was asked');
}
