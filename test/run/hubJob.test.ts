import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/launch/freePort';
import { hubJobsLauncher } from '../../src/launch/hubJobs';
import { launcherOf } from '../../src/launch/launchers';
import { CancellationSource, neverCancelled } from '../../src/protocol/cancellation';
import { messageText } from '../../src/protocol/messages';
import { evaluate } from '../../src/run/evaluate';
import { type Job, noteJob } from '../../src/run/jobBook';
import type { EvaluateOptions, LaunchToConfirm } from '../../src/run/options';
import { planRun } from '../../src/run/planRun';
import { connect } from '../hub/connect';
import { startHubStandIn } from '../hub/standIn';
import { addStory } from '../hub/story';
import { type DemoServerOptions, startDemoServer } from '../servers/demoServerCommand';
import { smallServer } from '../servers/smallServer';
import { temporaryFolders } from '../temporaryFolder';

const token = 'hf_test_good';
const standIn = await startHubStandIn();
addStory(standIn);
afterAll(() => standIn.close());
const folder = temporaryFolders(afterAll);

/** What runs behind a job: the demo model, as vLLM would serve it. */
let behind: DemoServerOptions = {};

beforeEach(() => {
	behind = {};
	standIn.jobs.startsAfterMs = 300;
	standIn.jobs.onJobStart = async () => startDemoServer(behind);
});

function evaluation(limit = 8) {
	const dir = folder();
	const file = path.join(dir, 'quiz.eval.yaml');
	const fields = {
		dataset_path: 'acme/quiz',
		num_fewshot: 1,
		limit,
		models: [{ id: 'eval-lens/demo-model', launch: { hf_jobs: { flavor: 'a10g-small', timeout: '30m' } } }],
		variants: { original: 'mmlu/original' },
	};
	writeFileSync(file, JSON.stringify(fields));
	const asked: LaunchToConfirm[] = [];
	const source = new CancellationSource();
	const options: EvaluateOptions = {
		file,
		enginePath: 'none: nothing is computed here',
		version: '0',
		hub: connect(standIn, path.join(folder(), 'hub'), { token }),
		out: path.join(dir, 'run'),
		token: source.token,
		onLaunch: async launch => {
			asked.push(launch);
			return true;
		},
	};
	return { options, asked, dir: path.join(dir, 'run'), source };
}

const jobsOf = (dir: string): Job[] => JSON.parse(readFileSync(path.join(dir, 'jobs.json'), 'utf8')).jobs;
const samplesOf = (dir: string) => readFileSync(path.join(dir, 'samples.jsonl'), 'utf8').trimEnd().split('\n');

describe('a run on a job of Hugging Face', () => {
	it('asks what it may cost, runs, ends the job, and tells what it was', { timeout: 120_000 }, async () => {
		const { options, asked, dir } = evaluation();
		const phases: string[] = [];
		const before = standIn.jobs.all.length;
		const { record } = await evaluate({
			...options,
			onProgress: ({ phase, job }) => phases.push(job ? `${phase} ${job.state}` : phase),
		});
		expect(record.reason && messageText(record.reason)).toBeNull();
		expect(record.state).toBe('done');
		expect(asked).toMatchObject([
			{
				launch: { kind: 'hf_jobs' },
				estimate: { longest: 1800, maximalCost: { dollars: expect.any(Number) } },
				expected: { starting: 300, seen: null },
				requests: 8,
			},
		]);
		expect(asked[0]?.estimate.maximalCost?.dollars).toBeGreaterThan(0.1);
		expect(phases).toContain('launching queued');
		expect(phases.at(-1)).toBe('writing');
		expect(record.models[0]?.endpoint).toMatchObject({
			launch: 'hf_jobs',
			hardware: 'a10g-small',
			cost: expect.any(Number),
			// Three prompts were looked at twice before, and the first once more at the end.
			counts: { requests: 8 + 2 * 3 + 1 },
		});
		const started = standIn.jobs.all.slice(before);
		expect(started.map(job => job.stage)).toEqual(['CANCELED']);
		expect(jobsOf(dir)).toMatchObject([
			{
				launch: { kind: 'hf_jobs' },
				ended: expect.any(String),
				handle: { id: started[0]?.id },
				dollars: expect.any(Number),
			},
		]);
		// The label in the book is the job's own.
		expect(Object.values(started[0]?.request.labels ?? {})).toContain(jobsOf(dir)[0]?.label);
		for (const name of readdirSync(dir)) {
			expect(readFileSync(path.join(dir, name), 'latin1'), name).not.toContain(token);
		}
	});

	it('says how long it should take, as the last run of that model on that hardware did', {
		timeout: 60_000,
	}, async () => {
		const { options, asked } = evaluation();
		const { out: _, ...usual } = options;
		const slow = {
			...usual,
			onLaunch: async (launch: LaunchToConfirm) => {
				asked.push(launch);
				// What a person takes to answer is no time that the server took.
				await new Promise(resolve => setTimeout(resolve, 3000));
				return true;
			},
		};
		const { record } = await evaluate(slow);
		expect(record.state).toBe('done');
		const { record: newer } = await evaluate({ ...slow, limit: 4 });
		const [model] = record.models;
		expect(asked[1]?.expected).toMatchObject({ seen: record.finished, starting: model?.seconds.load });
		const total = (Date.parse(record.finished ?? '') - Date.parse(record.started)) / 1000;
		expect(model?.seconds.load).toBeGreaterThan(0.3);
		expect(model?.seconds.load).toBeLessThanOrEqual(total - 3);
		const [planned] = await planRun(usual);
		expect(planned?.seconds).toBeGreaterThan(newer.models[0]?.seconds.load ?? Number.NaN);
		expect(planned).toMatchObject({ place: 'server', launch: { speed: { starting: 300 } } });
		expect(planned).not.toHaveProperty('image');
	});

	it('is not begun where nobody said yes', async () => {
		const { options, dir } = evaluation();
		const before = standIn.jobs.all.length;
		const { onLaunch: _, ...unasked } = options;
		const { record, fault } = await evaluate(unasked);
		expect([record.state, record.reason?.code, fault]).toEqual(['failed', 'run.cost-not-confirmed', 'input']);
		const declined = await evaluate({ ...options, onLaunch: async () => false });
		expect(declined.record.state).toBe('cancelled');
		expect(standIn.jobs.all.length).toBe(before);
		expect(readdirSync(dir)).not.toContain('jobs.json');
	});

	it('keeps what it has when the job is taken away, and goes on with another', { timeout: 120_000 }, async () => {
		const { options, dir } = evaluation(20);
		behind = { delay: 150 };
		const before = standIn.jobs.all.length;
		let taken = false;
		const first = await evaluate({
			...options,
			onProgress: ({ done }) => {
				if (done >= 4 && !taken) {
					taken = true;
					void standIn.jobs.all.at(-1)?.end('ERROR', 'Job was preempted');
				}
			},
		});
		expect(first.record.state).toBe('failed');
		expect(first.record.reason && messageText(first.record.reason)).toMatch(
			/preempted.*running again goes on with another job/i,
		);
		const kept = samplesOf(dir);
		expect(kept.length).toBeGreaterThanOrEqual(4);
		behind = {};
		const second = await evaluate(options);
		expect(second.record.state).toBe('done');
		expect(samplesOf(dir).slice(0, kept.length)).toEqual(kept);
		expect(samplesOf(dir)).toHaveLength(20);
		expect(standIn.jobs.all.slice(before).map(job => job.stage)).toEqual(['ERROR', 'CANCELED']);
	});

	it('ends what was left running when its host went down right behind the last sample', {
		timeout: 60_000,
	}, async () => {
		const { options, dir } = evaluation();
		await evaluate(options);
		const [job] = jobsOf(dir);
		const recordFile = path.join(dir, 'run.json');
		writeFileSync(recordFile, readFileSync(recordFile, 'utf8').replace('"state": "done"', '"state": "running"'));
		const model = { name: 'eval-lens/demo-model', id: 'eval-lens/demo-model', revision: 'main', dtype: null };
		const launch = job?.launch.kind === 'hf_jobs' ? job.launch : expect.fail('no job');
		const hub = options.hub ?? expect.fail('no hub');
		const handle = await hubJobsLauncher(hub).start({ label: 'left-behind', launch, model }, neverCancelled);
		const left = { ...job, label: 'left-behind', handle, ended: null };
		writeFileSync(path.join(dir, 'jobs.json'), JSON.stringify({ jobs: [job, left] }));
		const { record } = await evaluate(options);
		expect(record.state).toBe('done');
		expect(standIn.jobs.all.at(-1)?.stage).toBe('CANCELED');
		expect(jobsOf(dir)).toMatchObject([{ ended: expect.any(String) }, { ended: expect.any(String) }]);
	});

	it('counts each job once, whoever began it', { timeout: 60_000 }, async () => {
		const { options, dir } = evaluation(20);
		behind = { delay: 100 };
		const source = new CancellationSource();
		let isCancelled = false;
		await evaluate({
			...options,
			token: source.token,
			onProgress: ({ done }) => {
				if (done >= 3 && !isCancelled) {
					isCancelled = true;
					source.cancel();
				}
			},
		});
		const { record } = await evaluate(options);
		const dollars = jobsOf(dir).map(job => job.dollars ?? expect.fail('a job without its price'));
		expect(dollars).toHaveLength(2);
		const sum = dollars.reduce((total, one) => total + one, 0);
		// It was last asked before the job was ended.
		expect(record.models[0]?.endpoint?.cost).toBeLessThanOrEqual(sum + 1e-9);
		expect(record.models[0]?.endpoint?.cost).toBeGreaterThanOrEqual(dollars[0] ?? 0);
	});

	it('cancels a job that waits for hardware', { timeout: 60_000 }, async () => {
		const { options, source } = evaluation();
		standIn.jobs.startsAfterMs = null;
		const { record } = await evaluate({
			...options,
			onProgress: ({ job }) => {
				if (job?.state === 'queued') {
					source.cancel();
				}
			},
		});
		expect(record.state).toBe('cancelled');
		expect(standIn.jobs.all.at(-1)?.stage).toBe('CANCELED');
	});

	it('tells at once of a server that is at no place of the Hub, and ends its job', async () => {
		standIn.jobs.onJobStart = async () => ({ url: 'https://hf.jobs.evil.example/', stop: async () => {} });
		const { record } = await evaluate(evaluation().options);
		expect([record.state, record.reason?.code]).toEqual(['failed', 'jobs.strange-address']);
		expect(standIn.jobs.all.at(-1)?.stage).toBe('CANCELED');
	});

	it('does not take a job for ended that this account does not see', { timeout: 60_000 }, async () => {
		const { options, dir } = evaluation();
		await evaluate({ ...options, onLaunch: async () => false });
		const launch = {
			kind: 'hf_jobs',
			flavor: 'a10g-small',
			timeout: 60,
			image: null,
			args: [],
			namespace: null,
		} as const;
		const unseen = { label: 'eval-lens-unseen', model: 'eval-lens/demo-model', ended: null, launch, dollarsAnHour: 1 };
		const started = new Date().toISOString();
		const handle = { namespace: 'somebody', id: 'unseen' };
		await noteJob(dir, { ...unseen, started, handle, maximalDollars: 1, dollars: null });
		await noteJob(dir, {
			...unseen,
			label: 'eval-lens-untold',
			started,
			handle: null,
			maximalDollars: 1,
			dollars: null,
		});
		const notices: string[] = [];
		const { record } = await evaluate({ ...options, onNotice: notice => notices.push(messageText(notice)) });
		expect(record.state).toBe('done');
		expect(jobsOf(dir).map(({ label, ended }) => [label.slice(0, 16), ended === null])).toEqual([
			['eval-lens-unseen', true],
			['eval-lens-untold', true],
			[expect.any(String), false],
		]);
		expect(notices).toHaveLength(2);
		expect(notices.join('\n')).toContain('eval-lens-untold');
	});

	it('ends a job that an earlier sitting left under another launch', { timeout: 60_000 }, async () => {
		const { options, dir } = evaluation();
		await evaluate({ ...options, onLaunch: async () => false });
		const left = { label: `eval-lens-left-${process.pid}`, model: 'eval-lens/demo-model', ended: null };
		const launch = { kind: 'local', command: smallServer(), port: await freePort() } as const;
		const launcher = launcherOf(launch, {});
		const model = { name: left.model, id: null, revision: 'main', dtype: null };
		const handle = await launcher.start(left.label, model, neverCancelled);
		const unbilled = { dollarsAnHour: null, maximalDollars: null, dollars: null };
		await noteJob(dir, { ...left, ...unbilled, launch, handle, started: new Date().toISOString() });
		try {
			const { record } = await evaluate(options);
			expect(record.state).toBe('done');
			expect((await launcher.status(handle, neverCancelled)).state).toBe('ended');
			expect(jobsOf(dir).map(job => [job.launch.kind, typeof job.ended])).toEqual([
				['local', 'string'],
				['hf_jobs', 'string'],
			]);
		} finally {
			await launcher.stop(handle);
		}
	});
});
