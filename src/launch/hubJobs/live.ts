import type { Hub } from '../../hub/hub';
import { type Hardware, jobHardware } from '../../hub/jobs/hardware';
import { type Job, type JobReference, liveStages } from '../../hub/jobs/job';
import { jobUrl, listJobs } from '../../hub/jobs/jobs';
import type { CancellationToken } from '../../protocol/cancellation';
import { Failure } from '../../protocol/failure';
import { dollarsAnHour } from './cost';
import { appLabel, launchLabel, servedModel } from './request';
import { billedSeconds } from './status';

/** A job that some Eval Lens started, here or elsewhere, and that lives. */
export interface LiveHubJob {
	readonly handle: JobReference;
	/** Of the launch, as run folders hold it; null: whatever started it gave none. */
	readonly label: string | null;
	/** On the Hub; null where its command does not tell. */
	readonly model: string | null;
	readonly flavor: string;
	/** ISO time; null where the Hub does not say. */
	readonly created: string | null;
	readonly stage: string;
	/** Its page on the Hub. */
	readonly url: string;
	readonly billedSeconds: number;
	/** Null where the Hub lists no price of its hardware. */
	readonly dollarsAnHour: number | null;
}

/**
 * All jobs of an account that Eval Lens started and that live, the newest first, whether a run still follows them or not.
 * @throws Failure where the Hub refuses, or cannot be reached.
 */
export async function liveHubJobs(
	hub: Hub,
	namespace: string,
	token: CancellationToken,
): Promise<readonly LiveHubJob[]> {
	const jobs = await listJobs(hub, namespace, { label: appLabel, stages: liveStages }, token);
	const hardware = jobs.length === 0 ? [] : await pricesIfListed(hub, token);
	return jobs.map(job => liveJob(hub, job, hardware)).sort((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
}

/** A job is shown, and can be cancelled, without its price. */
async function pricesIfListed(hub: Hub, token: CancellationToken): Promise<readonly Hardware[]> {
	try {
		return await jobHardware(hub, token);
	} catch (error) {
		if (error instanceof Failure) {
			return [];
		}
		throw error;
	}
}

function liveJob(hub: Hub, job: Job, hardware: readonly Hardware[]): LiveHubJob {
	const { namespace, id, flavor, created, stage, labels, command } = job;
	const price = hardware.find(({ name }) => name === flavor)?.dollarsAMinute;
	return {
		handle: { namespace, id },
		label: labels.get(launchLabel) ?? null,
		model: servedModel(command),
		flavor,
		created,
		stage,
		url: jobUrl(hub, job),
		billedSeconds: billedSeconds(job, hub.clock.now()),
		dollarsAnHour: price === undefined ? null : dollarsAnHour(price),
	};
}
