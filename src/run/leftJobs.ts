import type { StartedLaunch } from '../config/launch';
import { isLive } from '../launch/contract';
import { launcherOf } from '../launch/launchers';
import { Failure } from '../protocol/failure';
import { endedJob, endJob } from './endJob';
import { type Job, noteJob, readJobs } from './jobBook';
import type { RemoteModel } from './models';
import type { EvaluateOptions } from './options';

/** Where earlier sittings may have left jobs of a model running. */
export interface LeftJobs {
	readonly dir: string;
	readonly model: RemoteModel;
	readonly options: EvaluateOptions;
}

/**
 * A job that an earlier sitting left running, also one that nobody was told of; null: there is none. One is followed; what
 * else is found, such as a job of another launch than the evaluation names now, is ended.
 */
export async function followLeft(left: LeftJobs, { kind }: StartedLaunch): Promise<Job | null> {
	let found: Job | null = null;
	await goThrough(left, job => {
		const isOfUse = found === null && job.launch.kind === kind;
		found = isOfUse ? job : found;
		return isOfUse;
	});
	return found;
}

/** Ends the jobs that earlier sittings left running; one that cannot be ended is told of, and stays in the book. */
export async function endAllLeft(left: LeftJobs): Promise<void> {
	try {
		await goThrough(left, () => false);
	} catch (error) {
		if (!(error instanceof Failure)) {
			throw error;
		}
		left.options.onNotice?.(error.reason);
	}
}

/** @param keeps Whether a job that runs is of use, and goes on. */
async function goThrough(
	{ dir, model, options: { token, hub } }: LeftJobs,
	keeps: (job: Job) => boolean,
): Promise<void> {
	const launcherFor = async (launch: StartedLaunch) => launcherOf(launch, { hub });
	const jobs = (await readJobs(dir)).filter(job => job.model === model.name && job.ended === null);
	for (const job of jobs.reverse()) {
		const launcher = await launcherFor(job.launch);
		const handle = job.handle ?? (await launcher.find(job.label, model, token));
		const status = handle === null ? null : await launcher.status(handle, token);
		const known = { ...job, handle };
		if (status === null || !isLive(status.state)) {
			await noteJob(dir, endedJob(known, status ?? { billedSeconds: null }, Date.now()));
		} else if (keeps(known)) {
			await noteJob(dir, known);
		} else {
			await endJob(dir, known, launcherFor, token);
		}
	}
}
