import { randomBytes } from 'node:crypto';
import type { StartedLaunch } from '../config/launch';
import type { ServerAddress } from '../engine/endpoint/serverClient';
import { withSignal } from '../hub/abort';
import { systemClock } from '../hub/retry';
import type { Estimate, JobStatus, Reached } from '../launch/contract';
import { isAnswering } from '../launch/isAnswering';
import { type AnyLauncher, launcherOf } from '../launch/launchers';
import { type CancellationToken, neverCancelled, throwIfCancelled } from '../protocol/cancellation';
import { Failure, inputFailure, runFailure } from '../protocol/failure';
import { type Message, type MessageCode, message } from '../protocol/messages';
import { expectedTime } from './expectedTime';
import { dollarsFor, type Job, noteJob, readJobs } from './jobBook';
import type { BeforeWrite } from './journal';
import { endAllLeft, followLeft, isSureWhereNone } from './leftJobs';
import { isTakenOver } from './lock';
import type { RemoteModel } from './models';
import { type EvaluateOptions, NotWanted } from './options';
import type { Tracker } from './tracker';
import { urlAddress } from './urlAddress';

/** A server that answers. */
export interface OpenServer {
	readonly address: ServerAddress;
	/** Its job; null: it ran before, and goes on running. */
	readonly job: Job | null;
	/** Seconds until it answered, without what a person took to say yes. */
	readonly opening: number;
	/**
	 * Dollars so far of all jobs that were started for the model, as far as billed and known: as it was a moment ago, asked
	 * for beside what the run does.
	 */
	cost(): number | null;
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
	/** Throws where another process has the run. */
	readonly stillOurs: BeforeWrite;
	/** Told to a person who is asked whether they want it. */
	readonly tokens: number;
	readonly requests: number;
}

/** Between two looks at a job, and how long a server may take to answer once its job runs, in milliseconds. */
const lookEvery = 2000;
const readyWithin = 30 * 60_000;

/** Between two questions what a job has cost so far, in milliseconds. */
const costEvery = 30_000;

/** A place that cannot be asked about a job for so long is told of, in milliseconds: networks come back, and jobs wait long. */
const unansweredFor = 10 * 60_000;

/** Failures to reach a server that waiting does not mend. */
const neverReached = new Set<MessageCode>(['launch.ssh.no-forwarding', 'jobs.strange-address']);

/** Milliseconds that this computer was awake, on most systems: what slept with it did not take too long. */
const awake = () => performance.now();

/** Finds the server of a launch, or starts it and waits until it answers. */
export async function openServer(request: ServerRequest): Promise<OpenServer> {
	const { model, options } = request;
	if (model.launch.kind === 'url') {
		await endAllLeft(request);
		return running(await urlAddress(model.launch, model.name, options.secret));
	}
	return startedServer(request, model.launch);
}

/** A server that goes on running. */
function running(address: ServerAddress): OpenServer {
	return {
		address,
		job: null,
		opening: 0,
		cost: () => null,
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
	const billed = async (own: CancellationToken) =>
		job.dollarsAnHour === null ? null : dollarsFor(job, (await launcher.status(job.handle, own)).billedSeconds);
	let dollars: number | null = null;
	let asked = Number.NEGATIVE_INFINITY;
	const askCost = async () => {
		const own = await billed(token);
		dollars = own === null ? dollars : spent + own;
	};
	const close = async () => {
		reached?.dispose();
		if (await isTakenOver(request)) {
			// Who took the run over found the job in its book, and follows it.
			return message('run.job-left', { model: model.name });
		}
		try {
			await launcher.stop(job.handle);
			const ended = new Date().toISOString();
			job = { ...job, ended, dollars: await billed(neverCancelled).catch(() => null) };
			dollars = job.dollars === null ? dollars : spent + job.dollars;
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
		cost() {
			if (job.ended === null && awake() - asked > costEvery) {
				asked = awake();
				// One that could not be told is asked for again.
				void askCost().catch(() => {});
			}
			return dollars;
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
	// A person may have thought about it for long.
	await request.stillOurs();
	await noteJob(dir, intended);
	try {
		const job = { ...intended, handle: await launcher.start(intended.label, model, token) };
		await noteJob(dir, job);
		return job;
	} catch (error) {
		const wasRefused = error instanceof Failure && error.kind === 'input';
		await endUntold(dir, intended, model, launcher, wasRefused);
		throw error;
	}
}

/** A start that failed or was cancelled may have begun something all the same. What cannot be known stays in the book. */
async function endUntold(
	dir: string,
	job: Job,
	model: RemoteModel,
	launcher: AnyLauncher,
	wasRefused: boolean,
): Promise<void> {
	try {
		const handle = await launcher.find(job.label, model, neverCancelled);
		if (handle !== null) {
			await launcher.stop(handle);
		} else if (!wasRefused && !isSureWhereNone(job)) {
			return;
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
	let unreached: Failure | null = null;
	try {
		for (;;) {
			throwIfCancelled(token);
			const status = await statusOf(job, launcher, token);
			tracker.launch(name, status);
			refuseEnded(status, name);
			if (status.state === 'running') {
				running ??= awake();
				try {
					reached ??= await launcher.reach(job.handle, token);
				} catch (error) {
					throwIfCancelled(token);
					unreached = error instanceof Failure ? error : null;
					if (!unreached || unreached.kind === 'input' || neverReached.has(unreached.reason.code)) {
						throw error;
					}
				}
				if (reached && (await isAnswering(reached, token))) {
					return reached;
				}
				if (awake() - running > readyWithin) {
					throw unreached && !reached
						? unreached
						: runFailure('run.server-never-ready', { model: name, minutes: Math.round(readyWithin / 60_000) });
				}
			}
			await pause(token);
		}
	} catch (error) {
		reached?.dispose();
		throw error;
	}
}

/** @throws Failure where the place of the job cannot be asked for long, or can tell nothing of it. */
async function statusOf({ handle }: Job, launcher: AnyLauncher, token: CancellationToken): Promise<JobStatus> {
	const began = awake();
	for (;;) {
		try {
			return await launcher.status(handle, token);
		} catch (error) {
			throwIfCancelled(token);
			const isOfPlace = error instanceof Failure && error.kind === 'run';
			if (!isOfPlace || awake() - began >= unansweredFor) {
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
