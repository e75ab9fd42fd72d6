import { randomBytes } from 'node:crypto';
import type { Launch, StartedLaunch } from '../config/launch';
import type { ServerAddress } from '../engine/endpoint/serverClient';
import { withSignal } from '../hub/abort';
import { systemClock } from '../hub/retry';
import type { Estimate, JobStatus, Reached } from '../launch/contract';
import { isAnswering } from '../launch/isAnswering';
import { type AnyLauncher, launcherOf } from '../launch/launchers';
import { type CancellationToken, neverCancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure, inputFailure, runFailure } from '../protocol/failure';
import { type Message, message } from '../protocol/messages';
import { expectedTime } from './expectedTime';
import { dollarsFor, type Job, noteJob, readJobs } from './jobBook';
import { endAllLeft, followLeft } from './leftJobs';
import type { RemoteModel } from './models';
import { type EvaluateOptions, NotWanted } from './options';
import type { Tracker } from './tracker';

/** A server that answers. */
export interface OpenServer {
	readonly address: ServerAddress;
	/** Its job; null: it ran before, and goes on running. */
	readonly job: Job | null;
	/** Seconds until it answered, without what a person took to say yes. */
	readonly opening: number;
	/** Dollars so far of all jobs that were started for the model, as far as billed and known. */
	cost(): Promise<number | null>;
	/** Where its job stands; null: it has none. */
	status(): Promise<JobStatus | null>;
	/** Opens the way anew. */
	again(token: CancellationToken): Promise<void>;
	/** Lets go of the way to it, and ends what was started for it; returns why it may still run, null: it does not. */
	close(): Promise<Message | null>;
}

export interface ServerRequest {
	readonly dir: string;
	readonly model: RemoteModel;
	readonly options: EvaluateOptions;
	readonly tracker: Tracker;
	/** Told to a person who is asked whether they want it. */
	readonly tokens: number;
	readonly requests: number;
}

/** Between two looks at a job, and how long a server may take to answer once its job runs, in milliseconds. */
const lookEvery = 2000;
const readyWithin = 30 * 60_000;

/** Between two questions what a job has cost so far, in milliseconds. */
const costEvery = 30_000;

/** A place that cannot be asked about a job so often in a row is told of: a connection may break once. */
const unansweredAtMost = 5;

/** Finds the server of a launch, or starts it and waits until it answers. */
export async function openServer(request: ServerRequest): Promise<OpenServer> {
	const { model, options } = request;
	if (model.launch.kind === 'url') {
		await endAllLeft(request);
		return serverAt(model.launch, model.name, options);
	}
	return startedServer(request, model.launch);
}

async function serverAt(
	{ url, api_key }: Extract<Launch, { kind: 'url' }>,
	model: string,
	{ secret }: EvaluateOptions,
): Promise<OpenServer> {
	const key = api_key === null ? null : await secret?.(api_key, { host: new URL(url).host, model });
	if (api_key !== null && !key) {
		throw inputFailure('run.no-key', { name: api_key });
	}
	const headers: Record<string, string> = key ? { Authorization: `Bearer ${key}` } : {};
	return {
		address: { url, headers: async () => headers },
		job: null,
		opening: 0,
		cost: async () => null,
		status: async () => null,
		again: async () => {},
		close: async () => null,
	};
}

async function startedServer(request: ServerRequest, launch: StartedLaunch): Promise<OpenServer> {
	const { dir, model, options, tracker } = request;
	const { token } = options;
	const launcher = launcherOf(launch, { hub: options.hub });
	const began = Date.now();
	let job = (await followLeft(request, launch)) ?? (await started(request, launch, launcher));
	let reached: Reached | null = null;
	const spent = (await readJobs(dir)).reduce(
		(sum, one) => sum + (one.model === model.name && one.label !== job.label ? (one.dollars ?? 0) : 0),
		0,
	);
	const billed = async () =>
		job.dollarsAnHour === null
			? null
			: dollarsFor(job, (await launcher.status(job.handle, neverCancelled)).billedSeconds);
	let cost: { readonly dollars: number | null; readonly asked: number } = { dollars: null, asked: 0 };
	const close = async () => {
		reached?.dispose();
		try {
			await launcher.stop(job.handle);
			const ended = new Date().toISOString();
			job = { ...job, ended, dollars: await billed().catch(() => null) };
			await noteJob(dir, job);
			return null;
		} catch (error) {
			// It stays in the book as one that runs: the Jobs view shows it, and the next sitting finds it.
			return error instanceof Failure ? error.reason : message('run.job-not-ended', { model: model.name });
		}
	};
	try {
		reached = await ready(job, launcher, tracker, model, token);
	} catch (error) {
		const notice = await close();
		if (notice) {
			options.onNotice?.(notice);
		}
		throw error;
	}
	const opening = (Date.now() - Math.max(began, Date.parse(job.started))) / 1000;
	const now = () => reached ?? unreachable(model);
	return {
		address: {
			get url() {
				return now().url;
			},
			headers: () => now().headers(),
		},
		job,
		opening,
		async cost() {
			if (Date.now() - cost.asked > costEvery) {
				const own = await billed();
				cost = { dollars: own === null ? null : spent + own, asked: Date.now() };
			}
			return cost.dollars;
		},
		status: () => launcher.status(job.handle, token),
		async again(own) {
			reached?.dispose();
			reached = await launcher.reach(job.handle, own);
		},
		close,
	};
}

function unreachable({ name }: RemoteModel): never {
	throw runFailure('run.server-not-open', { model: name });
}

async function started(request: ServerRequest, launch: StartedLaunch, launcher: AnyLauncher): Promise<Job> {
	const { dir, model, options, tracker } = request;
	const { token } = options;
	tracker.phase('launching', model.name);
	const estimate = await launcher.estimate(model, token);
	await confirm(request, launch, estimate);
	throwIfCancelled(token);
	const intended: Job = {
		label: `eval-lens-${randomBytes(6).toString('hex')}`,
		launch,
		model: model.name,
		started: new Date().toISOString(),
		handle: null,
		ended: null,
		dollarsAnHour: estimate.maximalCost?.dollarsAnHour ?? null,
		maximalDollars: estimate.maximalCost?.dollars ?? null,
		dollars: null,
	};
	await noteJob(dir, intended);
	try {
		const job = { ...intended, handle: await launcher.start(intended.label, model, token) };
		await noteJob(dir, job);
		return job;
	} catch (error) {
		await endUntold(dir, intended, model, launcher);
		throw error;
	}
}

/** A start that failed or was cancelled may have begun something all the same. What cannot be known stays in the book. */
async function endUntold(dir: string, job: Job, model: RemoteModel, launcher: AnyLauncher): Promise<void> {
	try {
		const handle = await launcher.find(job.label, model, neverCancelled);
		if (handle !== null) {
			await launcher.stop(handle);
		}
		await noteJob(dir, { ...job, handle, ended: new Date().toISOString() });
	} catch {
		// Its host is not reached; why the start failed is what is told.
	}
}

/** @throws Failure where something is billed and nobody can be asked; NotWanted. */
async function confirm(
	{ model, options, tokens, requests }: ServerRequest,
	launch: StartedLaunch,
	estimate: Estimate,
): Promise<void> {
	const { onLaunch } = options;
	if (estimate.maximalCost && !onLaunch) {
		throw inputFailure('run.cost-not-confirmed', {
			model: model.name,
			dollars: estimate.maximalCost.dollars.toFixed(2),
		});
	}
	if (!onLaunch) {
		return;
	}
	const expected = await expectedTime(options.file, model, { tokens, samples: requests }, estimate);
	if (!(await onLaunch({ model: model.name, launch, estimate, expected, tokens, requests }))) {
		throw new NotWanted();
	}
}

/** Follows a job until its server answers. */
async function ready(
	job: Job,
	launcher: AnyLauncher,
	tracker: Tracker,
	{ name }: RemoteModel,
	token: CancellationToken,
): Promise<Reached> {
	let running: number | null = null;
	let reached: Reached | null = null;
	try {
		for (;;) {
			throwIfCancelled(token);
			const status = await statusOf(job, launcher, token);
			tracker.launch(name, status);
			refuseEnded(status, name);
			if (status.state === 'running') {
				running ??= Date.now();
				reached ??= await launcher.reach(job.handle, token).catch(() => null);
				if (reached && (await isAnswering(reached, token))) {
					return reached;
				}
				if (Date.now() - running > readyWithin) {
					throw runFailure('run.server-never-ready', { model: name, minutes: Math.round(readyWithin / 60_000) });
				}
			}
			await pause(token);
		}
	} catch (error) {
		reached?.dispose();
		throw error;
	}
}

/** @throws Failure where the place of the job cannot be asked, several times in a row. */
async function statusOf({ handle }: Job, launcher: AnyLauncher, token: CancellationToken): Promise<JobStatus> {
	for (let made = 1; ; made++) {
		try {
			return await launcher.status(handle, token);
		} catch (error) {
			throwIfCancelled(token);
			if (made >= unansweredAtMost) {
				throw error;
			}
			await pause(token);
		}
	}
}

/** @throws Failure with the reason where a job is over. */
export function refuseEnded({ state, detail }: JobStatus, model: string): void {
	if (state === 'ended' || state === 'lost') {
		throw detail ? runFailure('run.job-ended', { model, reason: detail }) : runFailure('run.job-lost', { model });
	}
}

async function pause(token: CancellationToken): Promise<void> {
	await withSignal(token, signal => systemClock.sleep(lookEvery, signal));
}
