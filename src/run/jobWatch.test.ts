import { expect, test } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import type { JobState, JobStatus } from '../launch/contract';
import type { AnyLauncher } from '../launch/launchers';
import { neverCancelled } from '../protocol/cancellation';
import { runFailure } from '../protocol/failure';
import { endJob } from './endJob';
import { type Job, noteJob, readJobs } from './jobBook';
import { JobWatch } from './jobWatch';
import type { RunJobs } from './workspaceJobs';

const folder = temporaryFolders();

const job: Job = {
	label: 'eval-lens-1',
	launch: { kind: 'ssh', host: 'gpu', command: 'serve', port: 8000 },
	model: 'large',
	started: '2026-03-10T11:00:00Z',
	handle: { folder: 'a' },
	ended: null,
	dollarsAnHour: 2,
	maximalDollars: null,
	dollars: null,
};

/** A place where at most one job runs, with what it was asked. */
function place(state: JobState, { found = null as unknown } = {}) {
	const asked: string[] = [];
	const there = { state, isReachable: true };
	const status = (): JobStatus => ({ state: there.state, detail: null, billedSeconds: 900 });
	const ask = async <T>(what: string, answer: () => T): Promise<T> => {
		asked.push(what);
		if (!there.isReachable) {
			throw runFailure('run.jobs-broken', { file: 'gpu' });
		}
		return answer();
	};
	const launcher: Pick<AnyLauncher, 'find' | 'status' | 'stop'> = {
		find: label => ask(`find ${label}`, () => found),
		status: handle => ask(`status ${JSON.stringify(handle)}`, status),
		stop: handle =>
			ask(`stop ${JSON.stringify(handle)}`, () => {
				there.state = 'ended';
			}),
	};
	// The others are never called here.
	return { asked, there, launcherFor: async () => launcher as AnyLauncher };
}

const run = (dir: string, jobs: readonly Job[], follower: RunJobs['follower'] = 'nobody'): RunJobs => ({
	dir,
	name: 'quiz',
	isDone: false,
	follower,
	jobs,
	problem: null,
});

function watching(at: ReturnType<typeof place>) {
	const clock = { now: 0 };
	const watch = new JobWatch(at.launcherFor, () => clock.now);
	const ask = (runs: readonly RunJobs[]) => watch.ask(runs, () => {}, neverCancelled);
	return { clock, watch, ask };
}

test('a job that lives is asked about every ten seconds at most, one that is lost every minute', async () => {
	const gpu = place('running');
	const { clock, watch, ask } = watching(gpu);
	const runs = [run('/none', [job])];
	await Promise.all([ask(runs), ask(runs)]);
	clock.now = 9_999;
	await ask(runs);
	expect(gpu.asked).toHaveLength(1);
	expect(watch.newsOf(job.label)?.status?.state).toBe('running');
	clock.now = 10_000;
	gpu.there.state = 'lost';
	await ask(runs);
	expect(gpu.asked).toHaveLength(2);
	clock.now = 60_000;
	await ask(runs);
	expect(gpu.asked).toHaveLength(2);
	clock.now = 70_000;
	await ask(runs);
	expect(gpu.asked).toHaveLength(3);
	watch.refresh();
	await ask(runs);
	expect(gpu.asked).toHaveLength(4);
});

test('a place that cannot be asked is told of, with what it said before, and asked less often', async () => {
	const gpu = place('running');
	const { clock, watch, ask } = watching(gpu);
	const runs = [run('/none', [job])];
	await ask(runs);
	gpu.there.isReachable = false;
	clock.now = 10_000;
	await ask(runs);
	const news = watch.newsOf(job.label);
	expect(news?.status?.state).toBe('running');
	expect(news?.problem).toMatchObject({ name: 'Failure' });
	clock.now = 30_000;
	await ask(runs);
	expect(gpu.asked).toHaveLength(2);
});

test('what ended while nobody followed it is written down, with what it cost; a lost job is not', async () => {
	const dir = folder();
	await noteJob(dir, job);
	const lost = watching(place('lost'));
	await lost.ask([run(dir, [job])]);
	expect((await readJobs(dir))[0]?.ended).toBeNull();
	const followed = watching(place('ended'));
	await followed.ask([run(dir, [job], 'elsewhere')]);
	expect((await readJobs(dir))[0]?.ended).toBeNull();
	await watching(place('ended')).ask([run(dir, [job])]);
	const [noted] = await readJobs(dir);
	expect(noted?.ended).not.toBeNull();
	expect(noted?.dollars).toBe(0.5);
});

test('a job whose start nobody was told of is found by its label, unless it is being started', async () => {
	const gpu = place('running', { found: { folder: 'b' } });
	const { watch, ask } = watching(gpu);
	const unknown = { ...job, handle: null };
	await ask([run('/none', [unknown], 'here')]);
	expect(gpu.asked).toEqual([]);
	await ask([run('/none', [unknown])]);
	expect(gpu.asked).toEqual(['find eval-lens-1', 'status {"folder":"b"}']);
	expect(watch.newsOf(job.label)).toMatchObject({ handle: { folder: 'b' }, status: { state: 'running' } });

	const nowhere = watching(place('running'));
	await nowhere.ask([run('/none', [unknown])]);
	expect(nowhere.watch.newsOf(job.label)?.status?.state).toBe('lost');
});

test('ending a job writes down that it is over, once it is; what cannot be ended stays in the book', async () => {
	const dir = folder();
	await noteJob(dir, job);
	const gone = place('running');
	gone.there.isReachable = false;
	await expect(endJob(dir, job, gone.launcherFor, neverCancelled)).rejects.toThrow();
	expect((await readJobs(dir))[0]?.ended).toBeNull();

	expect(await endJob(dir, { ...job, handle: null }, place('running').launcherFor, neverCancelled)).toBe(false);
	expect((await readJobs(dir))[0]?.ended).toBeNull();

	const gpu = place('running', { found: { folder: 'b' } });
	expect(await endJob(dir, { ...job, handle: null }, gpu.launcherFor, neverCancelled)).toBe(true);
	expect(gpu.asked).toEqual(['find eval-lens-1', 'stop {"folder":"b"}', 'status {"folder":"b"}']);
	expect((await readJobs(dir))[0]).toMatchObject({ handle: { folder: 'b' }, dollars: 0.5 });
	expect((await readJobs(dir))[0]?.ended).not.toBeNull();
});
