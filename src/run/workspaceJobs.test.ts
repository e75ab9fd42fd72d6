import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolvedEvaluation } from '../../test/resolvedEvaluation';
import { temporaryFolders } from '../../test/temporaryFolder';
import type { JobState } from '../launch/contract';
import type { LiveHubJob } from '../launch/hubJobs/live';
import { Failure } from '../protocol/failure';
import { type Job, noteJob } from './jobBook';
import { type Follower, type JobNews, jobsOfRun, type RunJobs, workspaceJobs } from './workspaceJobs';

const folder = temporaryFolders();
const now = new Date('2026-03-10T12:00:00Z');

function job(label: string, changes: Partial<Job> = {}): Job {
	return {
		label,
		launch: { kind: 'hf_jobs', flavor: 'a10g-small', timeout: 3600, image: null, args: [], namespace: null },
		model: 'acme/large',
		started: '2026-03-10T11:00:00Z',
		handle: { id: label },
		ended: null,
		dollarsAnHour: 1.2,
		maximalDollars: 2.4,
		dollars: null,
		...changes,
	};
}

function run(jobs: readonly Job[], changes: Partial<RunJobs> = {}): RunJobs {
	return { dir: '/runs/1', name: 'quiz', isDone: false, follower: 'nobody', jobs, problem: null, ...changes };
}

function news(state: JobState, billedSeconds: number | null = 1800): JobNews {
	return { status: { state, detail: null, billedSeconds }, problem: null, handle: null, asked: 0 };
}

const onHub: LiveHubJob = {
	handle: { namespace: 'acme', id: '9' },
	label: 'eval-lens-9',
	model: 'acme/other',
	flavor: 'l4x1',
	created: '2026-03-10T10:00:00Z',
	stage: 'RUNNING',
	url: 'https://hub/jobs/9',
	billedSeconds: 3600,
	dollarsAnHour: 0.8,
};

const list = (runs: readonly RunJobs[], all: Readonly<Record<string, JobNews>> = {}, hub: readonly LiveHubJob[] = []) =>
	workspaceJobs({ runs, newsOf: label => all[label], onHub: hub, now });

test('a job that lives and that nobody follows is an orphan, with what it has cost', () => {
	const [orphan] = list([run([job('a')])], { a: news('running') });
	expect(orphan).toMatchObject({ state: 'running', isOrphan: true, dollars: 0.6, place: 'a10g-small' });
	for (const follower of ['here', 'elsewhere'] as const) {
		expect(list([run([job('a')], { follower })], { a: news('running') })[0]?.isOrphan).toBe(false);
	}
	expect(list([run([job('a')])])[0]).toMatchObject({ state: 'unknown', isOrphan: false });
	expect(list([run([job('a', { ended: '2026-03-10T11:30:00Z', dollars: 0.5 })])])[0]).toMatchObject({
		state: 'ended',
		isOrphan: false,
		dollars: 0.5,
	});
});

test('what the Hub lists is shown once, and never as an orphan: its run may be followed elsewhere', () => {
	const jobs = list([run([job('eval-lens-9')])], { 'eval-lens-9': news('running') }, [onHub]);
	expect(jobs.map(({ label, origin }) => [label, origin?.run.dir])).toEqual([['eval-lens-9', '/runs/1']]);
	const over = (ended: string) => list([run([job('eval-lens-9', { ended })])], {}, [onHub]).map(({ origin }) => origin);
	expect(over('2026-03-10T11:59:00Z')).toHaveLength(1);
	expect(over('2026-03-10T11:00:00Z')).toEqual([null, expect.anything()]);
	const [alone] = list([], {}, [onHub]);
	expect(alone).toMatchObject({ origin: null, isOrphan: false, state: 'running', dollars: 0.8, url: onHub.url });
	expect(list([], {}, [{ ...onHub, label: null, stage: 'SCHEDULING' }])[0]).toMatchObject({
		label: onHub.url,
		state: 'queued',
	});
});

test('a question that had no answer leaves what was known, and says why', () => {
	const problem = new Error('no way there');
	const [known] = list([run([job('a')])], { a: { ...news('running'), problem } });
	expect(known).toMatchObject({ state: 'running', isOrphan: true, problem });
	const [asked] = list([run([job('a')])], { a: { status: null, problem, handle: null, asked: 0 } });
	expect(asked).toMatchObject({ state: 'unknown', isOrphan: false, problem });
});

const states = [undefined, 'queued', 'starting', 'running', 'ended', 'lost'] as const;

test('every job is listed that may still cost; what is over is forgotten after a week; orphans stand first', () => {
	const day = 86_400_000;
	const aJob = fc.record({
		state: fc.constantFrom(...states),
		age: fc.integer({ min: 0, max: 30 }),
		isEnded: fc.boolean(),
		follower: fc.constantFrom<Follower>('here', 'elsewhere', 'nobody'),
	});
	fc.assert(
		fc.property(fc.array(aJob, { maxLength: 12 }), made => {
			const runs = made.map(({ age, isEnded, follower }, i) => {
				const started = new Date(now.getTime() - age * day).toISOString();
				return run([job(`j${i}`, { started, ended: isEnded ? started : null })], { follower, dir: `/runs/${i}` });
			});
			const known = Object.fromEntries(made.flatMap(({ state }, i) => (state ? [[`j${i}`, news(state)]] : [])));
			const jobs = list(runs, known);
			const labels = new Set(jobs.map(({ label }) => label));
			expect(labels.size).toBe(jobs.length);
			made.forEach(({ state, age, isEnded }, i) => {
				const over = isEnded || state === 'ended' || state === 'lost';
				expect(labels.has(`j${i}`)).toBe(!over || age <= 7);
			});
			const ranks = jobs.map(one => (one.state === 'ended' || one.state === 'lost' ? 2 : one.isOrphan ? 0 : 1));
			expect(ranks).toEqual([...ranks].sort());
		}),
	);
});

test('a run folder is read with who works at it, which is asked only where something runs', async () => {
	const dir = folder();
	const record = { evaluation: resolvedEvaluation('data'), state: 'cancelled' } as const;
	let asked = 0;
	const follower = async () => {
		asked++;
		return 'elsewhere' as const;
	};
	expect(await jobsOfRun(dir, record, follower)).toMatchObject({ jobs: [], follower: 'nobody', isDone: false });
	await noteJob(dir, job('a', { ended: '2026-03-10T11:30:00Z' }));
	expect((await jobsOfRun(dir, record, follower)).jobs).toHaveLength(1);
	expect(asked).toBe(0);
	await noteJob(dir, job('b'));
	expect(await jobsOfRun(dir, record, follower)).toMatchObject({ name: 'test', follower: 'elsewhere' });
	await writeFile(path.join(dir, 'jobs.json'), '{');
	const broken = await jobsOfRun(dir, record, follower);
	expect(broken.jobs).toEqual([]);
	expect(broken.problem).toBeInstanceOf(Failure);
});
