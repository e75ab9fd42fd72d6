import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ResolvedEvaluation } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import type { Question } from '../data/row';
import { Cancelled } from '../protocol/cancellation';
import { Failure, type FailureKind } from '../protocol/failure';
import { message } from '../protocol/messages';
import { promptText } from '../protocol/prompt';
import { pythonStrip } from '../tokenizer/whitespace';
import { chooseRun, fingerprint } from './chooseRun';
import { execute } from './execute';
import { readJobs } from './jobBook';
import { guard } from './journal';
import { loadRun } from './loadRun';
import { isLoss, lockRun, type RunLock } from './lock';
import type { RunModel } from './models';
import { type EvaluateOptions, NotWanted } from './options';
import type { PlannedModel, PlannedVariant } from './planVariants';
import type { ExampleLine } from './readSamples';
import type { RunRecord } from './record';
import { createRunFolder, runFiles, writeRecord } from './runFolder';

/** A run as it ended, for this time. */
export interface Evaluated {
	readonly dir: string;
	readonly record: RunRecord;
	/** Whose fault a failed run is. */
	readonly fault: FailureKind | null;
}

/**
 * Runs an evaluation, or continues it. Bad input throws a `Failure` and leaves no run behind; what goes wrong later, and a
 * cancellation, end in the run's state, and what is recorded stays.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
	const { file, onProgress = () => {} } = options;
	const { evaluation, dataset, models, planned } = await loadRun(options);

	const print = fingerprint(evaluation, dataset, models);
	const { dir, before } = await chooseRun(file, print, evaluation, options.out);
	if (before?.state === 'done') {
		// Assertions and name are no part of what was computed: the file's present ones hold.
		const record = { ...before, evaluation };
		options.onStart?.(dir, record);
		return { dir, record, fault: null };
	}
	await createRunFolder(dir);
	const lock = await lockRun(dir);
	const sittingStarted = Date.now();
	let record: RunRecord = before
		? { ...before, evaluation, state: 'running', reason: null, finished: null }
		: newRecord(file, dir, evaluation, dataset, models, print, options.version);
	let fault: FailureKind | null = null;
	const secondsSoFar = () => (before?.seconds ?? 0) + (Date.now() - sittingStarted) / 1000;
	const update = async (changes: Partial<RunRecord>) => {
		// Also of a sitting that is killed, the time until then counts.
		record = { ...record, seconds: secondsSoFar(), ...changes };
		await lock.stillOurs();
		await writeRecord(dir, record);
	};
	try {
		await update({});
		await writeExamples(dir, dataset, planned);
		options.onStart?.(dir, record);
		const { stillOurs } = lock;
		await execute({ dir, dataset, planned, options, record, onProgress, update, stillOurs });
		await update({ state: 'done', finished: new Date().toISOString() });
	} catch (thrown) {
		const error = await lossOr(thrown, lock);
		fault = error instanceof Failure ? error.kind : 'run';
		// A folder in which jobs stand is what finds them, and tells what they cost.
		const isEmpty = record.done === 0 && options.out === undefined && (await readJobs(dir)).length === 0;
		if (isEmpty && (fault === 'input' || error instanceof NotWanted)) {
			// Nothing was computed: a folder of the run's own making goes too.
			await rm(dir, { recursive: true, force: true });
			throw error;
		}
		// A disk that is full takes no news either: the next sitting finds the run as after a crash.
		await update({ ...outcome(error), finished: new Date().toISOString() }).catch(() => {});
	} finally {
		await lock.release();
	}
	return { dir, record, fault: record.state === 'failed' ? fault : null };
}

/** Who lost the run meanwhile has no say in what becomes of its folder: then that is what went wrong. */
function lossOr(error: unknown, { stillOurs }: RunLock): Promise<unknown> {
	return stillOurs().then(
		() => error,
		loss => (isLoss(loss) ? loss : error),
	);
}

/** What is no failure made for a person is a bug of ours, and recorded as one. */
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

function newRecord(
	file: string,
	dir: string,
	evaluation: ResolvedEvaluation,
	dataset: LoadedDataset,
	models: readonly RunModel[],
	print: string,
	version: string,
): RunRecord {
	const { examples, files, revision, skipped, skippedFromPools } = dataset;
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
		dataset: { revision, examples: examples.length, files, skipped, skipped_from_pools: skippedFromPools },
		models: [],
		versions: { eval_lens: version, node: process.version, platform: `${process.platform}-${process.arch}` },
	};
}

/** Questions and choices, so that results can be read without the data. */
async function writeExamples(dir: string, dataset: LoadedDataset, planned: readonly PlannedModel[]): Promise<void> {
	const base = planned[0]?.variants[0];
	const lines = dataset.examples.map(example => `${JSON.stringify(exampleLine(example, base))}\n`);
	const file = path.join(dir, runFiles.examples);
	await guard(file, () => writeFile(file, lines.join('')));
}

/** Where templates read the row themselves, a question is what those of the first variant made of it. */
function exampleLine(example: Question, base: PlannedVariant | undefined): ExampleLine {
	const { key, row, subject, question, choices, answer } = example;
	const line = { key, content_hash: row.contentHash, subject, question, choices, answer };
	if (!base || (question !== '' && choices.length > 0)) {
		return line;
	}
	const { segments, continuations } = base.renderer.render(example, []);
	const { scoring } = base.variant.format;
	const isFree = typeof scoring === 'object' && scoring.against === 'target';
	const item = segments.filter(({ kind }) => kind === 'question' || kind === 'choices' || kind === 'answer_cue');
	return {
		...line,
		question: question === '' ? pythonStrip(promptText({ segments: item })) : question,
		choices: choices.length > 0 || isFree ? choices : continuations.map(label => pythonStrip(label)),
	};
}
