import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Question } from '../data/row';
import type { EngineSetting, WorkOptions } from '../engine/contract';
import { engineSetting, type LocalEngine, type LocalEngineOptions, startLocalEngine } from '../engine/localEngine';
import { calibrate, secondsOf } from '../engine/planning/calibrate';
import type { Plan } from '../engine/planning/plan';
import { inputFailure } from '../protocol/failure';
import type { Sample } from '../protocol/sample';
import { graphCacheFolder, responseCacheFolder } from './caches';
import { type Attempt, mayChange, modelDevices, type NextSample, notesOf, onWorkingDevice } from './deviceFallback';
import { refuseReplaced } from './modelFiles';
import type { LocalModel } from './models';
import { type EvaluateOptions, NotWanted } from './options';
import type { PlannedModel } from './planVariants';
import type { DeviceChange, ModelRecord } from './record';
import { noCache, openResponseCache, type ResponseCache } from './responseCache';
import { collectRequests, type SampleRequest, type SampleRequests } from './sampleRequests';
import type { SampleWriter } from './sampleWriter';
import { scoredFromCache, scoreSamples } from './scoreSamples';
import { smallestDifference } from './smallestDifference';
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
		const missing = () => requests.samples.filter(sample => !isRecorded(sample));
		const next = (): NextSample | null => {
			const [sample] = missing();
			return sample
				? { from_sample: requests.samples.length - missing().length, variant: sample.variant, key: sample.question.key }
				: null;
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
			const like = latest?.device === device || device === 'auto' ? latest : null;
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
	await confirm(scoring, plan, request => !asked.has(request));
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

/** Below this, measuring would take longer than it is worth, in tokens. */
const worthMeasuring = 20_000;

/** Tells what a run that has just begun will take, so that a person can think better of it. */
async function confirm(
	{ engine, before, options, planned, examples }: Scoring,
	plan: Plan,
	isDone: WorkOptions['isDone'],
) {
	if (!options.onPlanned || before || plan.counts.planned < worthMeasuring) {
		return;
	}
	const fit = await calibrate(engine, plan, options.token);
	const { naive, planned: tokens } = plan.counts;
	const told = {
		model: planned.model.name,
		tokens,
		naive,
		seconds: secondsOf(plan, fit, isDone) ?? 0,
		smallestDifference: smallestDifference(examples.length),
	};
	if (!(await options.onPlanned(told))) {
		throw new NotWanted();
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

/** How a model's engine is started. */
export function localOptions(
	{ folder, dtype, device, chunking }: LocalModel,
	{ enginePath, cacheBudget }: Pick<EvaluateOptions, 'enginePath' | 'cacheBudget'>,
): LocalEngineOptions {
	return {
		folder,
		dtype,
		device,
		chunking: chunking ?? undefined,
		enginePath,
		graphFolder: graphCacheFolder(),
		cacheBudget,
	};
}

/** Without a place for it the run goes on without a cache: it is worth time, not numbers. */
export async function openCache(
	options: EvaluateOptions,
	setting: EngineSetting,
	model: LocalModel,
): Promise<ResponseCache> {
	return options.cache === false
		? noCache
		: openResponseCache(responseCacheFolder(path.dirname(options.file)), setting, model.tokenizer.sha256).catch(
				() => noCache,
			);
}

/** One run's numbers come from one engine: another may differ in their last digits. */
function refuseOtherEngine(before: ModelRecord, now: ModelRecord, dir: string, mayBeOtherDevice: boolean): void {
	const name = ({ engine, engine_version, device, graph, plan }: ModelRecord) =>
		[
			`${engine} ${engine_version}`,
			...(mayBeOtherDevice ? [] : [device, ...(graph?.passes ?? []), ...(plan ? [plan.chunking] : [])]),
		].join(', ');
	if (name(before) !== name(now)) {
		throw inputFailure('run.other-engine', { folder: dir, model: now.name, before: name(before), now: name(now) });
	}
}

type Identity = Omit<
	ModelRecord,
	'devices' | 'notes' | 'threads' | 'plan' | 'graph' | 'from_cache' | 'tokens' | 'seconds'
>;

function modelRecord(model: LocalModel, setting: EngineSetting): Identity {
	const hash = createHash('sha256');
	for (const file of model.files) {
		hash.update(file.sha256);
	}
	return {
		name: model.name,
		...(model.origin ? { repository: model.origin.id } : {}),
		revision: model.origin?.commit ?? hash.digest('hex').slice(0, 16),
		dtype: setting.dtype,
		engine: setting.name,
		engine_version: setting.version,
		device: setting.device,
		window: model.window,
		files: model.files,
		tokenizer_sha256: model.tokenizer.sha256,
	};
}

/** Of a model whose answers were all known: no engine was started. */
function fromCacheAlone(
	model: LocalModel,
	setting: EngineSetting,
	fromCache: number,
	{ trie }: SampleRequests,
	timing: ModelRecord['seconds'],
): ModelRecord {
	const { naive, oneRequest, distinct } = trie.counts;
	return {
		...modelRecord(model, setting),
		notes: [],
		threads: null,
		plan: null,
		graph: null,
		from_cache: fromCache,
		tokens: { naive, one_request: oneRequest, distinct, planned: 0, computed: 0 },
		seconds: timing,
	};
}

function seconds(): () => number {
	const since = performance.now();
	return () => (performance.now() - since) / 1000;
}
