import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { dist } from './paths';

export interface Finished {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Started {
	readonly child: ChildProcess;
	readonly finished: Promise<Finished>;
}

interface ProcessOptions {
	readonly cwd?: string;
	readonly uid?: number;
	/** Another copy of the command line's bundle. */
	readonly cli?: string;
}

/** Starts the built command line as a process of its own. */
export function startEvalLens(args: readonly string[], { cli, ...options }: ProcessOptions = {}): Started {
	return start(process.execPath, [cli ?? path.join(dist, 'cli.cjs'), ...args], options);
}

/** Starts any program. */
export function start(command: string, args: readonly string[], options: Omit<ProcessOptions, 'cli'> = {}): Started {
	const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', text => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', text => {
		stderr += text;
	});
	const finished = new Promise<Finished>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
	return { child, finished };
}

export function evalLens(...[args, options]: Parameters<typeof startEvalLens>): Promise<Finished> {
	return startEvalLens(args, options).finished;
}
