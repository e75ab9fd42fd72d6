import type { CancellationToken } from '../protocol/cancellation';
import type { Asked, Scored } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { noCache, type ResponseCache } from './responseCache';
import { type SampleRequest, slices } from './sampleRequests';
import { scoredFromCache } from './scoreSamples';

/**
 * Looks samples that were asked for before up in another cache, in their order: that of the device which computes in place of
 * the one that was expected. In slices, as `collectRequests` goes.
 */
export async function takeKnown(
	samples: readonly SampleRequest[],
	cache: ResponseCache,
	tokenizer: Tokenizer,
	token: CancellationToken,
	take: (sample: SampleRequest, asked: Asked, scored: Scored) => void | Promise<void>,
): Promise<void> {
	if (cache === noCache) {
		return;
	}
	const pause = slices(token);
	for (const sample of samples) {
		const asked = sample.ask();
		const scored = scoredFromCache(asked, cache, tokenizer);
		if (scored) {
			await take(sample, asked, scored);
		}
		await pause();
	}
}
