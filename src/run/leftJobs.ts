import { isDeepStrictEqual } from 'node:util';
import type { StartedLaunch } from '../config/launch';
import { isLive, type JobStatus } from '../launch/contract';
import { type AnyLauncher, launcherOf } from '../launch/launchers';
import { Failure } from '../protocol/failure';
import { message } from '../protocol/messages';
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
export async function followLeft(left: LeftJobs, launch: StartedLaunch): Promise<Job | null> {
	let found: Job | null = null;
	await goThrough(left, launch, job => {
		const isOfUse = found === null && isSame(job.launch, launch);
		found = isOfUse ? job : found;
		return isOfUse;
	});
	return found;
}

/** Ends the jobs that earlier sittings left running; one that cannot be ended is told of, and stays in the book. */
export async function endAllLeft(left: LeftJobs): Promise<void> {
	try {
		await goThrough(left, null, () => false);
	} catch (error) {
		if (!(error instanceof Failure)) {
			throw error;
		}
		left.options.onNotice?.(error.reason);
	}
}

/** Whether a label that is not found there means that there is no such job: accounts of the Hub see their own alone. */
export function isSureWhereNone({ launch }: Job): boolean {
	return launch.kind !== 'hf_jobs';
}

/**
 * @param launch As the evaluation has it now; null: it starts nothing.
 * @param keeps Whether a job that runs is of use, and goes on.
 */
async function goThrough(
	{ dir, model, options }: LeftJobs,
	launch: StartedLaunch | null,
	keeps: (job: Job) => boolean,
): Promise<void> {
	const { token, hub, onNotice } = options;
	const launcherFor = async (one: StartedLaunch) => launcherOf(one, { hub });
	const jobs = (await readJobs(dir)).filter(job => job.model === model.name && job.ended === null);
	for (const noted of jobs.reverse()) {
		const job = await atNewName(noted, launch, async of => (await launcherFor(of)).find(noted.label, model, token));
		const launcher = await launcherFor(job.launch);
		const handle = job.handle ?? (await launcher.find(job.label, model, token));
		const status = handle === null ? null : await launcher.status(handle, token);
		const known = { ...job, handle };
		if (isKnownToBeOver(known, status)) {
			await noteJob(dir, endedJob(known, status ?? { billedSeconds: null }, Date.now()));
		} else if (status === null || !isLive(status.state)) {
			// It stays in the book: another account, or another day, may see it.
			onNotice?.(status?.detail ?? message('run.left-job-unseen', { model: model.name, label: job.label }));
		} else if (keeps(known)) {
			await noteJob(dir, known);
		} else {
			await endJob(dir, known, launcherFor, token);
		}
	}
}

/** @param status Null: its label is not found. */
function isKnownToBeOver(job: Job, status: JobStatus | null): boolean {
	if (status === null) {
		return isSureWhereNone(job);
	}
	// Of a job that is lost nothing is known; here, and of a cluster that forgets what is over, that is enough.
	const { kind } = job.launch;
	return status.state === 'ended' || (status.state === 'lost' && (kind === 'local' || kind === 'slurm'));
}

/** Whether a job of the one serves the other: when it ends at the latest changes nothing of what it computes. */
function isSame(one: StartedLaunch, other: StartedLaunch): boolean {
	return isDeepStrictEqual(withoutLimit(one), withoutLimit(other));
}

function withoutLimit(launch: StartedLaunch): StartedLaunch {
	switch (launch.kind) {
		case 'hf_jobs':
			return { ...launch, timeout: 0 };
		case 'slurm':
			return { ...launch, time: '' };
		default:
			return launch;
	}
}

/** A name of several computers leads to any of them: a job that was begun there is looked for at the name written now. */
async function atNewName(
	job: Job,
	launch: StartedLaunch | null,
	find: (launch: StartedLaunch) => ReturnType<AnyLauncher['find']>,
): Promise<Job> {
	if (launch?.kind !== 'ssh' || job.launch.kind !== 'ssh' || launch.host === job.launch.host) {
		return job;
	}
	if (!isDeepStrictEqual({ ...job.launch, host: '' }, { ...launch, host: '' })) {
		return job;
	}
	const handle = await find(launch);
	return handle === null ? job : { ...job, launch, handle };
}
