import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { canonicalEvaluation } from '../config/resolve';
import type { ResolvedEvaluation } from '../config/resolved';
import type { LoadedDataset } from '../data/dataset';
import { inputFailure } from '../protocol/failure';
import { isLocked } from './lock';
import type { RunModel } from './models';
import type { RunRecord } from './record';
import { evaluationRunsFolder, newRunId, readRecord, runFiles, runsOf } from './runFolder';

/** Where a run goes, and what stands there of an earlier sitting. */
export interface ChosenRun {
	readonly dir: string;
	readonly before: RunRecord | null;
}

/** Raised where the same evaluation comes to be planned in another way: its unfinished runs cannot be continued. */
const planFormat = 1;

/** Runs with equal fingerprints continue each other: same evaluation, same data, same models read in the same way. */
export function fingerprint(
	evaluation: ResolvedEvaluation,
	dataset: LoadedDataset,
	models: readonly RunModel[],
): string {
	const data = dataset.files.map(file => [file.path, file.sha256]);
	const read = models.map(({ name, files, window, tokenizer }) => [
		name,
		files.map(file => file.sha256),
		window,
		tokenizer.sha256,
	]);
	return createHash('sha256')
		.update(JSON.stringify([planFormat, canonicalEvaluation(evaluation), data, read]))
		.digest('hex');
}

/**
 * The folder that was asked for, else the newest unfinished run of the same evaluation, else a new one.
 * @throws Failure where the folder holds another evaluation's run, or other things.
 */
export async function chooseRun(
	file: string,
	print: string,
	evaluation: ResolvedEvaluation,
	out: string | undefined,
): Promise<ChosenRun> {
	if (out !== undefined) {
		const dir = path.resolve(out);
		const before = await readRecord(dir);
		if (before && before.fingerprint !== print) {
			throw inputFailure('run.other-evaluation', { folder: dir, difference: difference(before, evaluation) });
		}
		if (!before) {
			await refuseForeign(dir);
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

/** A folder without a run must be empty, but for what a run leaves that was killed before it wrote run.json. */
async function refuseForeign(dir: string): Promise<void> {
	const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOTDIR') {
			throw inputFailure('run.out-is-file', { folder: dir });
		}
		return [];
	});
	const foreign = names.find(name => !name.startsWith(runFiles.lock) && !name.endsWith('.tmp'));
	if (foreign !== undefined) {
		throw inputFailure('run.folder-not-empty', { folder: dir, file: foreign });
	}
}

/** The first field that differs, for the sentence. */
function difference(before: RunRecord, evaluation: ResolvedEvaluation): string {
	// Compared as data; the names are those of the evaluation's own fields.
	const now: Record<string, unknown> = { ...evaluation, name: null, assertions: null };
	const then: Record<string, unknown> = { ...before.evaluation, name: null, assertions: null };
	const field = Object.keys(now).find(key => JSON.stringify(now[key]) !== JSON.stringify(then[key]));
	return field ?? 'the data or a model file';
}
