import path from 'node:path';
import type { Problem } from '../config/problem';
import { Cancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { messageText } from '../protocol/messages';
import { InvalidEvaluation } from '../run/loadEvaluation';
import { type ExitCode, exitCodes } from './exitCodes';

/** A stream as the command line needs it: the terminal's, or a test's. */
export interface Output {
	write(text: string): unknown;
	once?(event: 'drain', listener: () => void): unknown;
	readonly isTTY?: boolean;
	readonly columns?: number;
}

/** Where the command runs: the folder of the bundle, and the two streams. */
export interface Terminal {
	/** Holds engine.cjs and the report's page. */
	readonly folder: string;
	readonly stdout: Output;
	readonly stderr: Output;
}

/** Writes, and waits where the reader is slower than the writer: what it has not taken lies in memory. */
export async function writeAll(output: Output, text: string): Promise<void> {
	if (output.write(text) === false && output.once) {
		await new Promise<void>(resolve => output.once?.('drain', resolve));
	}
}

/**
 * Text that a model or a dataset wrote may hold escape sequences, and marks that turn the writing direction: they are
 * shown, not obeyed.
 */
export function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
	return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, c => {
		const code = c.charCodeAt(0).toString(16);
		return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
	});
}

/** Tells a person what went wrong, and scripts by the exit code whose turn it is. */
export function report(error: unknown, terminal: Terminal): ExitCode {
	const { stderr } = terminal;
	if (error instanceof Cancelled) {
		stderr.write('Cancelled.\n');
		return exitCodes.cancelled;
	}
	if (error instanceof InvalidEvaluation) {
		reportProblems(error.file, error.problems, terminal);
		return exitCodes.badInput;
	}
	if (error instanceof Failure) {
		stderr.write(`${printable(messageText(error.reason))}\n`);
		return error.kind === 'input' ? exitCodes.badInput : exitCodes.runFailed;
	}
	throw error;
}

/** One line a problem. */
export function reportProblems(file: string, problems: readonly Problem[], { stderr }: Terminal): void {
	for (const problem of problems) {
		stderr.write(`${problemLine(file, problem)}\n`);
	}
}

/** `file:line:column: error: sentence`, counted from 1, as compilers write it. */
function problemLine(file: string, problem: Problem): string {
	const { line, column } = problem.range.start;
	const where = problem.file === undefined ? file : path.join(path.dirname(file), problem.file);
	return printable(`${where}:${line + 1}:${column + 1}: ${problem.severity}: ${messageText(problem.message)}`);
}
