import type { StartedLaunch } from '../config/launch';
import type { JobStatus } from '../launch/contract';
import type { AnyLauncher } from '../launch/launchers';
import type { CancellationToken } from '../protocol/cancellation';
import { dollarsFor, type Job, noteJob, readJobs } from './jobBook';

/** How the launcher of a launch is had; a sign-in may be behind it. */
export type LauncherFor = (launch: StartedLaunch) => Promise<AnyLauncher>;

/**
 * Ends a job for good, also one that nobody was told of, and writes down that it is over. Resolves when it is really gone.
 * @returns Whether there was one: of a label that is not found the book stays as it is, since another account may find it.
 * @throws Failure where that cannot be made sure of.
 */
export async function endJob(
	dir: string,
	job: Job,
	launcherFor: LauncherFor,
	token: CancellationToken,
): Promise<boolean> {
	const launcher = await launcherFor(job.launch);
	const handle = job.handle ?? (await foundHandle(launcher, job, token));
	if (handle === null) {
		return false;
	}
	await launcher.stop(handle);
	// What it cost is good to know, and no reason to doubt that it is gone.
	const status = await launcher.status(handle, token).catch(() => ({ billedSeconds: null }));
	await noteJob(dir, endedJob({ ...job, handle }, status, Date.now()));
	return true;
}

/** The jobs of a run that were not seen to end: they may still run, and the book alone tells where. */
export async function openJobs(dir: string): Promise<readonly Job[]> {
	return (await readJobs(dir)).filter(({ ended }) => ended === null);
}

/**
 * Ends all jobs of a run that may still run, as `endJob` does.
 * @returns Those that were not found.
 * @throws Failure where it cannot be made sure of one; the others are then tried all the same.
 */
export async function endOpenJobs(
	dir: string,
	launcherFor: LauncherFor,
	token: CancellationToken,
): Promise<readonly Job[]> {
	const lost: Job[] = [];
	const errors: unknown[] = [];
	// One after the other: each writes into the same book.
	for (const job of await openJobs(dir)) {
		try {
			if (!(await endJob(dir, job, launcherFor, token))) {
				lost.push(job);
			}
		} catch (error) {
			errors.push(error);
		}
	}
	if (errors.length > 0) {
		throw errors[0];
	}
	return lost;
}

/** What the book holds of a job that is over. @param now In milliseconds since 1970. */
export function endedJob(job: Job, { billedSeconds }: Pick<JobStatus, 'billedSeconds'>, now: number): Job {
	return { ...job, ended: new Date(now).toISOString(), dollars: dollarsFor(job, billedSeconds) };
}

/** A job goes by its label; the model beside it is only named. */
export function foundHandle(launcher: AnyLauncher, { label, model }: Job, token: CancellationToken): Promise<unknown> {
	return launcher.find(label, { name: model, id: null, revision: 'main', dtype: null }, token);
}
