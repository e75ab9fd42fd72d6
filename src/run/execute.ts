import path from 'node:path';
import type { LoadedDataset } from '../data/dataset';
import { throwIfCancelled } from '../protocol/cancellation';
import { ErrorFile } from './errorFile';
import { executeModel } from './executeModel';
import { executeRemote } from './executeRemote';
import type { BeforeWrite } from './journal';
import type { RunModel } from './models';
import { openRun } from './openRun';
import type { EvaluateOptions } from './options';
import { writeParquet } from './parquet';
import type { PlannedModel } from './planVariants';
import type { RunProgress } from './progress';
import { readRecorded } from './readSamples';
import type { RunRecord } from './record';
import { runFiles } from './runFolder';
import { SampleWriter } from './sampleWriter';
import { trackRun } from './tracker';

export interface Execution {
	readonly dir: string;
	readonly dataset: LoadedDataset;
	readonly planned: readonly PlannedModel<RunModel>[];
	readonly options: EvaluateOptions;
	readonly record: RunRecord;
	readonly onProgress: (progress: RunProgress) => void;
	/** Changes run.json. */
	readonly update: (changes: Partial<RunRecord>) => Promise<void>;
	/** Throws where another process has the run. */
	readonly stillOurs: BeforeWrite;
}

/** Computes and records what is missing, one model after the other. */
export async function execute(execution: Execution): Promise<void> {
	const { dir, dataset, planned, options, record, onProgress, update, stillOurs } = execution;
	const { examples } = dataset;
	const recorded = await readRecorded(dir);
	const writer = await SampleWriter.open(dir, recorded, stillOurs);
	const errors = await ErrorFile.open(dir, stillOurs);
	const tracker = trackRun({ total: record.total, before: recorded.samples.length, onProgress });
	const checkpoint = async () => {
		await writer.sync();
		await update({ done: tracker.done });
	};
	try {
		let { models } = record;
		for (const one of planned) {
			const { name } = one.model;
			const own = recorded.samples.filter(sample => sample.model === name);
			const before = models.find(model => model.name === name) ?? null;
			const { model } = one;
			if (before && own.length === examples.length * one.variants.length && model.kind === 'local') {
				continue;
			}
			const updateModel = async (changed: RunRecord['models'][number]) => {
				const others = models.filter(model => model.name !== name);
				models = [...others, changed];
				await update({ models, done: tracker.done });
			};
			const parts = {
				dir,
				planned: one,
				examples,
				options,
				recorded: own,
				before,
				writer,
				errors,
				tracker,
				checkpoint,
				stillOurs,
			};
			await (model.kind === 'local'
				? executeModel({ ...parts, planned: { ...one, model }, update: updateModel })
				: executeRemote({ ...parts, planned: { ...one, model }, update: updateModel }));
		}
		throwIfCancelled(options.token);
		await writer.sync();
		// Only now: what one model could not have keeps no other from being computed.
		errors.refuseAny();
	} finally {
		try {
			await update({ done: tracker.done });
		} finally {
			await writer.close();
			await errors.close();
		}
	}
	tracker.phase('writing', null);
	await writeParquet(await openRun(dir), path.join(dir, runFiles.parquet));
}
