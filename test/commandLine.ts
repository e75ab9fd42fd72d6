import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
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
	/** Beside this process's own. */
	readonly env?: NodeJS.ProcessEnv;
	/** Another copy of the command line's bundle. */
	readonly cli?: string;
}

/** No test asks the Hub itself, or depends on what the person's cache holds. */
const offline = { HF_HUB_OFFLINE: '1', HF_HUB_CACHE: path.join(dist, 'no-cache') };

/** Starts the built command line as a process of its own, offline unless `env` says otherwise. */
export function startEvalLens(args: readonly string[], { cli, env, ...options }: ProcessOptions = {}): Started {
	const script = cli ?? path.join(dist, 'cli.cjs');
	return start(process.execPath, [script, ...args], { ...options, env: { ...offline, ...env } });
}

/** Starts any program. */
export function start(
	command: string,
	args: readonly string[],
	{ env, ...options }: Omit<ProcessOptions, 'cli'> = {},
): Started {
	const child = spawn(command, args, {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, ...env },
		...options,
	});
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

/** Processes that a process started and that still live. */
export function childrenOf(pid: number | undefined): number[] {
	const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
	return (stdout ?? '').split('\n').map(Number).filter(Boolean);
}

/** Kills with signal 9; says whether there was something to kill. */
export function killNow(pid: number): boolean {
	try {
		return process.kill(pid, 'SIGKILL');
	} catch {
		// It has just ended.
		return false;
	}
}
