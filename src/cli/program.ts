import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../../package.json';
import { exportFormats } from '../report/exportRun';
import { cache } from './cache';
import { compare } from './compare';
import { type ExitCode, exitCodes } from './exitCodes';
import { exportCommand } from './export';
import { importCommand } from './import';
import { installCudaCommand } from './installCuda';
import { plan } from './plan';
import { preview } from './preview';
import { resume } from './resume';
import { run } from './run';
import { report, type Terminal } from './terminal';

/** The command line `eval-lens`; resolves with the exit code. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
	let code: ExitCode = exitCodes.done;
	const does =
		<A extends unknown[]>(action: (...args: A) => Promise<ExitCode>) =>
		async (...actionArgs: A) => {
			try {
				code = await action(...actionArgs);
			} catch (error) {
				code = report(error, terminal);
			}
		};
	const program = new Command('eval-lens')
		.description('Shows how the format of a prompt changes a language model’s benchmark score.')
		.version(version)
		.exitOverride()
		.configureOutput({ writeOut: text => terminal.stdout.write(text), writeErr: text => terminal.stderr.write(text) });

	program
		.command('run')
		.description('run an evaluation, or continue it where it was interrupted')
		.argument('<file>', 'evaluation, *.eval.yaml')
		.option('--model <path or id>', 'in place of the models of the file; may be given more than once', collect)
		.option('--limit <n>', 'the first n examples only', wholeNumber)
		.option('--out <folder>', 'the run folder; default: a new one under .evals beside the file')
		.option('--no-cache', 'do not use results of earlier runs')
		.option('--yes', 'say yes to what starting a server may cost')
		.option('--memory <MB>', 'for what prompts share, kept while they are worked on; default: 1000', wholeNumber)
		.option('--plan', 'do not run: tell tokens, time and the smallest difference that can be shown')
		.option('--json', 'results as JSON on stdout')
		.action(
			does((file: string, options) => (options.plan ? plan(file, options, terminal) : run(file, options, terminal))),
		);

	program
		.command('resume')
		.description(
			'go on with a run, or with all unfinished runs of a folder; jobs that still run elsewhere are found again',
		)
		.argument('[folder]', 'run folder, or folder of evaluations', '.')
		.option('--yes', 'say yes to what starting a server may cost')
		.option('--json', 'results as JSON on stdout')
		.action(does((folder: string, options) => resume(folder, options, terminal)));

	program
		.command('preview')
		.description('print prompts; no model is needed')
		.argument('<file>', 'evaluation, *.eval.yaml')
		.option('--variant <name>', 'only this variant; may be given more than once', collect)
		.option('--example <n|n-m|all>', 'which examples of the slice, counted from 0', '0')
		.option('--json', 'one JSON object a line')
		.action(does((file: string, options) => preview(file, options, terminal)));

	program
		.command('compare')
		.description('compare the variants of a run')
		.argument('<run>', 'run folder')
		.option('--base <variant>', 'compare with this variant; default: the first')
		.option('--json', 'comparisons as JSON on stdout')
		.action(does((folder: string, options) => compare(folder, options, terminal)));

	program
		.command('export')
		.description('write a run in another form')
		.argument('<run>', 'run folder')
		.addOption(new Option('--format <format>', 'what to write').choices(exportFormats).makeOptionMandatory())
		.option('--out <file>', 'the file to write; default: in the run folder')
		.action(does((folder: string, options) => exportCommand(folder, options, terminal)));

	program
		.command('import')
		.description('make an evaluation of a task file of lm-evaluation-harness')
		.argument('<task>', 'task or group file, *.yaml')
		.option('--out <file>', 'the evaluation to write, *.eval.yaml; default: stdout')
		.action(does((file: string, options) => importCommand(file, options, terminal)));

	program
		.command('cache')
		.description('tell what is kept to save time: answers of models, and models rewritten to compute faster')
		.argument('[folder]', 'folder of evaluations', '.')
		.option('--clear', 'delete it; it is made anew where it is needed')
		.option('--json', 'as JSON on stdout')
		.action(does((folder: string, options) => cache(folder, options, terminal)));

	program
		.command('install-cuda')
		.description('download CUDA support for ONNX Runtime (Linux on x64, with an NVIDIA driver, CUDA 12 and cuDNN 9)')
		.option('--yes', 'do not ask')
		.action(does(options => installCudaCommand(options, terminal)));

	try {
		await program.parseAsync(args, { from: 'user' });
	} catch (error) {
		if (error instanceof CommanderError) {
			// Help and version were asked for; the rest is a wrong command line, and commander has said so.
			return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
		}
		throw error;
	}
	return code;
}

function collect(value: string, before: readonly string[] = []): string[] {
	return [...before, value];
}

function wholeNumber(text: string): number {
	if (!/^[1-9]\d*$/.test(text)) {
		throw new InvalidArgumentError('It must be a whole number of at least 1.');
	}
	return Number(text);
}
