import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { importTask } from '../run/importTask';
import { type ExitCode, exitCodes } from './exitCodes';
import { reportProblems, type Terminal } from './terminal';

export interface ImportOptions {
	readonly out?: string;
}

/** `eval-lens import TASK.yaml`: an evaluation from a task file of lm-evaluation-harness; prints it, or writes `--out`. */
export async function importCommand(file: string, { out }: ImportOptions, terminal: Terminal): Promise<ExitCode> {
	const folder = out === undefined ? process.cwd() : path.dirname(path.resolve(out));
	const { yaml, problems } = await importTask(file, folder);
	reportProblems(path.join(path.relative(process.cwd(), folder), 'imported'), problems, terminal);
	if (yaml === '') {
		return exitCodes.badInput;
	}
	if (out === undefined) {
		terminal.stdout.write(yaml);
		return exitCodes.done;
	}
	try {
		// An evaluation that somebody has worked on is not overwritten.
		await writeFile(out, yaml, { flag: 'wx' });
	} catch (error) {
		throw inputFailure('run.import-not-written', { file: out }, error);
	}
	return exitCodes.done;
}
