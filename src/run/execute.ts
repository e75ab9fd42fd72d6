import { createHash } from 'node:crypto';
import path from 'node:path';
import type { LoadedDataset } from '../data/dataset';
import type { Question } from '../data/row';
import type { Engine } from '../engine/contract';
import { startLocalEngine } from '../engine/localEngine';
import { throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { type Attempt, mayChange, modelDevices, type NextSample, notesOf, onWorkingDevice } from './deviceFallback';
import type { LocalModel } from './models';
import { openRun } from './openRun';
import type { EvaluateOptions } from './options';
import { writeParquet } from './parquet';
import { askAll, type PlannedModel } from './plan';
import type { RunProgress } from './progress';
import { readRecorded } from './readSamples';
import type { DeviceChange, ModelRecord, RunRecord } from './record';
import { noCache, openResponseCache, type ResponseCache } from './responseCache';
import { runFiles } from './runFolder';
import { SampleWriter } from './sampleWriter';
import { scoreSamples } from './scoreSamples';

export interface Execution {
	readonly dir: string;
	readonly dataset: LoadedDataset;
	readonly planned: readonly PlannedModel<LocalModel>[];
	readonly options: EvaluateOptions;
	readonly record: RunRecord;
	readonly onProgress: (progress: RunProgress) => void;
	/** Changes run.json. */
	readonly update: (changes: Partial<RunRecord>) => Promise<void>;
}

/** Between two writes of run.json and two syncs of the samples, in milliseconds. */
const recordEvery = 2000;

/** Computes and records what is missing: models in order, their variants in order, examples in file order. */
export async function execute(execution: Execution): Promise<void> {
	const { dir, dataset, planned, options, update } = execution;
	const recorded = await readRecorded(dir);
	const done = new Set(recorded.samples.map(sample => sampleId(sample.model, sample.variant, sample.key)));
	const writer = await SampleWriter.open(dir, recorded);
	const progress = trackProgress(execution, recorded.samples.length);
	try {
		let modelRecords = execution.record.models;
		for (const { model, variants } of planned) {
			const isDone = (variant: string) => (question: Question) => done.has(sampleId(model.name, variant, question.key));
			if (variants.every(({ variant }) => dataset.examples.every(isDone(variant.name)))) {
				continue;
			}
			progress.tell('loading', model.name, null);
			const { enginePath, token } = options;
			const { folder, dtype } = model;
			let recordedBefore = recorded.samples.filter(sample => sample.model === model.name).length;
			const next = () => nextSample(variants, dataset.examples, isDone, recordedBefore);
			const before = () => modelRecords.find(one => one.name === model.name);
			const attempt = async ({ device, onDeviceFailure, changed }: Attempt) => {
				const engine = await startLocalEngine({ folder, dtype, device, onDeviceFailure, enginePath }, token);
				const cache = await openCache(execution, engine, model);
				try {
					const computedBy = modelRecord(model, engine, before(), changed, next());
					refuseOtherEngine(before(), computedBy, dir, changed !== null || mayChange(model, engine.info));
					// A change of the device is told before there is a sample after it, and after those before it are safe.
					await writer.sync();
					modelRecords = [...modelRecords.filter(one => one.name !== model.name), computedBy];
					await update({ models: modelRecords });
					progress.on(engine.info.devices);
					for (const variant of variants) {
						const { name } = variant.variant;
						const asked = askAll(variant, dataset.examples, model, isDone(name));
						progress.tell('scoring', model.name, name);
						for await (const sample of scoreSamples(asked, engine, model.tokenizer, cache, token)) {
							await writer.write(model.name, sample.asked, sample.scored);
							done.add(sampleId(model.name, name, sample.asked.question.key));
							recordedBefore++;
							if (progress.oneMore(model.name, name)) {
								await writer.sync();
								await update({ done: progress.done() });
							}
						}
					}
				} finally {
					engine.dispose();
					await cache.close();
				}
			};
			await onWorkingDevice(model, before(), attempt, next);
		}
		throwIfCancelled(options.token);
		await writer.sync();
	} finally {
		try {
			await update({ done: progress.done() });
		} finally {
			await writer.close();
		}
	}
	progress.tell('writing', null, null);
	await writeParquet(await openRun(dir), path.join(dir, runFiles.parquet));
}

function sampleId(model: string, variant: string, key: string): string {
	return JSON.stringify([model, variant, key]);
}

/** Without a place for it the run goes on without a cache: it is worth time, not numbers. */
async function openCache({ options }: Execution, engine: Engine, { tokenizer }: LocalModel): Promise<ResponseCache> {
	if (options.cache === false) {
		return noCache;
	}
	const folder = path.join(path.dirname(options.file), '.evals', '.cache');
	return openResponseCache(folder, engine.info, tokenizer.sha256).catch(() => noCache);
}

/** One run's numbers come from one engine: another may differ in their last digits. */
function refuseOtherEngine(
	before: ModelRecord | undefined,
	now: ModelRecord,
	dir: string,
	mayBeOtherDevice: boolean,
): void {
	const name = (one: ModelRecord) => `${one.engine} ${one.engine_version}${mayBeOtherDevice ? '' : `, ${one.device}`}`;
	if (before && name(before) !== name(now)) {
		throw inputFailure('run.other-engine', { folder: dir, model: now.name, before: name(before), now: name(now) });
	}
}

/** The first sample that is missing, in the order of computing; null where none is. */
function nextSample(
	variants: PlannedModel<LocalModel>['variants'],
	examples: readonly Question[],
	isDone: (variant: string) => (question: Question) => boolean,
	count: number,
): NextSample | null {
	for (const { variant } of variants) {
		const missing = examples.find(example => !isDone(variant.name)(example));
		if (missing) {
			return { from_sample: count, variant: variant.name, key: missing.key };
		}
	}
	return null;
}

function modelRecord(
	model: LocalModel,
	{ info }: Engine,
	before: ModelRecord | undefined,
	changed: DeviceChange | null,
	next: NextSample | null,
): ModelRecord {
	const devices = modelDevices(info.devices, before, changed, next);
	const hash = createHash('sha256');
	for (const file of model.files) {
		hash.update(file.sha256);
	}
	return {
		name: model.name,
		...(model.origin ? { repository: model.origin.id } : {}),
		revision: model.origin?.commit ?? hash.digest('hex').slice(0, 16),
		dtype: info.dtype,
		engine: info.name,
		engine_version: info.version,
		device: info.device,
		devices,
		threads: info.threads,
		window: info.window,
		files: model.files,
		tokenizer_sha256: model.tokenizer.sha256,
		notes: notesOf(model.name, devices, info.notes, before),
	};
}

/** Counts samples and estimates the rest from the pace of this sitting. */
function trackProgress({ record, onProgress }: Execution, before: number) {
	let done = before;
	let scoringSince: number | null = null;
	let scored = 0;
	let device: RunProgress['device'];
	let lastRecorded = Date.now();
	const tell = (phase: RunProgress['phase'], model: string | null, variant: string | null) => {
		if (phase === 'scoring') {
			scoringSince ??= Date.now();
		}
		if (phase === 'loading') {
			device = undefined;
		}
		const on = device ? { device } : {};
		onProgress({ phase, done, total: record.total, secondsLeft: secondsLeft(), model, variant, ...on });
	};
	const secondsLeft = () => {
		if (scoringSince === null || scored < 3) {
			return null;
		}
		return ((Date.now() - scoringSince) / 1000 / scored) * (record.total - done);
	};
	return {
		tell,
		/** From now on computed there. */
		on(chosen: RunProgress['device']): void {
			device = chosen;
		},
		done: () => done,
		/** Says whether it is time to write down how far the run is. */
		oneMore(model: string, variant: string): boolean {
			done++;
			scored++;
			tell('scoring', model, variant);
			if (Date.now() - lastRecorded < recordEvery) {
				return false;
			}
			lastRecorded = Date.now();
			return true;
		},
	};
}
