import type { Question } from '../data/row';
import type { EngineSetting } from '../engine/contract';
import { engineSetting, startLocalEngine } from '../engine/localEngine';
import { mostWritten, writingLeft } from '../engine/planning/writing';
import type { RequestId } from '../engine/requests';
import type { Estimate } from '../launch/contract';
import { otherImage } from '../launch/hubJobs/request';
import { launcherOf } from '../launch/launchers';
import { expectedTime } from './expectedTime';
import { loadRun } from './loadRun';
import { type MeasuredTime, measureTime } from './measureTime';
import { localOptions, openCache } from './modelEngine';
import type { LocalModel, RemoteModel } from './models';
import type { EvaluateOptions } from './options';
import type { PlannedModel } from './planVariants';
import type { TokenRecord } from './record';
import { collectRequests, type SampleRequests } from './sampleRequests';
import { scoredFromCache } from './scoreSamples';
import { smallestDifference } from './smallestDifference';
import { takeKnown } from './takeKnown';
import { trackRun } from './tracker';

/** What a run would take, for one model. */
export interface ModelPlan {
	readonly model: string;
	/** What computes: this computer, or a server. */
	readonly place: 'here' | 'server';
	readonly tokens: Omit<TokenRecord, 'computed'>;
	/**
	 * From its start to its end, loading included, and what is written here as long as it may get; null: a server computes, and
	 * nothing tells how fast it is.
	 */
	readonly seconds: number | null;
	/**
	 * Tokens that the model may write, and how many of the seconds are theirs: a bound, since texts may end sooner. Null: a server
	 * computes, whose part is not told apart. Absent: nothing is left to be written.
	 */
	readonly written_at_most?: { readonly tokens: number; readonly seconds: number | null };
	/** What starting the server may cost and how long it lasts at most; absent where none is started. */
	readonly launch?: Estimate;
	/** The Docker image that is started in place of the usual one (`otherImage`); absent: none. */
	readonly image?: string;
	/** The smallest difference between two variants that the run can show (`smallestDifference`); null: none. */
	readonly mde: number | null;
	/** Tokens that each variant adds to those before it. */
	readonly variants: readonly { readonly variant: string; readonly adds: number }[];
	/** Samples, and those of them that the cache answers. */
	readonly samples: number;
	readonly from_cache: number;
}

/**
 * Plans a run without running it: tokens counted by how they might be sent, and the time after steps of three kinds were
 * measured on each model. Writes nothing but the rewritten graph of a model.
 * @throws Failure for whatever would keep the run from beginning.
 */
export async function planRun(options: EvaluateOptions): Promise<ModelPlan[]> {
	const { dataset, planned } = await loadRun(options);
	const plans: ModelPlan[] = [];
	for (const one of planned) {
		const { model } = one;
		plans.push(
			model.kind === 'local'
				? await planLocal({ ...one, model }, dataset.examples, options)
				: await planRemote({ ...one, model }, dataset.examples, options),
		);
	}
	return plans;
}

/** Asks no server and starts none: what is known of the prompts, and of the price. */
async function planRemote(
	{ model, variants }: PlannedModel<RemoteModel>,
	examples: readonly Question[],
	options: EvaluateOptions,
): Promise<ModelPlan> {
	const { token, onProgress = () => {} } = options;
	const samples = examples.length * variants.length;
	const tracker = trackRun({ total: samples, before: 0, onProgress });
	tracker.phase('planning', model.name);
	const all = await collectRequests(variants, examples, model, () => {}, { token, onProgress: tracker.asked });
	const { launch } = model;
	const { distinct } = all.trie.counts;
	const estimate = launch.kind === 'url' ? null : await launcherOf(launch, options).estimate(model, token);
	const image = otherImage(launch);
	const written = mostWritten(all.trie);
	const work = { tokens: distinct, samples };
	const expected = await expectedTime(options.file, model, work, estimate ?? { speed: null });
	return {
		...told(model.name, examples, all, distinct),
		place: 'server',
		seconds: expected?.seconds ?? null,
		...(written > 0 && { written_at_most: { tokens: written, seconds: null } }),
		...(estimate && { launch: estimate }),
		...(image !== null && { image }),
		from_cache: 0,
	};
}

async function planLocal(
	{ model, variants }: PlannedModel<LocalModel>,
	examples: readonly Question[],
	options: EvaluateOptions,
): Promise<ModelPlan> {
	const { token, onProgress = () => {} } = options;
	const samples = examples.length * variants.length;
	const tracker = trackRun({ total: samples, before: 0, onProgress });
	tracker.phase('planning', model.name);
	const setting = await engineSetting(localOptions(model, options), token);
	const cache = await openCache(options, setting, model);
	const known = new Set<RequestId>();
	let fromCache = 0;
	const all = await collectRequests(
		variants,
		examples,
		model,
		({ ids }, asked) => {
			if (scoredFromCache(asked, cache, model.tokenizer)) {
				fromCache++;
				for (const id of ids) {
					known.add(id);
				}
			}
		},
		{ token, onProgress: tracker.asked },
	).finally(() => cache.close());
	if (fromCache === samples) {
		return { ...told(model.name, examples, all, 0), place: 'here', seconds: 0, from_cache: fromCache };
	}
	const { planned, seconds, writtenAtMost, more } = await measure(model, setting, all, known, options, tracker.phase);
	return {
		...told(model.name, examples, all, planned),
		place: 'here',
		seconds,
		...(writtenAtMost && { written_at_most: writtenAtMost }),
		from_cache: fromCache + more,
	};
}

/** What the prompts alone tell. */
function told(
	model: string,
	examples: readonly Question[],
	{ trie, added, samples }: SampleRequests,
	planned: number,
): Omit<ModelPlan, 'place' | 'seconds' | 'written_at_most' | 'from_cache'> {
	const { naive, oneRequest, distinct } = trie.counts;
	return {
		model,
		tokens: { naive, one_request: oneRequest, distinct, planned },
		mde: smallestDifference(examples.length),
		variants: added.map(({ variant, tokens }) => ({ variant, adds: tokens })),
		samples: samples.length,
	};
}

/** What is left for the engine; `more`: samples that the cache of its device knows, where it is not the one expected. */
async function measure(
	model: LocalModel,
	expected: EngineSetting,
	{ trie, samples }: SampleRequests,
	known: ReadonlySet<RequestId>,
	options: EvaluateOptions,
	phase: (phase: 'loading' | 'planning', model: string) => void,
): Promise<MeasuredTime & { readonly planned: number; readonly more: number }> {
	const { token } = options;
	phase('loading', model.name);
	const started = performance.now();
	const engine = await startLocalEngine(localOptions(model, options), token);
	try {
		const loading = (performance.now() - started) / 1000;
		const done = new Set(known);
		let more = 0;
		if (engine.info.device !== expected.device) {
			const missing = samples.filter(({ ids }) => !ids.every(id => known.has(id)));
			const cache = await openCache(options, engine.info, model);
			await takeKnown(missing, cache, model.tokenizer, token, ({ ids }) => {
				more++;
				for (const id of ids) {
					done.add(id);
				}
			}).finally(() => cache.close());
		}
		const plan = engine.plan(trie);
		const isDone = (id: RequestId) => done.has(id);
		const work = engine.left(plan, isDone);
		const time = await measureTime(engine, plan, { work, writing: writingLeft(plan, isDone) }, token);
		return { ...time, planned: work.tokens, seconds: loading + time.seconds, more };
	} finally {
		engine.dispose();
	}
}
