import type { Hub } from '../../hub/hub';
import type { Job } from '../../hub/jobs/job';
import { isOver } from '../../hub/jobs/job';
import { type JobRequest, listJobs, submitJob } from '../../hub/jobs/jobs';
import { type CancellationToken, neverCancelled } from '../../protocol/cancellation';
import { Failure, runFailure } from '../../protocol/failure';
import type { MessageCode } from '../../protocol/messages';
import { launchLabel } from './request';

/** Milliseconds before each look for a job whose making was not confirmed: a list may lag behind. */
const looks = [1000, 3000, 10_000];

/** Failures after which a job may have been made all the same: its answer was lost, or could not be read. */
const unconfirmed: ReadonlySet<MessageCode> = new Set<MessageCode>([
	'hub.unreachable',
	'hub.timeout',
	'hub.cut-off',
	'hub.server-failed',
	'hub.html',
	'hub.no-json',
	'hub.other-shape',
	'hub.too-large',
]);

/** The request cannot have arrived. */
const neverSent: readonly unknown[] = ['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'];

/**
 * Starts a job, once: where the answer is lost, the job is looked for by its label instead of being asked for again.
 * @param url Where a person sees the jobs of the account.
 * @throws Failure: the job does not run, except after `jobs.unconfirmed`.
 */
export async function submitOnce(hub: Hub, namespace: string, label: string, request: JobRequest): Promise<Job> {
	try {
		return await submitJob(hub, namespace, request);
	} catch (error) {
		if (!(error instanceof Failure)) {
			throw error;
		}
		const { code, params } = error.reason;
		if (code === 'hub.rate') {
			throw runFailure('jobs.rate', {}, error);
		}
		if (!unconfirmed.has(code) || (code === 'hub.unreachable' && neverSent.includes(params.reason))) {
			throw error;
		}
		return await unanswered(hub, namespace, label, error);
	}
}

async function unanswered(hub: Hub, namespace: string, label: string, cause: Failure): Promise<Job> {
	for (const pause of looks) {
		await hub.clock.sleep(pause, undefined);
		const job = await jobLabelled(hub, namespace, label, neverCancelled).catch((error: unknown) => {
			if (error instanceof Failure) {
				const url = `${hub.endpoint}/settings/jobs`;
				throw runFailure('jobs.unconfirmed', { label, url }, cause);
			}
			throw error;
		});
		if (job) {
			return job;
		}
	}
	throw runFailure('jobs.not-started', { label }, cause);
}

/** The job of a label: one that lives before one that is over, the newest first; null where there is none. */
export async function jobLabelled(
	hub: Hub,
	namespace: string,
	label: string,
	token: CancellationToken,
): Promise<Job | null> {
	const jobs = await listJobs(hub, namespace, { label: [launchLabel, label], stages: [] }, token);
	const newest = jobs.toSorted((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
	return newest.find(job => !isOver(job)) ?? newest[0] ?? null;
}
