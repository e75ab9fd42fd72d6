import { type EndpointEngine, openEndpoint, servedNotes } from '../engine/endpoint/endpointEngine';
import type { EndpointPlan } from '../engine/endpoint/endpointPlan';
import { Failure } from '../protocol/failure';
import { endAllLeft } from './leftJobs';
import { type Collected, collect, type ModelExecution, seconds } from './modelExecution';
import type { RemoteModel } from './models';
import { type OpenServer, openServer, refuseEnded } from './openServer';
import type { ModelRecord } from './record';
import { remoteRecorder } from './remoteRecord';
import { noCache } from './responseCache';
import type { SampleRequest } from './sampleRequests';
import { scoreSamples } from './scoreSamples';

/** The way to a server breaks at most so often before it is given up: a tunnel may fall, and be built again. */
const waysAtMost = 5;

/**
 * Computes and records the samples of a model that are missing, on a server: one that runs, or one that is started for it.
 * What is started is ended when the samples are there, when the run fails, and when it is cancelled.
 */
export async function executeRemote(execution: ModelExecution<RemoteModel>): Promise<void> {
	const { dir, planned, options, tracker, stillOurs } = execution;
	const { model } = planned;
	tracker.phase('planning', model.name);
	const planning = seconds();
	const collected = await collect(execution, noCache);
	const planTime = planning();
	const missing = collected.requests.samples.filter(sample => !collected.isRecorded(sample));
	// Its jobs, too, are for whoever has the run.
	await stillOurs();
	if (missing.length === 0) {
		// Its host may have gone down right behind the last sample.
		await endAllLeft({ dir, model, options });
		return;
	}
	// What is missing is taken to share as much as the whole.
	const tokens = Math.round(
		(collected.requests.trie.counts.distinct * missing.length) / collected.requests.samples.length,
	);
	const server = await openServer({ dir, model, options, tracker, stillOurs, tokens, requests: missing.length });
	let closing: Promise<void> | undefined;
	const closeServer = () => {
		closing ??= server.close().then(stillRuns => void (stillRuns && options.onNotice?.(stillRuns)));
		return closing;
	};
	try {
		tracker.phase('loading', model.name);
		const timing = { load: server.opening, plan: planTime };
		await onServer({ ...execution, ...collected, server, closeServer, timing });
	} finally {
		await closeServer();
	}
}

interface OnServer extends ModelExecution<RemoteModel>, Collected {
	readonly server: OpenServer;
	readonly timing: { readonly load: number; readonly plan: number };
	/** May be called more than once. */
	readonly closeServer: () => Promise<void>;
}

async function onServer(run: OnServer): Promise<void> {
	const { planned, options, server, before, requests, timing, tracker } = run;
	const { model } = planned;
	const { launch } = model;
	const engine = await openEndpoint(
		{
			address: server.address,
			tokenizer: model.tokenizer,
			names: [launch.kind === 'url' ? launch.model : null, model.id],
			before: before?.endpoint?.probe,
		},
		options.token,
	);
	try {
		const plan = engine.plan(requests.trie);
		const { record: probe, notes } = await engine.probe(plan, options.token);
		const told = { model, engine, plan, server, probe, notes: [...servedNotes(engine), ...notes], timing, before };
		const recordOf = remoteRecorder(told);
		await run.update(recordOf());
		tracker.phase('scoring', model.name);
		try {
			await scoreAll(run, engine, plan, recordOf);
		} finally {
			// Ended before its record is written for the last time: with what its job cost in the end, but not how long that took.
			const { seconds: taken } = recordOf();
			await run.closeServer();
			await run.update({ ...recordOf(), seconds: taken });
		}
	} finally {
		engine.dispose();
	}
}

async function scoreAll(
	run: OnServer,
	engine: EndpointEngine,
	plan: EndpointPlan,
	recordOf: () => ModelRecord,
): Promise<void> {
	const { planned, options, server, writer, errors, tracker, requests, isRecorded, markRecorded } = run;
	const { model } = planned;
	const isDone = (sample: SampleRequest) =>
		isRecorded(sample) || errors.has(model.name, sample.variant, sample.question.key);
	/** The samples up to here are the first model's own. */
	let sure = { looks: engine.looks, end: writer.end, since: 0 };
	for (let ways = 1; ; ways++) {
		const missing = requests.samples.filter(sample => !isDone(sample));
		const asked = new Set(missing.flatMap(({ ids }) => ids));
		tracker.plan(
			engine.left(plan, request => !asked.has(request)),
			missing.length,
		);
		try {
			const samples = scoreSamples(requests, plan, engine, model.tokenizer, {
				isDone,
				onStep: tracker.step,
				cache: noCache,
				token: options.token,
			});
			for await (const sample of samples) {
				if (engine.looks !== sure.looks) {
					sure = { looks: engine.looks, end: writer.end, since: 0 };
				}
				if (sample.kind === 'failed') {
					const { variant, question } = sample.sample;
					await errors.add({ model: model.name, variant, key: question.key, reason: sample.reason });
					continue;
				}
				await writer.write(model.name, sample.asked, sample.scored);
				sure.since++;
				markRecorded(sample.asked.variant.name, sample.asked.question.key);
				if (tracker.sample(model.name, sample.asked.variant.name)) {
					await run.checkpoint();
					await run.update(recordOf());
				}
			}
			break;
		} catch (error) {
			if (error instanceof Failure && error.reason.code === 'endpoint.model-changed') {
				// Which of them the other model answered nobody can tell.
				await writer.cutTo(sure.end);
				tracker.lost(sure.since);
			}
			await refuseWithoutWay(error, server, ways, model.name);
			await server.again(options.token);
		}
	}
}

/**
 * A tunnel that fell, with its server still there, may be built again.
 * @throws The error, or with the job's own reason where it is the job that ended.
 */
async function refuseWithoutWay(error: unknown, server: OpenServer, ways: number, model: string): Promise<void> {
	if (!(error instanceof Failure && error.reason.code.startsWith('endpoint.'))) {
		throw error;
	}
	const status = await server.status().catch(() => null);
	if (status) {
		refuseEnded(status, model);
	}
	if (error.reason.code !== 'endpoint.unreachable' || status?.state !== 'running' || ways >= waysAtMost) {
		throw error;
	}
}
