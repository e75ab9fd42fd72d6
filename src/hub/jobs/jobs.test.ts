import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectTo, fastClock } from '../../../test/hub/connect';
import { failureOf } from '../../../test/hub/launchJob';
import { type HubStandIn, startHubStandIn } from '../../../test/hub/standIn';
import { CancellationSource, Cancelled, neverCancelled } from '../../protocol/cancellation';
import { jobHardware } from './hardware';
import { isOver, type Job } from './job';
import { cancelJob, getJob, type JobRequest, jobUrl, listJobs, submitJob } from './jobs';

let standIn: HubStandIn;

beforeEach(async () => {
	standIn = await startHubStandIn();
	standIn.jobs.startsAfterMs = null;
});

afterEach(() => standIn.close());

const signedIn = (clock = fastClock()) => connectTo(standIn, 'hf_test_good', {}, clock);

const request = (changes: Partial<JobRequest> = {}): JobRequest => ({
	dockerImage: 'vllm/vllm-openai:latest',
	command: ['vllm', 'serve', 'acme/tiny'],
	flavor: 'a10g-small',
	timeoutSeconds: 3600,
	attempts: 1,
	labels: { app: 'eval-lens' },
	expose: { ports: [8000] },
	secrets: {},
	...changes,
});

const posts = () => standIn.requests.filter(({ method }) => method === 'POST').map(({ url }) => url);

it('lists hardware with its prices for whoever asks', async () => {
	const all = await jobHardware(connectTo(standIn), neverCancelled);
	expect(all.find(({ name }) => name === 'a10g-small')).toEqual({
		name: 'a10g-small',
		description: 'Nvidia A10G - small',
		accelerator: 'A10G',
		dollarsAMinute: 1 / 60,
	});
	expect(standIn.requests[0]?.headers.authorization).toBeUndefined();
});

it('refuses a price that it cannot read', async () => {
	const body = (unit: unknown) => JSON.stringify([{ name: 'x', prettyName: 'X', unitCostUSD: 1, unitLabel: unit }]);
	standIn.fault(({ url }) => url === '/api/jobs/hardware', { status: 200, body: body('fortnight') });
	expect((await failureOf(jobHardware(connectTo(standIn), neverCancelled))).reason.code).toBe('hub.other-shape');
	standIn.fault(({ url }) => url === '/api/jobs/hardware', { status: 200, body: body('hour') });
	expect(await jobHardware(connectTo(standIn), neverCancelled)).toEqual([
		{ name: 'x', description: 'X', accelerator: null, dollarsAMinute: 1 / 60 },
	]);
});

it('submits, follows and cancels a job', async () => {
	const hub = signedIn();
	const made = await submitJob(hub, 'ada', request({ secrets: { HF_TOKEN: 'hf_secret' } }));
	expect(made).toMatchObject({
		namespace: 'ada',
		stage: 'SCHEDULING',
		flavor: 'a10g-small',
		command: ['vllm', 'serve', 'acme/tiny'],
		timeout: 3600,
		started: null,
	} satisfies Partial<Job>);
	expect(JSON.stringify(made)).not.toContain('hf_secret');
	expect(standIn.jobs.all[0]?.request).toEqual(request({ secrets: { HF_TOKEN: 'hf_secret' } }));
	await standIn.jobs.all[0]?.run();
	expect(await getJob(hub, made, neverCancelled)).toMatchObject({
		stage: 'RUNNING',
		addresses: [`https://${made.id}--8000.hf.jobs`],
		labels: new Map([['app', 'eval-lens']]),
	});
	await cancelJob(hub, made, neverCancelled);
	const over = await getJob(hub, made, neverCancelled);
	expect([over?.stage, over && isOver(over)]).toEqual(['CANCELED', true]);
	expect(jobUrl(hub, made)).toBe(`${standIn.endpoint}/jobs/ada/${made.id}`);
});

it('lists jobs of all pages by label and stage', async () => {
	const hub = signedIn();
	standIn.jobs.pageSize = 2;
	for (let i = 0; i < 5; i++) {
		await submitJob(hub, 'ada', request({ labels: { app: i === 3 ? 'other' : 'eval-lens', n: String(i) } }));
	}
	await standIn.jobs.all[0]?.end('ERROR');
	const names = async (label: readonly [string, string] | null, stages: readonly string[]) =>
		(await listJobs(hub, 'ada', { label, stages }, neverCancelled)).map(({ labels }) => labels.get('n'));
	expect(await names(null, [])).toEqual(['4', '3', '2', '1', '0']);
	expect(await names(['app', 'eval-lens'], [])).toEqual(['4', '2', '1', '0']);
	expect(await names(['app', 'eval-lens'], ['SCHEDULING', 'RUNNING'])).toEqual(['4', '2', '1']);
	expect(standIn.requests.at(-1)?.url).toMatch(
		/^\/api\/jobs\/ada\?stage=SCHEDULING&stage=RUNNING&label=app%3Deval-lens&cursor=2$/,
	);
	expect(await listJobs(hub, 'acme', { label: null, stages: [] }, neverCancelled)).toEqual([]);
});

it('does not take a list for filtered because it asked for it', async () => {
	const hub = signedIn();
	await submitJob(hub, 'ada', request({ labels: { app: 'someone-else' } }));
	const all = JSON.stringify(standIn.jobs.all.map(job => job.answer()));
	standIn.fault(({ url }) => url.startsWith('/api/jobs/ada?'), { status: 200, body: all });
	expect(await listJobs(hub, 'ada', { label: ['app', 'eval-lens'], stages: [] }, neverCancelled)).toEqual([]);
});

it('reads what is needed of a job, whatever else its answer holds', async () => {
	const hub = signedIn();
	const made = await submitJob(hub, 'ada', request());
	const answer = (job: object) =>
		standIn.fault(({ url }) => url.endsWith(made.id), { status: 200, body: JSON.stringify(job) });
	answer({
		id: made.id,
		createdAt: 'soon',
		flavor: null,
		labels: { a: 1, b: 'two' },
		command: 'vllm',
		status: { stage: 'UPDATING', message: 'line\none hf_PlantedToken', exposeUrls: null },
	});
	expect(await getJob(hub, made, neverCancelled)).toEqual({
		id: made.id,
		namespace: 'ada',
		created: null,
		started: null,
		finished: null,
		flavor: '',
		command: [],
		labels: new Map([['b', 'two']]),
		timeout: null,
		stage: 'UPDATING',
		message: 'line one hf_…',
		addresses: [],
		ran: null,
	} satisfies Job);
	for (const job of [{ id: '../x', status: { stage: 'RUNNING' } }, { id: made.id, status: {} }, []]) {
		answer(job);
		expect((await failureOf(getJob(hub, made, neverCancelled))).reason.code).toBe('hub.other-shape');
	}
});

describe('a submit', () => {
	it.each([
		['a failing server', { status: 500 }, 'hub.server-failed'],
		['a lost answer', { cutAfterBytes: 0 }, 'hub.unreachable'],
		['an answer that is cut off', { cutAfterBytes: 50 }, 'hub.cut-off'],
		['an answer that is no JSON', { status: 200, body: '{"id":"6a2b', isDone: true }, 'hub.no-json'],
		['too many requests', { status: 429, headers: { 'Retry-After': '1' } }, 'hub.rate'],
	])('is sent once, whatever comes back: %s', async (_, fault, code) => {
		const clock = fastClock();
		standIn.fault(({ method }) => method === 'POST', fault);
		expect((await failureOf(submitJob(signedIn(clock), 'ada', request()))).reason.code).toBe(code);
		expect(posts()).toEqual(['/api/jobs/ada']);
		expect(clock.waits).toEqual([]);
	});

	it('is not sent a second time without the token that was refused', async () => {
		const hub = connectTo(standIn, 'hf_old');
		expect((await failureOf(submitJob(hub, 'ada', request()))).reason.code).toBe('hub.bad-token');
		expect(standIn.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer hf_old']);
	});
});

it('cancels again where the Hub fails, as that does no harm', async () => {
	const hub = signedIn();
	const job = await submitJob(hub, 'ada', request());
	standIn.fault(({ url }) => url.endsWith('/cancel'), { status: 503 });
	standIn.fault(({ url }) => url.endsWith('/cancel'), { cutAfterBytes: 0 });
	await cancelJob(hub, job, neverCancelled);
	expect(posts().filter(url => url.endsWith('/cancel'))).toHaveLength(3);
	expect(standIn.jobs.all[0]?.stage).toBe('CANCELED');
});

it('tries again where it reads', async () => {
	const hub = signedIn();
	const job = await submitJob(hub, 'ada', request());
	standIn.fault(({ url }) => url.endsWith(job.id), { status: 500 }, 2);
	standIn.fault(({ url }) => url.endsWith(job.id), { status: 429, headers: { 'Retry-After': '3' } });
	expect((await getJob(hub, job, neverCancelled))?.id).toBe(job.id);
});

it('can be cancelled', async () => {
	const source = new CancellationSource();
	standIn.fault(({ url }) => url === '/api/jobs/ada', { delayMs: 30_000 });
	setTimeout(() => source.cancel(), 20);
	const work = listJobs(signedIn(), 'ada', { label: null, stages: [] }, source.token);
	await expect(work).rejects.toBeInstanceOf(Cancelled);
});

it('knows no job that is not there', async () => {
	expect(await getJob(signedIn(), { namespace: 'ada', id: 'none' }, neverCancelled)).toBeNull();
});

it('says in each refusal what to do', async () => {
	const nothing = { label: null, stages: [] };
	const said = async (work: Promise<unknown>) =>
		(await failureOf(work)).message.replaceAll(standIn.endpoint, 'https://HUB');
	standIn.jobs.hasCredit = false;
	const noCredit = await said(submitJob(signedIn(), 'ada', request()));
	standIn.fault(({ method }) => method === 'POST', {
		status: 422,
		body: '{"error":"labels: hf_PlantedToken is too long"}',
	});
	const refused = await said(submitJob(signedIn(), 'ada', request()));
	expect([
		await said(submitJob(connectTo(standIn), 'ada', request())),
		noCredit,
		await said(submitJob(connectTo(standIn, 'hf_test_nogate'), 'ada', request())),
		await said(listJobs(connectTo(standIn, 'hf_test_nogate'), 'ada', nothing, neverCancelled)),
		await said(listJobs(signedIn(), 'nobody', nothing, neverCancelled)),
		refused,
		await said(submitJob(signedIn(), 'ada', request({ flavor: 'h900' }))),
	]).toEqual([
		'Jobs of Hugging Face are billed to an account. Sign in to Hugging Face, or set HF_TOKEN.',
		'Hugging Face refused the job: the account ada has no credit. Add some at https://HUB/settings/billing, or name another account as `namespace`.',
		'Hugging Face does not let this access token use the jobs of ada. Give it the permission for jobs at https://HUB/settings/tokens, or sign in with a token that has it.',
		'Hugging Face does not let this access token use the jobs of ada. Give it the permission for jobs at https://HUB/settings/tokens, or sign in with a token that has it.',
		'Hugging Face knows no account nobody whose jobs this access token may see. Check `namespace`.',
		'Hugging Face refused the job: labels: hf_… is too long. Correct `hf_jobs` of the model.',
		'Hugging Face refused the job: flavor: unknown flavor "h900". Correct `hf_jobs` of the model.',
	]);
});
