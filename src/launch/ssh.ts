import type { Launcher } from './contract';
import { remoteJobsFolder } from './jobScripts';
import { type ShellJob, shellJobs } from './shellJobs';
import { openSsh, type SshOptions } from './sshProgram';
import { openTunnel } from './tunnel';

/** A job on a computer that is reached by ssh. */
export interface SshJob extends ShellJob {
	/** As `ssh` takes it. */
	readonly host: string;
}

/** Starts a command on another computer, through the person’s own `ssh`; a tunnel leads to its port. */
export function sshLauncher(options: SshOptions = {}): Launcher<'ssh', SshJob> {
	const jobsOf = (host: string) => shellJobs(openSsh(host, options).shell, { jobs: remoteJobsFolder, isShared: true });
	return {
		estimate: async () => ({ maximalCost: null, longest: null, speed: null }),
		async start(request, token) {
			const { host } = request.launch;
			return { host, ...(await jobsOf(host).start(request, token)) };
		},
		async find(request, token) {
			const { host } = request.launch;
			const job = await jobsOf(host).find(request, token);
			return job && { host, ...job };
		},
		status: async (job, token) => jobsOf(job.host).status(job, token),
		logs: async (job, onLine, token) => jobsOf(job.host).logs(job, onLine, token),
		async reach({ host, port }, token) {
			const tunnel = await openTunnel(openSsh(host, options), { host: '127.0.0.1', port }, token);
			return { url: `http://127.0.0.1:${tunnel.port}`, headers: async () => ({}), dispose: () => tunnel.dispose() };
		},
		stop: async job => jobsOf(job.host).stop(job),
	};
}
