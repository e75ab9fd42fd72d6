import { engineSetting, type LocalEngine, startLocalEngine } from '../engine/localEngine';
import { confirmPlan } from './confirmPlan';
import { type Attempt, mayChange, modelDevices, type NextSample, notesOf, onWorkingDevice } from './deviceFallback';
import { localOptions, openCache } from './modelEngine';
import { collect, type ModelExecution, seconds } from './modelExecution';
import { refuseReplaced } from './modelFiles';
import { fromCacheAlone, modelRecord, refuseOtherEngine } from './modelRecord';
import type { LocalModel } from './models';
import type { DeviceChange, ModelRecord } from './record';
import type { ResponseCache } from './responseCache';
import type { SampleRequest, SampleRequests } from './sampleRequests';
import { scoreSamples } from './scoreSamples';
import { takeKnown } from './takeKnown';

/**
 * Computes and records the samples of a model that are missing. What the cache knows is recorded first. Everything is in the
 * plan, whatever is recorded already, and what is missing is computed as the whole plan has it: so a run that was
 * interrupted ends with the numbers of one that was not, to the last bit.
 */
export async function executeModel(execution: ModelExecution<LocalModel>): Promise<void> {
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
				const expected = latest?.device ?? setting.device;
				if (engine.info.device !== setting.device) {
					// What it computes belongs elsewhere.
					await cache.close();
					cache = await openCache(options, engine.info, model);
				}
				const parts = { engine, cache, expected, requests, isRecorded, fromCache, timing, markRecorded, changed, next };
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

interface Scoring extends ModelExecution<LocalModel> {
	readonly engine: LocalEngine;
	/** Of the engine's device. */
	readonly cache: ResponseCache;
	/** The device that the samples recorded so far are from, and that these were to be from. */
	readonly expected: string;
	readonly requests: SampleRequests;
	readonly isRecorded: (sample: SampleRequest) => boolean;
	readonly markRecorded: (variant: string, key: string) => void;
	/** The change of device that led here; null: none in this sitting. */
	readonly changed: DeviceChange | null;
	readonly next: () => NextSample | null;
	readonly fromCache: number;
	readonly timing: { load: number; plan: number; score: number };
}

/**
 * A device begins in place of another: what its own cache knows is recorded, as when a run begins. The record tells of the
 * change already.
 * @returns How many samples that were.
 */
async function recordKnown({ planned, options, writer, tracker, cache, ...scoring }: Scoring): Promise<number> {
	const { name, tokenizer } = planned.model;
	const missing = scoring.requests.samples.filter(sample => !scoring.isRecorded(sample));
	let count = 0;
	await takeKnown(missing, cache, tokenizer, options.token, async (sample, asked, scored) => {
		await writer.write(name, asked, scored);
		scoring.markRecorded(sample.variant, sample.question.key);
		tracker.sample(name, sample.variant);
		count++;
	});
	return count;
}

async function score(scoring: Scoring): Promise<void> {
	const { planned, options, before, writer, tracker, dir, engine, cache, requests, isRecorded, expected, timing } =
		scoring;
	const devices = modelDevices(engine.info.devices, before ?? undefined, scoring.changed, expected, scoring.next());
	const { model } = planned;
	const planning = seconds();
	const plan = engine.plan(requests.trie);
	timing.plan += planning();
	let computed = before?.tokens.computed ?? 0;
	let { fromCache } = scoring;
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
	if (engine.info.device !== expected) {
		const looking = seconds();
		fromCache += await recordKnown(scoring);
		timing.plan += looking();
	}
	const missing = requests.samples.filter(sample => !isRecorded(sample));
	const asked = new Set(missing.flatMap(({ ids }) => ids));
	const isDone = (request: number) => !asked.has(request);
	tracker.plan(engine.left(plan, isDone), missing.length);
	if (!before) {
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
			if (sample.kind === 'failed') {
				throw new Error('an engine on this computer answers or fails as a whole');
			}
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
