import type { Engine } from '../engine/contract';
import type { StepTime } from '../engine/planning/costModel';
import type { EnginePlan } from '../engine/planning/enginePlan';
import type { Answer, GenerateResult, LoglikelihoodResult } from '../engine/requests';
import type { CancellationToken } from '../protocol/cancellation';
import type { Message } from '../protocol/messages';
import { scoreAnswers } from '../task/ask';
import type { Asked, Scored } from '../task/multipleChoice';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ResponseCache } from './responseCache';
import type { SampleRequest, SampleRequests } from './sampleRequests';

export interface ScoredSample {
	readonly kind: 'scored';
	readonly asked: Asked;
	readonly scored: Scored;
}

/** Of its requests at least one could not be answered: it stays without an answer, and never counts as wrong. */
export interface FailedSample {
	readonly kind: 'failed';
	readonly sample: SampleRequest;
	readonly reason: Message;
}

export interface ScoreOptions {
	/** Samples that are not wanted any more. */
	readonly isDone?: (sample: SampleRequest) => boolean;
	readonly onStep?: (time: StepTime) => void;
	readonly cache: ResponseCache;
	readonly token: CancellationToken;
}

/** Works through the plan of all requests; yields each sample as soon as the last of its requests is answered. */
export async function* scoreSamples<P extends EnginePlan>(
	{ samples }: SampleRequests,
	plan: P,
	engine: Engine<P>,
	tokenizer: Tokenizer,
	{ isDone = () => false, onStep, cache, token }: ScoreOptions,
): AsyncGenerator<ScoredSample | FailedSample> {
	const sampleOf = new Int32Array(plan.lengths.length);
	for (const [i, { ids }] of samples.entries()) {
		for (const id of ids) {
			sampleOf[id] = i;
		}
	}
	const done = samples.map(isDone);
	const waiting = new Map<number, Map<number, Answer>>();
	const work = {
		isDone: (request: number) => done[sampleOf[request] ?? -1] ?? true,
		token,
		...(onStep && { onStep }),
	};
	for await (const answer of engine.work(plan, work)) {
		const i = sampleOf[answer.request] ?? -1;
		const sample = samples[i];
		const answers = waiting.get(i) ?? new Map<number, Answer>();
		waiting.set(i, answers.set(answer.request, answer));
		if (sample && answers.size === sample.ids.length) {
			waiting.delete(i);
			const failed = [...answers.values()].find(({ kind }) => kind === 'failed');
			if (failed?.kind === 'failed') {
				yield { kind: 'failed', sample, reason: failed.reason };
				continue;
			}
			const asked = sample.ask();
			yield await scoredOf(
				asked,
				sample.ids.map(id => answers.get(id)),
				tokenizer,
				cache,
			);
		}
	}
}

async function scoredOf(
	asked: Asked,
	answers: readonly (Answer | undefined)[],
	tokenizer: Tokenizer,
	cache: ResponseCache,
): Promise<ScoredSample> {
	const results: LoglikelihoodResult[] = [];
	let generated: GenerateResult | null = null;
	for (const answer of answers) {
		if (answer?.kind === 'scored') {
			const request = asked.requests[results.length];
			results.push(answer.result);
			if (request) {
				await cache.loglikelihood.put(request, answer.result);
			}
		} else if (answer?.kind === 'written' && asked.generation) {
			generated = answer.result;
			await cache.generate.put(asked.generation, answer.result);
		}
	}
	return { kind: 'scored', asked, scored: scoreAnswers(asked, { results, generated }, tokenizer) };
}

/** The sample as far as it needs no engine: null where the cache does not know all its answers. */
export function scoredFromCache(asked: Asked, cache: ResponseCache, tokenizer: Tokenizer): Scored | null {
	const results = asked.requests.map(request => cache.loglikelihood.get(request));
	const generated = asked.generation ? cache.generate.get(asked.generation) : null;
	return generated !== undefined && results.every(result => result !== undefined)
		? scoreAnswers(asked, { results, generated }, tokenizer)
		: null;
}
