import { type ChildProcess, spawn } from 'node:child_process';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure, runFailure } from '../protocol/failure';

export interface Program {
	readonly command: string;
	readonly args: readonly string[];
	/** Default: the environment of this process. */
	readonly env?: NodeJS.ProcessEnv | undefined;
	/** Given to its standard input. */
	readonly input: string;
	/**
	 * Whether its input stays open behind `input` for as long as it runs. It then ends with this process, however that ends:
	 * whatever reads from it over there sees that nobody listens any more.
	 */
	readonly holdsInput?: boolean;
	/** Is given what it writes, in the pieces that arrive; absent: it is kept for the end. */
	readonly onOutput?: (text: string) => void;
	/** Ends it after so many seconds, with a Failure. */
	readonly limit?: number;
}

/** How a program ended, and what it wrote. */
export interface Ended {
	/** Null: a signal ended it. */
	readonly code: number | null;
	/** Empty where `onOutput` was given it. */
	readonly stdout: string;
	/** At most its last 16,384 characters. */
	readonly stderr: string;
}

const stderrTail = 16_384;

/** A process in the background may hold the output of one that is over: so long it is waited for, in milliseconds. */
const closesWithin = 500;

/**
 * Runs a program without a terminal, in a process group of its own: Ctrl+C is for us to understand.
 * @returns how it ended, whatever its code.
 * @throws Failure where it cannot be started or takes too long; Cancelled. It is gone then.
 */
export async function runProgram(program: Program, token: CancellationToken): Promise<Ended> {
	throwIfCancelled(token);
	const child = startProgram(program);
	const kill = () => killGroup(child);
	const listening = token.onCancellationRequested(kill);
	let isLate = false;
	const limit = program.limit === undefined ? null : setTimeout(onLate, program.limit * 1000);
	function onLate(): void {
		isLate = true;
		kill();
	}
	try {
		const ended = await whatIsLeft(child, program);
		throwIfCancelled(token);
		if (isLate) {
			throw runFailure('launch.too-slow', { command: program.command, seconds: program.limit ?? 0 });
		}
		return ended;
	} catch (error) {
		throw token.isCancellationRequested ? new Cancelled() : error;
	} finally {
		listening.dispose();
		clearTimeout(limit ?? undefined);
	}
}

/** Starts it, and writes its input. */
export function startProgram({ command, args, env, input, holdsInput }: Program): ChildProcess {
	const child = spawn(command, args, {
		stdio: ['pipe', 'pipe', 'pipe'],
		// On Windows this would open a console instead.
		detached: process.platform !== 'win32',
		windowsHide: true,
		...(env === undefined ? {} : { env }),
	});
	// One that ends without reading is judged by its end.
	child.stdin?.on('error', () => {});
	child.stdin?.write(input);
	if (!holdsInput) {
		child.stdin?.end();
	}
	return child;
}

/** Ends a program and what it started beside itself, at once. */
export function killGroup(child: ChildProcess): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
		return;
	}
	try {
		process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
	} catch {
		// It ended meanwhile.
	}
}

function whatIsLeft(child: ChildProcess, { command, onOutput }: Program): Promise<Ended> {
	return new Promise((resolve, reject) => {
		let stdout = '';
		let stderr = '';
		child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			if (onOutput) {
				onOutput(text);
			} else {
				stdout += text;
			}
		});
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			stderr = (stderr + text).slice(-stderrTail);
		});
		child.on('error', error => reject(notStarted(command, error)));
		child.on('exit', code => {
			const end = () => {
				child.stdout?.destroy();
				child.stderr?.destroy();
				child.stdin?.destroy();
				resolve({ code, stdout, stderr });
			};
			const late = setTimeout(end, closesWithin);
			child.on('close', () => {
				clearTimeout(late);
				end();
			});
		});
	});
}

function notStarted(command: string, error: NodeJS.ErrnoException) {
	return error.code === 'ENOENT'
		? inputFailure('launch.not-found', { command }, error)
		: runFailure('launch.not-started', { command, reason: error.message }, error);
}
