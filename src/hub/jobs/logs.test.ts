import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectTo, fastClock } from '../../../test/hub/connect';
import type { StandInJob } from '../../../test/hub/jobs';
import { type HubStandIn, startHubStandIn } from '../../../test/hub/standIn';
import { CancellationSource, Cancelled, neverCancelled } from '../../protocol/cancellation';
import type { Job } from './job';
import { submitJob } from './jobs';
import { followLog, type LogTiming, lastLines } from './logs';

const timing: LogTiming = { quiet: 60, dead: 300, tail: 50 };

let standIn: HubStandIn;
let job: Job;
let made: StandInJob;

beforeEach(async () => {
	standIn = await startHubStandIn();
	standIn.jobs.startsAfterMs = null;
	standIn.jobs.keepAliveMs = 10;
	standIn.jobs.output = () => [];
	job = await submitJob(hub(), 'ada', {
		dockerImage: 'vllm/vllm-openai:latest',
		command: ['vllm', 'serve', 'acme/tiny'],
		flavor: 'a10g-small',
		timeoutSeconds: 3600,
		attempts: 1,
		labels: {},
		expose: { ports: [8000] },
		secrets: {},
	});
	made = standIn.jobs.all[0] ?? expect.fail('no job was made');
});

afterEach(() => standIn.close());

const hub = (clock = fastClock()) => connectTo(standIn, 'hf_test_good', {}, clock);
const connections = () => standIn.requests.filter(({ url }) => url.includes('/logs')).length;
const isLog = ({ url }: { readonly url: string }) => url.endsWith('/logs');

/** The lines so far, the first of which says when the job started. */
function follow(onLine: (line: string, lines: readonly string[]) => void = () => {}) {
	const lines: string[] = [];
	const done = followLog(
		hub(),
		job,
		line => {
			lines.push(line);
			onLine(line, lines);
		},
		neverCancelled,
		timing,
	);
	return { lines, done };
}

const until = async (isSo: () => boolean) => {
	while (!isSo()) {
		await new Promise(resolve => setTimeout(resolve, 5));
	}
};

describe('a log', () => {
	it('is told line by line as it is written, and ends with the job', async () => {
		await made.run();
		const { lines, done } = follow();
		made.log('one', 'two');
		await until(() => lines.length === 3);
		made.log('three');
		await until(() => lines.length === 4);
		await made.end('COMPLETED');
		await done;
		expect(lines).toEqual([expect.stringMatching(/^===== Job started at .* =====$/), 'one', 'two', 'three']);
	});

	it('ends with the job, though its stream stays open with comments', async () => {
		standIn.jobs.logsEnd = false;
		await made.run();
		made.log('one');
		const { lines, done } = follow();
		await until(() => lines.length === 2);
		await made.end('ERROR');
		made.log('last words');
		await done;
		expect(lines.slice(1)).toEqual(['one', 'last words']);
		expect(connections()).toBe(2);
	});

	it('goes on where a connection was cut, without a line twice', async () => {
		await made.run();
		made.log('one', 'two', 'three', 'four');
		standIn.fault(isLog, { cutAfterBytes: 200 });
		standIn.fault(isLog, { cutAfterBytes: 290 });
		standIn.fault(isLog, { stallAfterBytes: 330 });
		const { lines, done } = follow((_, { length }) => length === 5 && void made.end('COMPLETED'));
		await done;
		expect(lines.slice(1)).toEqual(['one', 'two', 'three', 'four']);
		expect(connections()).toBeGreaterThanOrEqual(4);
	});

	it('is whole even where a connection died before the job ended', async () => {
		await made.run();
		standIn.fault(isLog, { stallAfterBytes: 120 });
		const { lines, done } = follow();
		await until(() => lines.length === 1);
		made.log('one', 'two');
		await made.end('COMPLETED');
		await done;
		expect(lines.slice(1)).toEqual(['one', 'two']);
	});

	it('goes on where its stream ended though the job lives', async () => {
		await made.run();
		const { lines, done } = follow();
		await until(() => lines.length === 1);
		made.endLogs();
		made.log('one');
		await until(() => lines.length === 2);
		await made.end('COMPLETED');
		await done;
		expect(lines.slice(1)).toEqual(['one']);
	});

	it('holds what was written before its stream ended early and the job with it', async () => {
		await made.run();
		const { lines, done } = follow();
		await until(() => lines.length === 1);
		made.endLogs();
		made.log('missed by that stream');
		await made.end('COMPLETED');
		await done;
		expect(lines.slice(1)).toEqual(['missed by that stream']);
	});

	it('of a job that waits for hardware comes later', async () => {
		standIn.fault(isLog, { status: 404, body: '{"error":"no logs yet"}' }, 3);
		const { lines, done } = follow();
		await until(() => connections() > 3);
		await made.run();
		await until(() => lines.length === 1);
		await made.end('COMPLETED');
		await done;
		expect(lines).toHaveLength(1);
	});

	it('of a job that is not there has no lines', async () => {
		const lines: string[] = [];
		await followLog(hub(), { namespace: 'ada', id: 'none' }, line => lines.push(line), neverCancelled, timing);
		expect(lines).toEqual([]);
	});

	it('shows no token, no terminal code, and what is no JSON as it came', async () => {
		await made.run();
		const stream = [
			'data: {"data":"\\u001b[32m  INFO\\u001b[0m\\tkey hf_PlantedToken\\u0007"}',
			'data: {"data":"half',
			'data: {"data":7}',
		].join('\n\n');
		standIn.fault(isLog, { status: 200, body: `${stream}\n\n` });
		await made.end('COMPLETED');
		const { lines, done } = follow();
		await done;
		expect(lines).toEqual(['  INFO key hf_…', '{"data":"half', '{"data":7}']);
	});

	it('fails after several connections that bring nothing', async () => {
		await made.run();
		standIn.fault(isLog, { cutAfterBytes: 10 }, 100);
		await expect(follow().done).rejects.toMatchObject({ reason: { code: 'hub.cut-off' } });
		expect(connections()).toBe(5);
	});

	it('is refused to who may not see it', async () => {
		const other = connectTo(standIn, 'hf_test_nogate');
		const work = followLog(other, job, () => {}, neverCancelled, timing);
		await expect(work).rejects.toMatchObject({ reason: { code: 'jobs.forbidden' } });
	});

	it('can be left', async () => {
		await made.run();
		const source = new CancellationSource();
		const work = followLog(hub(), job, () => source.cancel(), source.token, timing);
		await expect(work).rejects.toBeInstanceOf(Cancelled);
	});
});

describe('the last lines', () => {
	it('come though the stream stays open', async () => {
		await made.run();
		made.log('one', 'two', 'three');
		expect(await lastLines(hub(), job, 2, neverCancelled, timing)).toEqual(['two', 'three']);
		expect(standIn.requests.at(-1)?.url).toMatch(/\/logs\?tail=2$/);
	});

	it('are the last even where the Hub gives more', async () => {
		await made.run();
		const stream = ['one', 'two', 'three'].map(data => `data: ${JSON.stringify({ data })}\n\n`).join('');
		standIn.fault(({ url }) => url.includes('tail='), { status: 200, body: stream });
		expect(await lastLines(hub(), job, 2, neverCancelled, timing)).toEqual(['two', 'three']);
	});

	it('are none where there is no log, or it is cut at once', async () => {
		standIn.fault(({ url }) => url.includes('tail='), { status: 404, body: '{}' });
		expect(await lastLines(hub(), job, 2, neverCancelled, timing)).toEqual([]);
		await made.run();
		standIn.fault(({ url }) => url.includes('tail='), { cutAfterBytes: 5 });
		expect(await lastLines(hub(), job, 2, neverCancelled, timing)).toEqual([]);
	});
});
