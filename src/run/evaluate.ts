import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalEvaluation } from '../config/resolve';
import type { ResolvedEvaluation } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import { loadDataset } from '../data/loadDataset';
import { Cancelled } from '../protocol/cancellation';
import { Failure, inputFailure } from '../protocol/failure';
import { message } from '../protocol/messages';
import { execute } from './execute';
import { guard } from './journal';
import { loadEvaluation, override } from './loadEvaluation';
import { isLocked, lockRun } from './lock';
import { type LocalModel, openModels } from './models';
import type { EvaluateOptions } from './options';
import { checkPrompts, planVariants } from './plan';
import type { RunRecord } from './record';
import {
	createRunFolder,
	evaluationRunsFolder,
	newRunId,
	readRecord,
	runFiles,
	runsOf,
	writeRecord,
} from './runFolder';
import type { ExampleLine } from './samplesFile';

/** A run as it ended, for this time. */
export interface Evaluated {
	readonly dir: string;
	readonly record: RunRecord;
}

/**
 * Runs an evaluation, or continues it. Bad input throws a `Failure` before anything is computed; once the run folder
 * exists, cancellation and failure end in its state, and what is recorded stays.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
	const { file, token, onProgress = () => {} } = options;
	const nothingYet = { done: 0, total: 0, secondsLeft: null, model: null, variant: null };
	onProgress({ ...nothingYet, phase: 'loading' });
	const evaluation = override(await loadEvaluation(file, options.text), options);
	if (evaluation.models.length === 0) {
		throw inputFailure('run.no-models', { file });
	}
	const folder = path.dirname(file);
	const dataset = await loadDataset(evaluation, { folder }, token);
	const models = await openModels(evaluation.models, folder, token);
	const planned = planVariants(evaluation, dataset);
	onProgress({ ...nothingYet, phase: 'planning' });
	await checkPrompts(planned, dataset.examples, models, token);

	const print = fingerprint(evaluation, dataset, models);
	const { dir, before } = await chooseFolder(file, print, evaluation, options.out);
	if (before?.state === 'done') {
		options.onStart?.(dir, before);
		return { dir, record: before };
	}
	await createRunFolder(dir);
	const lock = await lockRun(dir);
	const sittingStarted = Date.now();
	let record: RunRecord = before
		? { ...before, state: 'running', reason: null, finished: null }
		: newRecord(file, dir, evaluation, dataset, models, print, options.version);
	const update = async (changes: Partial<RunRecord>) => {
		record = { ...record, ...changes };
		await writeRecord(dir, record);
	};
	try {
		await writeExamples(dir, dataset);
		await update({});
		options.onStart?.(dir, record);
		await execute({
			dir,
			evaluation,
			dataset,
			models,
			planned,
			evaluationFile: file,
			options,
			onProgress,
			update,
			record,
		});
		await update({ state: 'done', ...ending() });
	} catch (error) {
		await update({ ...outcome(error), ...ending() });
	} finally {
		await lock.release();
	}
	return { dir, record };

	function ending() {
		return {
			finished: new Date().toISOString(),
			seconds: (before?.seconds ?? 0) + (Date.now() - sittingStarted) / 1000,
		};
	}
}

/** A failure is recorded as its sentence; anything else is a bug and goes up. */
function outcome(error: unknown): Pick<RunRecord, 'state' | 'reason'> {
	if (error instanceof Cancelled) {
		return { state: 'cancelled', reason: null };
	}
	if (error instanceof Failure) {
		return { state: 'failed', reason: error.reason };
	}
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { state: 'failed', reason: message('run.bug', { text }) };
}

/** Runs with equal fingerprints continue each other: same evaluation, same data, same models. */
function fingerprint(evaluation: ResolvedEvaluation, dataset: LoadedDataset, models: readonly LocalModel[]): string {
	return createHash('sha256')
		.update(canonicalEvaluation(evaluation))
		.update(JSON.stringify(dataset.files.map(file => [file.path, file.sha256])))
		.update(
			JSON.stringify(models.map(model => [model.name, model.files.map(file => file.sha256), model.tokenizer.sha256])),
		)
		.digest('hex');
}

async function chooseFolder(file: string, print: string, evaluation: ResolvedEvaluation, out: string | undefined) {
	if (out !== undefined) {
		const dir = path.resolve(out);
		const before = await readRecord(dir);
		if (before && before.fingerprint !== print) {
			throw inputFailure('run.other-evaluation', { folder: dir, difference: difference(before, evaluation) });
		}
		return { dir, before };
	}
	for (const { dir, record } of await runsOf(file)) {
		if (record.fingerprint === print && record.state !== 'done' && !(await isLocked(dir))) {
			return { dir, before: record };
		}
	}
	return { dir: path.join(evaluationRunsFolder(file), newRunId(new Date())), before: null };
}

/** The first field of the evaluation that differs, for the sentence. */
function difference(before: RunRecord, evaluation: ResolvedEvaluation): string {
	const now: Record<string, unknown> = { ...evaluation };
	const then: Record<string, unknown> = { ...before.evaluation };
	return (
		Object.keys(now).find(key => JSON.stringify(now[key]) !== JSON.stringify(then[key])) ?? 'the data or a model file'
	);
}

function newRecord(
	file: string,
	dir: string,
	evaluation: ResolvedEvaluation,
	dataset: LoadedDataset,
	models: readonly LocalModel[],
	print: string,
	version: string,
): RunRecord {
	const { examples, files, revision, skipped } = dataset;
	return {
		format: 1,
		id: path.basename(dir),
		state: 'running',
		reason: null,
		evaluation_file: path.relative(dir, file).split(path.sep).join('/'),
		evaluation,
		fingerprint: print,
		started: new Date().toISOString(),
		finished: null,
		seconds: 0,
		total: examples.length * evaluation.variants.length * models.length,
		done: 0,
		dataset: { revision, examples: examples.length, files, skipped },
		models: [],
		versions: { eval_lens: version, node: process.version, platform: `${process.platform}-${process.arch}` },
	};
}

/** Questions and choices, so that results can be read without the data. */
async function writeExamples(dir: string, dataset: LoadedDataset): Promise<void> {
	const lines = dataset.examples.map(
		({ key, row, subject, question, choices, answer }) =>
			`${JSON.stringify({ key, content_hash: row.contentHash, subject, question, choices, answer } satisfies ExampleLine)}\n`,
	);
	const file = path.join(dir, runFiles.examples);
	await guard(file, () => writeFile(file, lines.join('')));
}
