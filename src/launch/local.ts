import path from 'node:path';
import { engineFolder } from '../engine/engineFolder';
import type { Launcher } from './contract';
import { localShell } from './shell';
import { type ShellJob, shellJobs } from './shellJobs';
import { shellQuote } from './shellQuote';

export interface LocalOptions {
	/** Default: the environment of this process. */
	readonly env?: NodeJS.ProcessEnv;
	/** Holds a folder for each job. Default: `jobs` in Eval Lens’s folder of the user’s cache. */
	readonly jobsFolder?: string;
}

/**
 * Starts a command on this computer, which goes on without this process. How it is found, followed and ended is
 * in its folder, and in the environment that its processes inherit: no number of a process is trusted alone.
 */
export function localLauncher({ env, jobsFolder }: LocalOptions = {}): Launcher<'local', ShellJob> {
	const folder = shellQuote(jobsFolder ?? path.join(engineFolder(env), 'jobs'));
	const jobs = shellJobs(localShell(env), { jobs: folder, isShared: false });
	return {
		...jobs,
		estimate: async () => ({ maximalCost: null, longest: null, speed: null }),
		reach: async ({ port }) => ({
			url: `http://127.0.0.1:${port}`,
			headers: async () => ({}),
			dispose() {},
		}),
	};
}
