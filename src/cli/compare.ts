import { openRun } from '../run/openRun';
import { type ExitCode, exitCodes } from './exitCodes';
import { comparisonsTable } from './resultsTable';
import type { Terminal } from './terminal';

/** `eval-lens compare RUN`. */
export async function compare(
	folder: string,
	options: { readonly base?: string; readonly json?: boolean },
	{ stdout }: Terminal,
): Promise<ExitCode> {
	const run = await openRun(folder);
	const comparisons = options.base === undefined ? run.comparisons : run.comparisonsTo(options.base);
	stdout.write(options.json ? `${JSON.stringify(comparisons)}\n` : comparisonsTable(comparisons));
	return exitCodes.done;
}
