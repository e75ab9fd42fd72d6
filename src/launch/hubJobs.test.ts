import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo, fastClock } from '../../test/hub/connect';
import type { StandInJob } from '../../test/hub/jobs';
import { failureOf, isSubmit, launchRequest, shortTiming, startWithModels } from '../../test/hub/launchJob';
import type { HubStandIn } from '../../test/hub/standIn';
import type { Hub } from '../hub/hub';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { hubJobHandle, hubJobsLauncher } from './hubJobs';

const token = neverCancelled;

let standIn: HubStandIn;

beforeEach(async () => {
	standIn = await startWithModels();
});

afterEach(() => standIn.close());

const hubOf = (clock = fastClock()) => connectTo(standIn, 'hf_test_good', {}, clock);
const launcherOf = (hub: Hub = hubOf()) => hubJobsLauncher(hub, shortTiming);

const submits = () => standIn.requests.filter(isSubmit).length;
const first = (): StandInJob => standIn.jobs.all[0] ?? expect.fail('there is no job');

describe('an estimate', () => {
	it.each([
		[3600, 1 + 0.01],
		[90, 2 / 60 + 0.01],
		[5401, 91 / 60 + 0.02],
	])('is what %i seconds cost at most', async (timeout, dollars) => {
		const { maximalCost, longest } = await launcherOf().estimate(launchRequest({ timeout }), token);
		expect(maximalCost?.dollars).toBeCloseTo(dollars, 10);
		expect(maximalCost?.dollarsAnHour).toBeCloseTo(1.01, 10);
		expect(longest).toBe(timeout);
	});

	it('names what is near hardware that there is not', async () => {
		const failure = await failureOf(launcherOf().estimate(launchRequest({ flavor: 'a10-small' }), token));
		expect(failure.message).toBe(
			'Hugging Face has no hardware `a10-small`. Near it: a10g-small ($1.00/h), t4-small ($0.40/h), a10g-large ($1.50/h). All there is: cpu-basic, cpu-upgrade, t4-small, t4-medium, l4x1, l4x4, a10g-small, a10g-large, a100-large, h200.',
		);
		expect(failure.kind).toBe('input');
	});

	it('refuses what vLLM could not serve', async () => {
		const q4 = await failureOf(launcherOf().estimate(launchRequest({}, { dtype: 'q4' }), token));
		expect(q4.reason.code).toBe('jobs.dtype');
		const nothing = await failureOf(launcherOf().estimate(launchRequest({}, { id: null }), token));
		expect(nothing.reason.code).toBe('jobs.no-model');
	});
});

describe('a start', () => {
	it('submits vLLM with the model, a limit, labels and a port', async () => {
		const request = launchRequest(
			{ timeout: 1800.5, args: ['--max-model-len', '4096'] },
			{ name: 'acme/tiny (fp16, ümlaut)', dtype: 'fp16' },
		);
		const handle = await launcherOf().start(request, token);
		expect(first().request).toEqual({
			dockerImage: 'vllm/vllm-openai:latest',
			command: [
				...[
					'vllm',
					'serve',
					'acme/tiny',
					'--revision',
					'main',
					'--dtype',
					'float16',
					'--generation-config',
					'vllm',
					'--max-logprobs',
					'128',
				],
				...['--port', '8000', '--max-model-len', '4096'],
			],
			flavor: 'a10g-small',
			timeoutSeconds: 1801,
			attempts: 1,
			labels: { app: 'eval-lens', 'eval-lens-label': 'quiz-7f3a', name: 'acme-tiny-fp16-mlaut-' },
			expose: { ports: [8000] },
			secrets: {},
		});
		expect(handle).toEqual({ namespace: 'ada', id: first().id });
		expect(hubJobHandle.parse(JSON.parse(JSON.stringify(handle)))).toEqual(handle);
	});

	it.each([
		['acme/tiny', {}],
		['acme/shut', { HF_TOKEN: 'hf_test_good' }],
		['acme/own', { HF_TOKEN: 'hf_test_good' }],
	])('gives a job the token only where its model is not open to all: %s', async (id, secrets) => {
		await launcherOf().start(launchRequest({}, { id }), token);
		expect(first().request.secrets).toEqual(secrets);
		const { secrets: _, ...rest } = first().request;
		expect(JSON.stringify(rest)).not.toContain('hf_test_good');
	});

	it('takes another image and another account', async () => {
		const handle = await launcherOf().start(launchRequest({ image: 'acme/vllm:1', namespace: 'acme' }), token);
		expect([handle.namespace, first().namespace, first().request.dockerImage]).toEqual(['acme', 'acme', 'acme/vllm:1']);
	});

	it('asks who pays once', async () => {
		const launcher = launcherOf();
		await launcher.start(launchRequest(), token);
		await launcher.find(launchRequest(), token);
		await launcher.live(null, token);
		expect(standIn.requests.filter(({ url }) => url === '/api/whoami-v2')).toHaveLength(1);
	});

	it.each([
		['the connection breaks', { cutAfterBytes: 0 }],
		['its answer is cut off', { cutAfterBytes: 40 }],
		['its answer is no JSON', { status: 200, body: '{"id":', isDone: true }],
		['the server fails after it was made', { status: 500, isDone: true }],
		['its answer is of another shape', { status: 200, body: '{}', isDone: true }],
	])('finds the job by its label where %s, and starts no second one', async (_, fault) => {
		standIn.fault(isSubmit, fault);
		const handle = await launcherOf().start(launchRequest(), token);
		expect(handle.id).toBe(first().id);
		expect([submits(), standIn.jobs.all.length]).toEqual([1, 1]);
	});

	it('finds the job where its answer begins, but does not end', async () => {
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		try {
			standIn.fault(isSubmit, { stallAfterBytes: 20 });
			const work = launcherOf().start(launchRequest(), token);
			await standIn.jobs.next();
			// Given up by hubJson after two minutes.
			const passing = setInterval(() => void vi.advanceTimersByTimeAsync(10_000), 10);
			const handle = await work.finally(() => clearInterval(passing));
			expect([handle.id, submits()]).toEqual([first().id, 1]);
		} finally {
			vi.useRealTimers();
		}
	});

	it('waits for a list that lags behind', async () => {
		standIn.fault(isSubmit, { cutAfterBytes: 0 });
		standIn.fault(({ url }) => url.includes('label='), { status: 200, body: '[]' }, 2);
		const clock = fastClock();
		const handle = await launcherOf(hubOf(clock)).start(launchRequest(), token);
		expect(handle.id).toBe(first().id);
		expect(clock.waits).toEqual([1000, 3000, 10_000]);
	});

	it('says so where no job was made', async () => {
		standIn.fault(isSubmit, { status: 502 });
		const failure = await failureOf(launcherOf().start(launchRequest(), token));
		expect(failure.reason).toEqual({ code: 'jobs.not-started', params: { label: 'quiz-7f3a' } });
		expect([submits(), standIn.jobs.all.length]).toEqual([1, 0]);
	});

	it('says so where nobody knows, and finds the job later', async () => {
		standIn.fault(isSubmit, { cutAfterBytes: 0 });
		standIn.fault(({ url }) => url.includes('label='), { status: 500 }, 5);
		const launcher = launcherOf();
		expect((await failureOf(launcher.start(launchRequest(), token))).reason.code).toBe('jobs.unconfirmed');
		expect(await launcher.find(launchRequest(), token)).toEqual({ namespace: 'ada', id: first().id });
	});

	it.each([
		[402, 'jobs.no-credit'],
		[403, 'jobs.forbidden'],
		[404, 'jobs.no-account'],
		[422, 'jobs.refused'],
		[429, 'jobs.rate'],
	])('is refused with %i at once', async (status, code) => {
		standIn.fault(isSubmit, { status, headers: { 'Retry-After': '5' }, body: '{"error":"no"}' });
		const clock = fastClock();
		const failure = await failureOf(launcherOf(hubOf(clock)).start(launchRequest(), token));
		expect(failure.reason.code).toBe(code);
		expect([submits(), standIn.jobs.all.length, clock.waits]).toEqual([1, 0, []]);
	});

	it('leaves no job behind where it is cancelled while the Hub makes one', async () => {
		const source = new CancellationSource();
		standIn.fault(isSubmit, { delayMs: 50 });
		void standIn.jobs.next().then(() => source.cancel());
		await expect(launcherOf().start(launchRequest(), source.token)).rejects.toBeInstanceOf(Cancelled);
		expect(first().stage).toBe('CANCELED');
	});

	it('needs an account', async () => {
		const launcher = hubJobsLauncher(connectTo(standIn), shortTiming);
		expect((await failureOf(launcher.start(launchRequest(), token))).reason.code).toBe('jobs.sign-in');
	});
});

describe('finding', () => {
	it('knows a label that was never started', async () => {
		expect(await launcherOf().find(launchRequest(), token)).toBeNull();
	});

	it('prefers the job that lives', async () => {
		const launcher = launcherOf();
		const alive = await launcher.start(launchRequest(), token);
		const over = await launcher.start(launchRequest(), token);
		await launcher.stop(over);
		expect(await launcher.find(launchRequest(), token)).toEqual(alive);
		await launcher.stop(alive);
		expect(await launcher.find(launchRequest(), token)).toMatchObject({ namespace: 'ada' });
	});
});
