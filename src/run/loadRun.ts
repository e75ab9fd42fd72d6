import path from 'node:path';
import type { ResolvedEvaluation } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import type { OnDownload } from '../hub/download';
import { inputFailure } from '../protocol/failure';
import { loadEvaluation, override } from './loadEvaluation';
import { openModels, type RunModel } from './models';
import type { EvaluateOptions } from './options';
import { checkPrompts, type PlannedModel, planVariants } from './planVariants';

/** What a run is made of, before anything is planned or computed. */
export interface LoadedRun {
	readonly evaluation: ResolvedEvaluation;
	readonly dataset: LoadedDataset;
	readonly models: readonly RunModel[];
	readonly planned: readonly PlannedModel<RunModel>[];
}

/**
 * Reads evaluation, data and models, and renders every prompt once.
 * @throws Failure for whatever would keep the run from beginning.
 */
export async function loadRun(options: EvaluateOptions): Promise<LoadedRun> {
	const { file, token, onProgress = () => {} } = options;
	const nothingYet = { done: 0, total: 0, secondsLeft: null, model: null, variant: null };
	onProgress({ ...nothingYet, phase: 'loading' });
	const loaded = await loadEvaluation(file, options.text);
	options.onWarnings?.(loaded.warnings);
	const evaluation = override(loaded.evaluation, options);
	checkModels(evaluation, file);
	const onDownload: OnDownload = bytes => onProgress({ ...nothingYet, phase: 'downloading', bytes });
	const place = { folder: path.dirname(file), hub: options.hub, onDownload };
	const dataset = await loadDataset(evaluation, place, token);
	const models = await openModels(evaluation.models, place, token);
	const planned = models.map(model => ({ model, variants: planVariants(evaluation, dataset, model) }));
	onProgress({ ...nothingYet, phase: 'planning' });
	await checkPrompts(planned, dataset.examples, token);
	return { evaluation, dataset, models, planned };
}

function checkModels({ models, assertions }: ResolvedEvaluation, file: string): void {
	if (models.length === 0) {
		throw inputFailure('run.no-models', { file });
	}
	const names = models.map(model => model.name);
	for (const { model } of assertions) {
		if (model !== null && !names.includes(model)) {
			throw inputFailure('run.unknown-model', { model, models: names.join(', ') });
		}
	}
}
