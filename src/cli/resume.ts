import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { unfinishedRuns } from '../run/unfinishedRuns';
import type { RunOptions } from './evaluateOptions';
import { type ExitCode, exitCodes } from './exitCodes';
import { run } from './run';
import { printable, report, type Terminal } from './terminal';

/**
 * `eval-lens resume [FOLDER]`: goes on with a run, or with all unfinished runs of a folder, one after the other. Jobs that
 * still run elsewhere are found again. A run that cannot go on, as where its evaluation was edited, keeps no other waiting:
 * that one's job may be running, and billed.
 * @returns The code of the first one that did not end well, and that of none where none is left.
 */
export async function resume(
	folder: string,
	options: Pick<RunOptions, 'yes' | 'json'>,
	terminal: Terminal,
): Promise<ExitCode> {
	const place = path.resolve(folder);
	const runs = await unfinishedRuns(place);
	if (runs.length === 0) {
		throw inputFailure('run.nothing-to-resume', { folder: place });
	}
	let code: ExitCode = exitCodes.done;
	for (const { dir, file, limit } of runs) {
		terminal.stderr.write(`${printable(dir)}\n`);
		const own = { ...options, out: dir, cache: true, ...(limit !== undefined && { limit }) };
		const ended = await run(file, own, terminal).catch((error: unknown) => report(error, terminal));
		code = code === exitCodes.done ? ended : code;
		if (ended === exitCodes.cancelled) {
			break;
		}
	}
	return code;
}
