import { type ExportFormat, exportRun } from '../report/exportRun';
import { type ExitCode, exitCodes } from './exitCodes';
import type { Terminal } from './terminal';

/** `eval-lens export RUN --format F`: prints the path of what it wrote. */
export async function exportCommand(
	folder: string,
	options: { readonly format: ExportFormat; readonly out?: string },
	terminal: Terminal,
): Promise<ExitCode> {
	terminal.stdout.write(`${await exportRun(folder, options.format, terminal.folder, options.out)}\n`);
	return exitCodes.done;
}
