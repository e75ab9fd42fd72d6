import type { StartedLaunch } from '../config/launch';
import { isLive, isOver, type JobState, type JobStatus } from '../launch/contract';
import type { LiveHubJob } from '../launch/hubJobs/live';
import type { Message } from '../protocol/messages';
import { dollarsFor, type Job, readJobs } from './jobBook';
import type { RunRecord } from './record';

/** Who computes with a job: this window, another process, or nobody any more. */
export type Follower = 'here' | 'elsewhere' | 'nobody';

/** A run folder, as far as what was started for it is concerned. */
export interface RunJobs {
	readonly dir: string;
	/** Of its evaluation. */
	readonly name: string;
	/** All its samples are there: no job can add any. */
	readonly isDone: boolean;
	readonly follower: Follower;
	readonly jobs: readonly Job[];
	/** Why its jobs could not be read; null: they could. */
	readonly problem: unknown;
}

/** What is known of a job from asking where it runs. */
export interface JobNews {
	/** Null: no answer yet. */
	readonly status: JobStatus | null;
	/** Why the last question had no answer; null: it had one. */
	readonly problem: unknown;
	/** As the run folder has it, or as it was found by its label. */
	readonly handle: unknown;
	/** When it was asked, in milliseconds since 1970. */
	readonly asked: number;
}

/** A job as a list shows it. */
export interface WorkspaceJob {
	/** Unique in a list. */
	readonly label: string;
	readonly kind: StartedLaunch['kind'];
	/** Null: nobody knows, as of a job that was started elsewhere. */
	readonly model: string | null;
	/** A flavor, a host, what Slurm was asked for; null: nothing more than its kind says. */
	readonly place: string | null;
	/** `unknown`: not asked yet, or it could not be asked. */
	readonly state: JobState | 'unknown';
	readonly detail: Message | null;
	/** ISO 8601. */
	readonly started: string | null;
	readonly ended: string | null;
	/** So far, or in all; null: not billed, or not known. */
	readonly dollars: number | null;
	readonly dollarsAnHour: number | null;
	readonly maximalDollars: number | null;
	/** It runs, or may, for a run that nobody computes: it can be ended, or the run resumed. */
	readonly isOrphan: boolean;
	readonly problem: unknown;
	readonly handle: unknown;
	/** The run folder that it was started for, with what stands there of it; null: no folder of this workspace knows of it. */
	readonly origin: { readonly run: RunJobs; readonly job: Job } | null;
	/** On the Hub, where that is known without asking. */
	readonly url: string | null;
}

/** Jobs that ended, or were lost, longer ago are not listed, in milliseconds. */
const remembered = 7 * 24 * 3600_000;

/** The Hub's list may show a job for so long after it ended, in milliseconds. */
const listedStill = 5 * 60_000;

/** What was started for a run. A book that cannot be read is a problem of its run alone. */
export async function jobsOfRun(
	dir: string,
	{ evaluation, state }: Pick<RunRecord, 'evaluation' | 'state'>,
	followerOf: () => Promise<Follower>,
): Promise<RunJobs> {
	const run = { dir, name: evaluation.name, isDone: state === 'done' };
	try {
		const jobs = await readJobs(dir);
		// Whether somebody works at a run takes a look at its lock, which is of no use where nothing runs.
		const follower = jobs.some(({ ended }) => ended === null) ? await followerOf() : 'nobody';
		return { ...run, jobs, follower, problem: null };
	} catch (problem) {
		return { ...run, jobs: [], follower: 'nobody', problem };
	}
}

export interface KnownJobs {
	readonly runs: readonly RunJobs[];
	readonly newsOf: (label: string) => JobNews | undefined;
	/** Of Hugging Face's own list. */
	readonly onHub: readonly LiveHubJob[];
	readonly now: Date;
}

/**
 * Every job of the workspace, those of the Hub's list that no run folder knows, and what is known of each: first what nobody
 * follows, then what runs, then what ended in the last days, the newest first of each.
 */
export function workspaceJobs({ runs, newsOf, onHub, now }: KnownJobs): readonly WorkspaceJob[] {
	const own = runs.flatMap(run => run.jobs.map(job => ownJob(run, job, newsOf(job.label))));
	const justNow = new Date(now.getTime() - listedStill).toISOString();
	// One that is listed though it was written down as over long ago does run, whoever started it again or was mistaken.
	const known = new Set(own.flatMap(({ label, ended }) => (ended === null || ended >= justNow ? [label] : [])));
	const others = onHub.filter(({ label }) => label === null || !known.has(label)).map(hubOnly);
	const since = new Date(now.getTime() - remembered).toISOString();
	return [...own, ...others]
		.filter(job => !hasEnded(job) || (job.ended ?? job.started ?? '') >= since)
		.sort((a, b) => rank(a) - rank(b) || (b.started ?? '').localeCompare(a.started ?? ''));
}

function hasEnded({ state }: WorkspaceJob): boolean {
	return state !== 'unknown' && isOver(state);
}

function rank(job: WorkspaceJob): number {
	return hasEnded(job) ? 2 : job.isOrphan ? 0 : 1;
}

function ownJob(run: RunJobs, job: Job, news: JobNews | undefined): WorkspaceJob {
	const { label, launch, model, started, ended, dollarsAnHour, maximalDollars } = job;
	const status = news?.status ?? null;
	const state = ended === null ? (status?.state ?? 'unknown') : 'ended';
	return {
		label,
		kind: launch.kind,
		model,
		place: placeOf(launch),
		state,
		detail: status?.detail ?? null,
		started,
		ended,
		dollars: job.dollars ?? dollarsFor(job, status?.billedSeconds ?? null),
		dollarsAnHour,
		maximalDollars,
		isOrphan: run.follower === 'nobody' && state !== 'unknown' && isLive(state),
		problem: ended === null ? (news?.problem ?? null) : null,
		handle: job.handle ?? news?.handle ?? null,
		origin: { run, job },
		url: null,
	};
}

function hubOnly(job: LiveHubJob): WorkspaceJob {
	const { handle, model, flavor, created, stage, url, billedSeconds, dollarsAnHour } = job;
	return {
		label: job.label ?? url,
		kind: 'hf_jobs',
		model,
		place: flavor,
		state: stage === 'RUNNING' ? 'running' : 'queued',
		detail: null,
		started: created,
		ended: null,
		dollars: dollarsFor(job, billedSeconds),
		dollarsAnHour,
		maximalDollars: null,
		isOrphan: false,
		problem: null,
		handle,
		origin: null,
		url,
	};
}

function placeOf(launch: StartedLaunch): string | null {
	switch (launch.kind) {
		case 'hf_jobs':
			return launch.flavor;
		case 'ssh':
			return launch.host;
		case 'slurm':
			return [launch.host, launch.partition, launch.gres].filter(part => part !== null).join(' ') || null;
		case 'local':
			return null;
	}
}
