import * as z from 'zod';
import type { Launch, LaunchKind, StartedLaunch } from '../config/launch';
import type { Hub } from '../hub/hub';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure, runFailure } from '../protocol/failure';
import type { Estimate, JobStatus, Launcher, Reached, ServedModel } from './contract';
import { hubJobHandle, hubJobsLauncher } from './hubJobs';
import { localLauncher } from './local';
import { slurmLauncher } from './slurm';
import { sshLauncher } from './ssh';

/** The launcher of one launch. Handles are what its own `start` gave, be it in another process. */
export interface AnyLauncher {
	estimate(model: ServedModel, token: CancellationToken): Promise<Estimate>;
	start(label: string, model: ServedModel, token: CancellationToken): Promise<unknown>;
	find(label: string, model: ServedModel, token: CancellationToken): Promise<unknown>;
	status(handle: unknown, token: CancellationToken): Promise<JobStatus>;
	logs(handle: unknown, onLine: (line: string) => void, token: CancellationToken): Promise<void>;
	reach(handle: unknown, token: CancellationToken): Promise<Reached>;
	stop(handle: unknown): Promise<void>;
}

export interface LaunchContext {
	/** For jobs of Hugging Face. */
	readonly hub?: Hub | undefined;
}

const shellJob = z.object({ label: z.string(), port: z.number(), folder: z.string() });
// A run folder may come from elsewhere: a host that begins with a dash would be an option of ssh.
const host = z.string().regex(/^[A-Za-z0-9_]/);
const sshJob = shellJob.extend({ host });
const slurmJob = z.object({
	label: z.string(),
	host: host.nullable(),
	folder: z.string(),
	id: z.string().regex(/^\d+$/),
	cluster: z
		.string()
		.regex(/^[A-Za-z0-9_]/)
		.nullable(),
});

/** @throws Failure for jobs of Hugging Face where there is no Hub. */
export function launcherOf(launch: StartedLaunch, { hub }: LaunchContext): AnyLauncher {
	switch (launch.kind) {
		case 'local':
			return bound(localLauncher(), launch, shellJob);
		case 'ssh':
			return bound(sshLauncher(), launch, sshJob);
		case 'hf_jobs':
			if (!hub) {
				throw inputFailure('launch.no-hub', {});
			}
			return bound(hubJobsLauncher(hub), launch, hubJobHandle);
		case 'slurm':
			return bound(slurmLauncher(), launch, slurmJob);
	}
}

/** @param shape Of a handle as a run folder holds it. */
function bound<K extends LaunchKind, H>(
	launcher: Launcher<K, H>,
	launch: Extract<Launch, { kind: K }>,
	shape: z.ZodType<H>,
): AnyLauncher {
	const read = (handle: unknown): H => {
		const parsed = shape.safeParse(handle);
		if (!parsed.success) {
			throw runFailure('launch.handle-broken', { kind: launch.kind });
		}
		return parsed.data;
	};
	return {
		estimate: (model, token) => launcher.estimate({ label: '', launch, model }, token),
		start: (label, model, token) => launcher.start({ label, launch, model }, token),
		find: (label, model, token) => launcher.find({ label, launch, model }, token),
		status: (handle, token) => launcher.status(read(handle), token),
		logs: (handle, onLine, token) => launcher.logs(read(handle), onLine, token),
		reach: (handle, token) => launcher.reach(read(handle), token),
		stop: handle => launcher.stop(read(handle)),
	};
}
