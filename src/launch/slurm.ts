import { withSignal } from '../hub/abort';
import { systemClock } from '../hub/retry';
import { type CancellationToken, neverCancelled } from '../protocol/cancellation';
import { inputFailure, runFailure } from '../protocol/failure';
import type { Launcher } from './contract';
import { type JobReport, lastWords, readReport } from './jobReport';
import { type JobPlace, remoteJobsFolder } from './jobScripts';
import { localShell, type Shell } from './shell';
import { checkedLabel, serverVariables } from './shellJobs';
import {
	cancelScript,
	type SlurmName,
	slurmFindScript,
	slurmFollowScript,
	slurmStatusScript,
	submitScript,
} from './slurmScripts';
import { isClosing, slurmStatus, whereabouts } from './slurmState';
import { slurmSeconds } from './slurmTime';
import { openSsh, type SshOptions } from './sshProgram';
import { openTunnel } from './tunnel';

/** How often Slurm is asked why a job ended that it still cleans up behind, and the pause in between in milliseconds. */
const closingLooks = 10;
const closingPause = 500;

/** A job of a Slurm cluster. */
export interface SlurmJob extends SlurmName {
	readonly label: string;
	/** Where `sbatch` is, as `ssh` takes it; null: on this computer. */
	readonly host: string | null;
	/** Holds its log, on a file system that the cluster shares. */
	readonly folder: string;
}

/**
 * Starts a command as a Slurm job, by this computer’s `sbatch` or that of a host behind ssh. The job tells its node and port
 * by files in its folder, which nodes and that host share, as home folders of clusters are.
 */
export function slurmLauncher(options: SshOptions = {}): Launcher<'slurm', SlurmJob> {
	const shellOn = (host: string | null) => (host === null ? localShell(options.env) : openSsh(host, options).shell);
	const ask = async (job: SlurmJob, token: CancellationToken) =>
		readReport(await shellOn(job.host).run(slurmStatusScript(place(job), job), token));
	return {
		estimate: async ({ launch }) => ({ maximalCost: null, longest: slurmSeconds(launch.time), speed: null }),
		async start({ label, launch, model }, token) {
			const shell = shellOn(launch.host);
			const script = submitScript({ ...place({ label }), launch, variables: serverVariables(model) });
			const output = await shell.run(script, token);
			return readJob(readReport(output), label, launch.host) ?? refuse(output, shell, label);
		},
		async find({ label, launch: { host } }, token) {
			const shell = shellOn(host);
			const report = readReport(await shell.run(slurmFindScript(place({ label })), token));
			if (report.value('undecided') !== null) {
				throw runFailure('launch.slurm.undecided', { label, where: shell.where });
			}
			return readJob(report, label, host);
		},
		async status(job, token) {
			let report = await ask(job, token);
			// A limit that was reached, or somebody who cancelled, is worth a moment: the exit code alone does not tell.
			for (let looks = 1; isClosing(report) && looks < closingLooks; looks++) {
				await withSignal(token, signal => systemClock.sleep(closingPause, signal));
				report = await ask(job, token);
			}
			const status = slurmStatus(report, job.folder);
			if (status === null) {
				const reason = report.value('squeue') ?? '–';
				throw runFailure('launch.slurm.unreachable', { where: shellOn(job.host).where, reason });
			}
			return status;
		},
		logs: async (job, onLine, token) => shellOn(job.host).follow(slurmFollowScript(place(job), job), onLine, token),
		async reach(job, token) {
			const where = whereabouts(await ask(job, token));
			if (where === null) {
				throw runFailure('launch.slurm.not-running', { id: job.id });
			}
			if (job.host === null && where.isHere) {
				return { ...atPort(where.port), dispose() {} };
			}
			if (job.host !== null && !where.isHere && where.isLoopback) {
				throw inputFailure('launch.slurm.loopback', { host: job.host, node: where.node });
			}
			// A login node reaches the others by name; without one, the node itself is reached by ssh.
			const ssh = openSsh(job.host ?? where.node, options);
			const end = job.host === null || where.isHere ? '127.0.0.1' : where.node;
			const tunnel = await openTunnel(ssh, { host: end, port: where.port }, token);
			return { ...atPort(tunnel.port), dispose: () => tunnel.dispose() };
		},
		async stop(job) {
			const shell = shellOn(job.host);
			const output = (await shell.run(cancelScript(place(job), job), neverCancelled)).trim();
			if (output !== 'gone') {
				throw runFailure('launch.slurm.not-gone', { id: job.id, where: shell.where, reason: output });
			}
		},
	};
}

const place = ({ label }: { readonly label: string }): JobPlace => ({
	label: checkedLabel(label),
	jobs: remoteJobsFolder,
	// Slurm knows its jobs from every host.
	isShared: false,
});

const atPort = (port: number) => ({ url: `http://127.0.0.1:${port}`, headers: async () => ({}) });

function readJob(report: JobReport, label: string, host: string | null): SlurmJob | null {
	const [, id, cluster] = /^(\d+)(?:;(\S+))?$/.exec(report.value('submitted') ?? '') ?? [];
	const folder = report.value('folder');
	return id === undefined || folder === null ? null : { label, host, id, cluster: cluster ?? null, folder };
}

function refuse(output: string, { where }: Shell, label: string): never {
	const report = readReport(output);
	if (report.value('missing') !== null) {
		throw inputFailure('launch.slurm.missing', { where });
	}
	if (report.value('used') !== null) {
		throw runFailure('launch.label-used', { label, where });
	}
	const reason = lastWords(output.split('\n').filter(line => line.trim() !== '' && line !== 'refused'));
	throw inputFailure('launch.slurm.refused', { where, reason });
}
