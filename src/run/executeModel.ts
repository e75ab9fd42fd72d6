import type { Question } from '../data/row';
import { engineSetting, type LocalEngine, startLocalEngine } from '../engine/localEngine';
import type { Sample } from '../protocol/sample';
import { confirmPlan } from './confirmPlan';
import { type Attempt, mayChange, modelDevices, type NextSample, notesOf, onWorkingDevice } from './deviceFallback';
import { localOptions, openCache } from './modelEngine';
import { refuseReplaced } from './modelFiles';
import { fromCacheAlone, modelRecord, refuseOtherEngine } from './modelRecord';
import type { LocalModel } from './models';
import type { EvaluateOptions } from './options';
import type { PlannedModel } from './planVariants';
import type { DeviceChange, ModelRecord } from './record';
import type { ResponseCache } from './responseCache';
import { collectRequests, type SampleRequest, type SampleRequests } from './sampleRequests';
import type { SampleWriter } from './sampleWriter';
import { scoredFromCache, scoreSamples } from './scoreSamples';
import type { Tracker } from './tracker';

export interface ModelExecution {
	readonly dir: string;
	readonly planned: PlannedModel<LocalModel>;
	readonly examples: readonly Question[];
	readonly options: EvaluateOptions;
	/** The model's samples that earlier sittings recorded, in the order of the file. */
	readonly recorded: readonly Pick<Sample, 'variant' | 'key'>[];
	/** What an earlier sitting computed with. */
	readonly before: ModelRecord | null;
	readonly writer: SampleWriter;
	readonly tracker: Tracker;
	/** Puts the model into run.json. */
	readonly update: (record: ModelRecord) => Promise<void>;
	/** Called often: time to bring to the disk what was computed. */
	readonly checkpoint: () => Promise<void>;
}

/**
 * Computes and records the samples of a model that are missing. What the cache knows is recorded first. Everything is in the
 * plan, whatever is recorded already, and what is missing is computed as the whole plan has it: so a run that was
 * interrupted ends with the numbers of one that was not, to the last bit.
 */
export async function executeModel(execution: ModelExecution): Promise<void> {
	const { planned, options, before, tracker } = execution;
	const { model } = planned;
	tracker.phase('planning', model.name);
	const setting = await engineSetting(localOptions(model, options), options.token);
	let cache = await openCache(options, setting, model);
	const timing = {
		load: before?.seconds.load ?? 0,
		plan: before?.seconds.plan ?? 0,
		score: before?.seconds.score ?? 0,
	};
	try {
		const planning = seconds();
		const { requests, fromCache, isRecorded, markRecorded } = await collect(execution, cache);
		timing.plan += planning();
		if (requests.samples.every(isRecorded)) {
			await execution.update(before ?? fromCacheAlone(model, setting, fromCache, requests, timing));
			return;
		}
		const next = (): NextSample | null => {
			const missing = requests.samples.filter(sample => !isRecorded(sample));
			const [sample] = missing;
			const from_sample = requests.samples.length - missing.length;
			return sample ? { from_sample, variant: sample.variant, key: sample.question.key } : null;
		};
		let latest = before;
		const update = async (record: ModelRecord) => {
			latest = record;
			await execution.update(record);
		};
		const attempt = async ({ device, onDeviceFailure, changed }: Attempt) => {
			tracker.phase('loading', model.name);
			const loading = seconds();
			// Of another device neither the graph nor the plan is of use.
			const like = latest?.device === device ? latest : null;
			const engine = await startLocalEngine(
				{
					...localOptions(model, options),
					device,
					onDeviceFailure,
					planSettings: like?.plan ?? undefined,
					passes: like?.graph?.passes,
					onSilence: tracker.silence,
				},
				options.token,
			);
			try {
				timing.load += loading();
				if (engine.info.device !== setting.device) {
					// It fell back: what it computes belongs elsewhere.
					await cache.close();
					cache = await openCache(options, engine.info, model);
				}
				const parts = { engine, cache, requests, isRecorded, fromCache, timing, markRecorded, changed, next };
				await score({ ...execution, ...parts, before: latest, update });
			} finally {
				engine.dispose();
			}
		};
		await onWorkingDevice(model, before ?? undefined, attempt, next);
	} finally {
		await cache.close();
	}
}

interface Scoring extends ModelExecution {
	readonly engine: LocalEngine;
	readonly cache: ResponseCache;
	readonly requests: SampleRequests;
	readonly isRecorded: (sample: SampleRequest) => boolean;
	readonly markRecorded: (variant: string, key: string) => void;
	/** The change of device that led here; null: none in this sitting. */
	readonly changed: DeviceChange | null;
	readonly next: () => NextSample | null;
	readonly fromCache: number;
	readonly timing: { load: number; plan: number; score: number };
}

async function score(scoring: Scoring): Promise<void> {
	const { planned, options, before, writer, tracker, dir, engine, cache, requests, isRecorded, fromCache, timing } =
		scoring;
	const devices = modelDevices(engine.info.devices, before ?? undefined, scoring.changed, scoring.next());
	const { model } = planned;
	const planning = seconds();
	const plan = engine.plan(requests.trie);
	timing.plan += planning();
	let computed = before?.tokens.computed ?? 0;
	const record = (): ModelRecord => ({
		...modelRecord(model, engine.info),
		devices,
		notes: notesOf(model.name, devices, engine.info.notes, before ?? undefined),
		threads: engine.info.threads,
		plan: engine.planSettings,
		graph: engine.info.graph,
		from_cache: fromCache,
		tokens: {
			naive: plan.counts.naive,
			one_request: plan.counts.oneRequest,
			distinct: plan.counts.distinct,
			planned: plan.counts.planned,
			computed,
		},
		seconds: { ...timing, score: timing.score + scored() },
	});
	let scored = () => 0;
	if (before) {
		refuseOtherEngine(before, record(), dir, scoring.changed !== null || mayChange(model, engine.info));
	}
	// A change of the device is told before there is a sample after it, and after those before it are safe.
	await writer.sync();
	await scoring.update(record());
	tracker.on(engine.info.devices);
	await refuseReplaced(model);
	const missing = requests.samples.filter(sample => !isRecorded(sample));
	const asked = new Set(missing.flatMap(({ ids }) => ids));
	tracker.plan(plan, request => !asked.has(request), missing.length);
	if (!before) {
		const isDone = (request: number) => !asked.has(request);
		const what = { model: model.name, examples: scoring.examples.length, isDone };
		await confirmPlan(engine, plan, what, options);
	}
	tracker.phase('scoring', model.name);
	scored = seconds();
	const samples = scoreSamples(requests, plan, engine, model.tokenizer, {
		isDone: isRecorded,
		onStep(step) {
			computed += step.tokens;
			tracker.step(step);
		},
		cache,
		token: options.token,
	});
	try {
		for await (const sample of samples) {
			await writer.write(model.name, sample.asked, sample.scored);
			scoring.markRecorded(sample.asked.variant.name, sample.asked.question.key);
			if (tracker.sample(model.name, sample.asked.variant.name)) {
				await refuseReplaced(model);
				await scoring.checkpoint();
				await scoring.update(record());
			}
		}
		await refuseReplaced(model);
	} finally {
		await scoring.update(record());
	}
}

/**
 * Asks for everything. What the cache knows is recorded at once, when the run begins: later sittings do not look, since what
 * other runs put there meanwhile may differ in the last bits.
 */
async function collect(execution: ModelExecution, cache: ResponseCache) {
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
		{ token: options.token, onProgress: tracker.asked },
	);
	return {
		requests,
		fromCache,
		isRecorded: (sample: SampleRequest) => done.has(idOf(sample)),
		markRecorded: (variant: string, key: string) => void done.add(id({ variant, key })),
	};
}

function seconds(): () => number {
	const since = performance.now();
	return () => (performance.now() - since) / 1000;
}
