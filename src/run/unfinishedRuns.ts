import path from 'node:path';
import { isLocked } from './lock';
import { limitOf } from './record';
import { type FoundRun, readRecord, runsBelow } from './runFolder';

/** What it takes to go on with a run. */
export interface ResumableRun extends FoundRun {
	/** The evaluation file, absolute. */
	readonly file: string;
	/** Where the run was asked for fewer examples than the file says. */
	readonly limit: number | undefined;
}

/**
 * Runs that are not done and that nobody is at, oldest first: the one in a run folder, or those of all evaluations in a
 * folder (`.evals/<evaluation>/<run>`). Broken records are passed over.
 */
export async function unfinishedRuns(folder: string): Promise<ResumableRun[]> {
	const own = await readRecord(folder).catch(() => null);
	const found = own ? [{ dir: folder, record: own }] : await runsBelow(folder);
	const unfinished: ResumableRun[] = [];
	for (const { dir, record } of found) {
		if (record.state !== 'done' && !(await isLocked(dir))) {
			unfinished.push({ dir, record, file: path.resolve(dir, record.evaluation_file), limit: limitOf(record) });
		}
	}
	return unfinished.sort((a, b) => a.record.started.localeCompare(b.record.started));
}
