import type { Question } from '../data/row';
import type { Sample } from '../protocol/sample';
import type { ErrorFile } from './errorFile';
import type { BeforeWrite } from './journal';
import type { RunModel } from './models';
import type { EvaluateOptions } from './options';
import type { PlannedModel } from './planVariants';
import type { ModelRecord } from './record';
import type { ResponseCache } from './responseCache';
import { collectRequests, type SampleRequest, type SampleRequests } from './sampleRequests';
import type { SampleWriter } from './sampleWriter';
import { scoredFromCache } from './scoreSamples';
import type { Tracker } from './tracker';

/** One model of a run in one sitting. */
export interface ModelExecution<M extends RunModel = RunModel> {
	readonly dir: string;
	readonly planned: PlannedModel<M>;
	readonly examples: readonly Question[];
	readonly options: EvaluateOptions;
	/** The model's samples that earlier sittings recorded, in the order of the file. */
	readonly recorded: readonly Pick<Sample, 'variant' | 'key'>[];
	/** What an earlier sitting computed with. */
	readonly before: ModelRecord | null;
	readonly writer: SampleWriter;
	/** For samples that cannot be had. */
	readonly errors: ErrorFile;
	readonly tracker: Tracker;
	/** Puts the model into run.json. */
	readonly update: (record: ModelRecord) => Promise<void>;
	/** Called often: time to bring to the disk what was computed. */
	readonly checkpoint: () => Promise<void>;
	/** Throws where another process has the run. */
	readonly stillOurs: BeforeWrite;
}

/** What is asked, and what of it is recorded. */
export interface Collected {
	readonly requests: SampleRequests;
	/** How many samples the cache answered when the run began. */
	readonly fromCache: number;
	readonly isRecorded: (sample: SampleRequest) => boolean;
	readonly markRecorded: (variant: string, key: string) => void;
}

/**
 * Asks for everything. What the cache knows is recorded at once, when the run begins: later sittings do not look, since what
 * other runs put there meanwhile may differ in the last bits.
 */
export async function collect(execution: ModelExecution, cache: ResponseCache): Promise<Collected> {
	const { planned, examples, options, recorded, before, writer, tracker } = execution;
	const { model, variants } = planned;
	const id = ({ variant, key }: Pick<Sample, 'variant' | 'key'>) => JSON.stringify([variant, key]);
	const idOf = ({ variant, question }: SampleRequest) => id({ variant, key: question.key });
	const done = new Set(recorded.map(id));
	let fromCache = before?.from_cache ?? recorded.length;
	const requests = await collectRequests(
		variants,
		examples,
		model,
		async (sample, asked) => {
			const scored = before || done.has(idOf(sample)) ? null : scoredFromCache(asked, cache, model.tokenizer);
			if (scored) {
				await writer.write(model.name, asked, scored);
				done.add(idOf(sample));
				fromCache++;
				tracker.sample(model.name, sample.variant);
			}
		},
		{ token: options.token, onProgress: tracker.asked, keepsMessages: model.kind === 'remote' },
	);
	return {
		requests,
		fromCache,
		isRecorded: (sample: SampleRequest) => done.has(idOf(sample)),
		markRecorded: (variant: string, key: string) => void done.add(id({ variant, key })),
	};
}

/** Seconds from here on. */
export function seconds(): () => number {
	const since = performance.now();
	return () => (performance.now() - since) / 1000;
}
