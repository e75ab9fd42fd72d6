import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectTo, fastClock } from '../../../test/hub/connect';
import { type StandInJob, vllmOutput } from '../../../test/hub/jobs';
import { failureOf, isSubmit, launchRequest, shortTiming, startWithModels } from '../../../test/hub/launchJob';
import type { HubStandIn } from '../../../test/hub/standIn';
import type { HubConnection, HubToken } from '../../hub/connection';
import type { Hub } from '../../hub/hub';
import { neverCancelled } from '../../protocol/cancellation';
import { messageText } from '../../protocol/messages';
import { hubJobsLauncher } from '../hubJobs';

const token = neverCancelled;

let standIn: HubStandIn;

beforeEach(async () => {
	standIn = await startWithModels();
});

afterEach(() => standIn.close());

const hubOf = (held = 'hf_test_good', clock = fastClock(), changes: Partial<HubConnection> = {}) =>
	connectTo(standIn, held, changes, clock);
const launcherOf = (hub: Hub = hubOf()) => hubJobsLauncher(hub, shortTiming);

const first = (): StandInJob => standIn.jobs.all[0] ?? expect.fail('there is no job');

describe('the status', () => {
	it('goes from queued over what the server is at to cancelled', async () => {
		const launcher = launcherOf();
		standIn.jobs.output = () => [];
		const handle = await launcher.start(launchRequest(), token);
		const seen = async () => {
			const { state, detail } = await launcher.status(handle, token);
			return [state, detail && messageText(detail)];
		};
		expect(await seen()).toEqual(['queued', 'waits for a10g-small']);
		await first().run();
		expect(await seen()).toEqual(['running', 'the container has started']);
		const told: unknown[] = [];
		for (const line of vllmOutput(first())) {
			first().log(line);
			told.push((await seen())[1]);
		}
		expect(told).toEqual([
			'the container has started',
			'the model is being loaded',
			'the model is being loaded',
			'the server is warming up',
			'the server is up',
		]);
		first().log('INFO: 10.0.0.1 - "POST /v1/completions HTTP/1.1" 200 OK');
		const before = standIn.requests.length;
		expect(await seen()).toEqual(['running', 'the server is up']);
		expect(standIn.requests.slice(before).filter(({ url }) => url.includes('logs'))).toEqual([]);
		await launcher.stop(handle);
		expect(await seen()).toEqual(['ended', 'The job was cancelled.']);
	});

	it('of a job whose server never comes up says how far it came', async () => {
		standIn.jobs.output = job => vllmOutput(job).slice(0, 3);
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		await first().run();
		expect(await launcher.status(handle, token)).toMatchObject({
			state: 'running',
			detail: { code: 'jobs.loading' },
		});
		expect((await launcher.reach(handle, token)).url).toBe(`https://${handle.id}--8000.hf.jobs`);
	});

	it('does without a log', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		await first().run();
		standIn.fault(({ url }) => url.includes('tail='), { status: 500 }, 5);
		expect(await launcher.status(handle, token)).toMatchObject({ state: 'running', detail: null });
	});

	it.each([
		['COMPLETED', null, 'The job came to its end by itself, which a server should not do. See its log at URL.'],
		['DELETED', null, 'The job was deleted on the Hub.'],
		[
			'ERROR',
			'Job timeout',
			'The job reached its time limit of 60 minutes. What was answered is kept; resume with a longer `timeout`.',
		],
		[
			'ERROR',
			'Job was preempted',
			'Hugging Face took the hardware away (Job was preempted). What was answered is kept; resume to start another job.',
		],
		[
			'ERROR',
			'Job failed with exit code: 1.',
			'The job failed: Job failed with exit code: 1. Its log says: torch.OutOfMemoryError: CUDA out of memory.',
		],
		['ERROR', null, 'The job failed: without a reason. Its log says: torch.OutOfMemoryError: CUDA out of memory.'],
	] as const)('of a job that ended with %s (%s) says why', async (stage, said, sentence) => {
		const launcher = launcherOf();
		standIn.jobs.output = () => ['torch.OutOfMemoryError: CUDA out of memory.', '', 'process ended'];
		const handle = await launcher.start(launchRequest(), token);
		await first().run();
		await first().end(stage, said);
		const { state, detail } = await launcher.status(handle, token);
		expect(state).toBe('ended');
		expect(detail && messageText(detail).replace(launcher.page(handle), 'URL')).toBe(sentence);
	});

	it('tells of a time limit that the Hub keeps', async () => {
		standIn.jobs.secondMs = 1;
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest({ timeout: 60 }), token);
		await first().run();
		await new Promise(resolve => setTimeout(resolve, 80));
		const { detail, billedSeconds } = await launcher.status(handle, token);
		expect(detail?.code).toBe('jobs.timed-out');
		expect(billedSeconds).toBeGreaterThanOrEqual(55);
	});

	it('counts as billed what the job ran', async () => {
		standIn.jobs.secondMs = 1;
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		await new Promise(resolve => setTimeout(resolve, 30));
		expect((await launcher.status(handle, token)).billedSeconds).toBe(0);
		await first().run();
		await new Promise(resolve => setTimeout(resolve, 30));
		expect((await launcher.status(handle, token)).billedSeconds).toBeGreaterThanOrEqual(20);
	});

	it('of a stage that nobody knows is not over, and of a job that is gone, lost', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		first().stage = 'PAUSED';
		expect(await launcher.status(handle, token)).toMatchObject({
			state: 'starting',
			detail: { code: 'jobs.other-stage', params: { stage: 'PAUSED' } },
		});
		expect(await launcher.status({ ...handle, id: 'none' }, token)).toMatchObject({ state: 'lost' });
	});
});

describe('the server of a job', () => {
	it('is reached with the token of the moment', async () => {
		const seen: (string | undefined)[] = [];
		const server = createServer((request, response) => {
			seen.push(request.headers.authorization);
			response.end('{}');
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		// A server that listens on a port has an address of this kind.
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const started: string[] = [];
		standIn.jobs.startsAfterMs = 0;
		standIn.jobs.onJobStart = async job => {
			started.push(job.request.command[2] ?? '');
			return { url, stop: () => server.close() };
		};
		let held: HubToken | null = { value: 'hf_test_good', source: 'sign-in' };
		const launcher = launcherOf(hubOf('', fastClock(), { token: async () => held }));
		const handle = await launcher.start(launchRequest(), token);
		while ((await launcher.status(handle, token)).state !== 'running' || first().addresses.length === 0) {
			// It starts by itself.
		}
		const reached = await launcher.reach(handle, token);
		await fetch(`${reached.url}/v1/models`, { headers: await reached.headers() });
		held = { value: 'hf_test_newer', source: 'sign-in' };
		await fetch(`${reached.url}/v1/models`, { headers: await reached.headers() });
		expect(seen).toEqual(['Bearer hf_test_good', 'Bearer hf_test_newer']);
		expect([reached.url, started]).toEqual([url, ['acme/tiny']]);
		held = null;
		expect((await failureOf(reached.headers())).reason.code).toBe('jobs.sign-in');
		reached.dispose();
		held = { value: 'hf_test_good', source: 'sign-in' };
		await launcher.stop(handle);
		expect(server.listening).toBe(false);
	});

	it.each([
		[[], 'jobs.no-address'],
		[['nonsense'], 'jobs.no-address'],
		[['https://evil.example/x--8000.hf.jobs'], 'jobs.strange-address'],
		[['https://me:pw@a--8000.hf.jobs'], 'jobs.strange-address'],
		[['http://a--8000.hf.jobs'], 'jobs.strange-address'],
		[['https://a--8000.hf.jobs.evil.example'], 'jobs.strange-address'],
		[['https://evilhf.jobs'], 'jobs.strange-address'],
	])('gets no token at %s', async (addresses, code) => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		await first().run();
		first().addresses = addresses;
		expect((await failureOf(launcher.reach(handle, token))).reason.code).toBe(code);
	});

	it('is found among several addresses', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		await first().run();
		first().addresses = ['https://a--22.hf.jobs/', 'https://a--8000.hf.jobs/'];
		expect((await launcher.reach(handle, token)).url).toBe('https://a--8000.hf.jobs');
	});

	it('cannot be reached before the job runs, nor after', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		expect((await failureOf(launcher.reach(handle, token))).message).toBe(
			'The job does not run, so that its server cannot be reached: waits for a10g-small',
		);
		await launcher.stop(handle);
		expect((await failureOf(launcher.reach(handle, token))).message).toMatch(/The job was cancelled\.$/);
	});
});

describe('stopping', () => {
	it('resolves when the job is really gone', async () => {
		const clock = fastClock();
		// Its patience would be over in less than the stand-in takes, if waits took no time at all.
		const launcher = launcherOf(
			hubOf(undefined, {
				...clock,
				sleep: async (duration, signal) => {
					await new Promise(resolve => setTimeout(resolve, 10));
					await clock.sleep(duration, signal);
				},
			}),
		);
		standIn.jobs.cancelsAfterMs = 60;
		const handle = await launcher.start(launchRequest(), token);
		await first().run();
		await launcher.stop(handle);
		expect(first().stage).toBe('CANCELED');
		expect(clock.waits.length).toBeGreaterThan(1);
		expect(standIn.requests.filter(({ url }) => url.endsWith('/cancel'))).toHaveLength(1);
	});

	it('is no error for a job that is over', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		await first().end('ERROR');
		standIn.fault(({ url }) => url.endsWith('/cancel'), { status: 409, body: '{"error":"not running"}' });
		await launcher.stop(handle);
	});

	it('does not say that a job is gone which another account may see', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		const failure = await failureOf(launcher.stop({ ...handle, id: 'none' }));
		expect(failure.reason.code).toBe('jobs.not-seen');
	});

	it('goes on through failures of the Hub', async () => {
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		standIn.fault(({ url }) => url.endsWith('/cancel'), { status: 500 }, 7);
		standIn.fault(({ method, url }) => method === 'GET' && url.endsWith(handle.id), { cutAfterBytes: 0 }, 6);
		await launcher.stop(handle);
		expect(first().stage).toBe('CANCELED');
	});

	it('says that a job still costs where it does not end', async () => {
		standIn.jobs.cancelsAfterMs = null;
		const launcher = launcherOf();
		const handle = await launcher.start(launchRequest(), token);
		const failure = await failureOf(launcher.stop(handle));
		expect(failure.message).toBe(
			`The job was told to end, but goes on 2 minutes later, and costs. Cancel it at ${launcher.page(handle)}.`,
		);
	});

	it('is refused to who may not', async () => {
		const handle = await launcherOf().start(launchRequest(), token);
		const failure = await failureOf(launcherOf(hubOf('hf_test_nogate')).stop(handle));
		expect(failure.reason.code).toBe('jobs.forbidden');
	});
});

it('tells the log of a job from its beginning', async () => {
	const launcher = launcherOf();
	const handle = await launcher.start(launchRequest(), token);
	await first().run();
	await first().end('COMPLETED');
	const lines: string[] = [];
	await launcher.logs(handle, line => lines.push(line), token);
	expect(lines.slice(1)).toEqual(vllmOutput(first()));
});

it('lists every job of Eval Lens that lives, whoever follows it', async () => {
	const launcher = launcherOf();
	const over = await launcher.start(launchRequest(), token);
	await launcher.stop(over);
	const handle = await launcher.start(launchRequest({ flavor: 'l4x1' }), token);
	await standIn.jobs.all[1]?.run();
	await fetch(`${standIn.endpoint}/api/jobs/ada`, {
		method: 'POST',
		headers: { Authorization: 'Bearer hf_test_good' },
		body: JSON.stringify({ dockerImage: 'x', command: ['y'], flavor: 'cpu-basic', labels: { app: 'other' } }),
	});
	const expected = {
		handle,
		label: 'quiz-7f3a',
		model: 'acme/tiny',
		flavor: 'l4x1',
		created: expect.stringMatching(/^\d{4}-/),
		stage: 'RUNNING',
		url: `${standIn.endpoint}/jobs/ada/${handle.id}`,
		billedSeconds: 0,
		dollarsAnHour: expect.closeTo(0.81, 10),
	};
	expect(await launcher.live(null, token)).toEqual([expected]);
	expect(await launcher.live('acme', token)).toEqual([]);
	standIn.fault(({ url }) => url === '/api/jobs/hardware', { status: 500 }, 5);
	expect(await launcher.live(null, token)).toEqual([{ ...expected, dollarsAnHour: null }]);
});

it('has the token in no error, message or log, whatever the Hub repeats of it', async () => {
	const launcher = launcherOf();
	standIn.jobs.output = () => ['Error: bad token hf_test_good'];
	const handle = await launcher.start(launchRequest({}, { id: 'acme/shut' }), token);
	await first().run();
	await first().end('ERROR', 'cannot use hf_test_good');
	const lines: string[] = [];
	await launcher.logs(handle, line => lines.push(line), token);
	const told: unknown[] = [handle, lines, await launcher.status(handle, token)];
	for (const status of [400, 402, 403, 404, 418, 422, 429, 500]) {
		standIn.fault(isSubmit, { status, body: '{"error":"hf_test_good may not"}' });
		const request = { ...launchRequest({}, { id: 'acme/shut' }), label: `quiz-${status}` };
		const failure = await failureOf(launcher.start(request, token));
		told.push([failure.message, failure.stack, failure.reason, String(failure.cause)]);
	}
	expect(JSON.stringify(told)).not.toContain('hf_test_good');
	expect(standIn.requests.every(({ url }) => !url.includes('hf_test_good'))).toBe(true);
});
