import * as z from 'zod';
import type { Hub } from '../hub/hub';
import { type Hardware, jobHardware } from '../hub/jobs/hardware';
import { isOver, type Job } from '../hub/jobs/job';
import { getJob, jobUrl, requireAccount } from '../hub/jobs/jobs';
import { followLog, type LogTiming, lastLines, usualLogTiming } from '../hub/jobs/logs';
import { modelInfo } from '../hub/modelInfo';
import { whoAmI } from '../hub/whoAmI';
import { type CancellationToken, Cancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure, runFailure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import type { JobStatus, Launcher, LaunchRequest, ServedModel, Speed } from './contract';
import { serverAddress } from './hubJobs/address';
import { hardwareNamed, jobEstimate } from './hubJobs/cost';
import { type LiveHubJob, liveHubJobs } from './hubJobs/live';
import { jobRequest } from './hubJobs/request';
import { dataSheetSpeed } from './hubJobs/speed';
import { billedSeconds, ending, isServing, isUnexplained, jobState, phaseOf, waiting } from './hubJobs/status';
import { stopJob } from './hubJobs/stop';
import { jobLabelled, submitOnce } from './hubJobs/submit';

/** Of a job that was started, as a run folder holds it. */
export const hubJobHandle = z.object({
	/** Whose account pays. */
	namespace: z.string().min(1),
	id: z.string().min(1),
});
export type HubJobHandle = Readonly<z.output<typeof hubJobHandle>>;

export interface HubJobsLauncher extends Launcher<'hf_jobs', HubJobHandle> {
	/** Every job of Eval Lens that lives, followed or not; `namespace` null: of the person's own account. */
	live(namespace: string | null, token: CancellationToken): Promise<readonly LiveHubJob[]>;
	/** The page of a job on the Hub, for a browser. */
	page(handle: HubJobHandle): string;
}

/** Lines of a log in which to look for what a server is at. */
const lookedAt = 50;

/**
 * Jobs of Hugging Face that serve a model with vLLM on an exposed port. Everything is done as the account of the hub's
 * token, which is asked for at each request.
 * @param timing Of reading logs; others for tests.
 */
export function hubJobsLauncher(hub: Hub, timing: LogTiming = usualLogTiming): HubJobsLauncher {
	const own = ownAccount(hub);
	const payer = async ({ launch }: LaunchRequest<'hf_jobs'>, token: CancellationToken) =>
		launch.namespace ?? (await own(token));
	// What a server is at does not change any more once it serves.
	const serving = new Set<string>();
	return {
		async estimate({ launch, model }, token) {
			// Refused now rather than once it was confirmed.
			jobRequest({ label: '', launch, model }, null);
			const hardware = hardwareNamed(launch.flavor, await jobHardware(hub, token));
			return { ...jobEstimate(hardware, launch.timeout), speed: await jobSpeed(hub, hardware, model, token) };
		},
		start: async (request, token) => startJob(hub, await payer(request, token), request, token),
		async find(request, token) {
			const namespace = await payer(request, token);
			const job = await jobLabelled(hub, namespace, request.label, token);
			return job && { namespace, id: job.id };
		},
		status: (handle, token) => jobStatus(hub, handle, serving, timing, token),
		logs: (handle, onLine, token) => followLog(hub, handle, onLine, token, timing),
		async reach(handle, token) {
			const job = await getJob(hub, handle, token);
			if (job?.stage !== 'RUNNING') {
				throw runFailure('jobs.not-reachable', { detail: whyNot(hub, handle, job) });
			}
			return {
				url: serverAddress(hub, job),
				headers: async () => ({ Authorization: `Bearer ${await requireAccount(hub)}` }),
				dispose() {},
			};
		},
		stop: handle => stopJob(hub, handle),
		live: async (namespace, token) => liveHubJobs(hub, namespace ?? (await own(token)), token),
		page: handle => jobUrl(hub, handle),
	};
}

/** The name of the account, which the Hub does not like to be asked for: it is kept as long as the token is the same. */
function ownAccount(hub: Hub): (token: CancellationToken) => Promise<string> {
	let known: { readonly token: string; readonly name: string } | null = null;
	return async token => {
		const held = await requireAccount(hub);
		if (known?.token !== held) {
			known = { token: held, name: (await whoAmI(hub, token)).name };
		}
		return known.name;
	};
}

/** Null where the Hub does not tell how large the model is: that keeps nobody from running it. */
async function jobSpeed(
	hub: Hub,
	hardware: Hardware,
	{ id, revision, dtype }: ServedModel,
	token: CancellationToken,
): Promise<Speed | null> {
	const info = id === null ? null : await modelInfo(hub, id, revision, token).catch(() => null);
	throwIfCancelled(token);
	return info?.parameters ? dataSheetSpeed(hardware, info.parameters, dtype) : null;
}

/** Once it is submitted nobody is left in doubt about it: where that was cancelled meanwhile, the job is, too. */
async function startJob(
	hub: Hub,
	namespace: string,
	request: LaunchRequest<'hf_jobs'>,
	token: CancellationToken,
): Promise<HubJobHandle> {
	const job = jobRequest(request, await secretFor(hub, request, token));
	throwIfCancelled(token);
	const { id } = await submitOnce(hub, namespace, request.label, job);
	const handle = { namespace, id };
	if (token.isCancellationRequested) {
		await stopJob(hub, handle);
		throw new Cancelled();
	}
	return handle;
}

/** The access token, for a model that is not open to all; a job can do whatever a token may, so that others get none. */
async function secretFor(
	hub: Hub,
	{ model }: LaunchRequest<'hf_jobs'>,
	token: CancellationToken,
): Promise<string | null> {
	if (model.id === null) {
		return null;
	}
	const info = await modelInfo(hub, model.id, model.revision, token);
	return info.gated !== false || info.private ? requireAccount(hub) : null;
}

async function jobStatus(
	hub: Hub,
	handle: HubJobHandle,
	serving: Set<string>,
	timing: LogTiming,
	token: CancellationToken,
): Promise<JobStatus> {
	const url = jobUrl(hub, handle);
	const job = await getJob(hub, handle, token);
	if (!job) {
		return { state: 'lost', detail: message('jobs.gone', { url }), billedSeconds: null };
	}
	const status = { state: jobState(job), billedSeconds: billedSeconds(job, hub.clock.now()) };
	const tail = () => linesIfAny(hub, handle, timing, token);
	if (isOver(job)) {
		return { ...status, detail: ending(job, isUnexplained(job) ? await tail() : [], url) };
	}
	if (job.stage !== 'RUNNING') {
		return { ...status, detail: waiting(job) };
	}
	const phase = serving.has(job.id) ? message('jobs.serving', {}) : phaseOf(await tail());
	if (isServing(phase)) {
		serving.add(job.id);
	}
	return { ...status, detail: phase };
}

/** A log that cannot be had leaves a status without detail. */
async function linesIfAny(
	hub: Hub,
	handle: HubJobHandle,
	timing: LogTiming,
	token: CancellationToken,
): Promise<readonly string[]> {
	try {
		return await lastLines(hub, handle, lookedAt, token, timing);
	} catch (error) {
		if (error instanceof Failure) {
			return [];
		}
		throw error;
	}
}

function whyNot(hub: Hub, handle: HubJobHandle, job: Job | null): Message {
	const url = jobUrl(hub, handle);
	if (!job) {
		return message('jobs.gone', { url });
	}
	return isOver(job) ? ending(job, [], url) : waiting(job);
}
