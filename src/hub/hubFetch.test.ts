import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { whoAmI as libraryWhoAmI, listFiles } from '@huggingface/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo, fastClock } from '../../test/hub/connect';
import { type HubStandIn, startHubStandIn } from '../../test/hub/standIn';
import { CancellationSource, Cancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { withSignal } from './abort';
import { systemClock } from './retry';

let standIn: HubStandIn;

beforeAll(async () => {
	standIn = await startHubStandIn();
	standIn.addDataset({ id: 'acme/quiz', rows: { default: { test: [{ question: 'Why?' }] } }, files: { 'a.txt': 'a' } });
	standIn.addDataset({ id: 'acme/shut', gated: 'manual', rows: { default: { test: [{ question: 'Why?' }] } } });
	standIn.addDataset({ id: 'acme/own', private: true });
	standIn.addModel({ id: 'acme/off', disabled: true });
	standIn.addModel({ id: 'acme/tiny', files: { 'large.bin': Buffer.alloc(5000, 7), 'small.txt': 'small' } });
});

afterAll(() => standIn.close());

/** What was asked since. */
function asked() {
	const before = standIn.requests.length;
	return () => standIn.requests.slice(before);
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
	const error = await work.then(
		() => expect.fail('nothing failed'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error : expect.fail(String(error));
}

const info = (id: string, kind = 'datasets') => `${standIn.endpoint}/api/${kind}/${id}/revision/main`;
const large = () => `${standIn.endpoint}/acme/tiny/resolve/main/large.bin`;

describe('tries again', () => {
	it.each([
		['Retry-After in seconds', { 'Retry-After': '7' }, 8000],
		['Retry-After as a date', { 'Retry-After': new Date(20_000).toUTCString() }, 21_000],
		['the RateLimit header', { RateLimit: '"api";r=0;t=123' }, 124_000],
		['nothing', {}, 1000],
	])('after 429, waiting as long as %s asks for', async (_, headers, wait) => {
		const clock = fastClock();
		standIn.fault(({ url }) => url.startsWith('/api/datasets/acme/quiz'), { status: 429, headers });
		const response = await connectTo(standIn, null, {}, clock).fetch(info('acme/quiz'));
		expect(response.status).toBe(200);
		expect(clock.waits).toEqual([wait]);
	});

	it('after server faults and lost connections, with growing waits', async () => {
		const clock = fastClock();
		const seen = asked();
		standIn.fault(({ url }) => url === '/api/datasets/acme/quiz/revision/main', { status: 503 });
		standIn.fault(({ url }) => url === '/api/datasets/acme/quiz/revision/main', { cutAfterBytes: 0 });
		standIn.fault(({ url }) => url === '/api/datasets/acme/quiz/revision/main', { status: 502 });
		expect((await connectTo(standIn, null, {}, clock).fetch(info('acme/quiz'))).status).toBe(200);
		expect(clock.waits).toEqual([1000, 2000, 4000]);
		expect(seen()).toHaveLength(4);
	});

	it('five times at most', async () => {
		const seen = asked();
		standIn.fault(({ url }) => url === '/api/datasets/acme/quiz/revision/main', { status: 500 }, 5);
		expect((await failureOf(connectTo(standIn).fetch(info('acme/quiz')))).reason.code).toBe('hub.server-failed');
		expect(seen()).toHaveLength(5);
	});

	it('not where it would have to wait longer than a few minutes', async () => {
		const clock = fastClock();
		standIn.fault(({ url }) => url.startsWith('/api'), { status: 429, headers: { 'Retry-After': '3600' } });
		const failure = await failureOf(connectTo(standIn, null, {}, clock).fetch(info('acme/quiz')));
		expect(failure.reason.code).toBe('hub.rate-anonymous');
		expect(clock.waits).toEqual([]);
	});

	it('POST only where it reads', async () => {
		const clock = fastClock();
		const hub = connectTo(standIn, null, {}, clock);
		const post = { method: 'POST', body: '{"paths":["a.txt"]}', headers: { 'Content-Type': 'application/json' } };
		standIn.fault(({ method }) => method === 'POST', { status: 500 });
		const paths = await hub.fetch(`${standIn.endpoint}/api/datasets/acme/quiz/paths-info/main`, post);
		expect(await paths.json()).toMatchObject([{ path: 'a.txt' }]);
		expect(clock.waits).toEqual([1000]);
		standIn.fault(({ method }) => method === 'POST', { status: 500 });
		const failure = await failureOf(hub.fetch(`${standIn.endpoint}/api/repos/create`, post));
		expect(failure.reason.code).toBe('hub.server-failed');
		expect(clock.waits).toEqual([1000]);
	});

	it('while the viewer prepares its answer, but not where it cannot give one', async () => {
		const clock = fastClock();
		const hub = connectTo(standIn, null, {}, clock);
		const url = `${standIn.viewerEndpoint}/splits?dataset=acme%2Fquiz`;
		const fault = (code: string) =>
			standIn.fault(({ origin }) => origin === 'viewer', { status: 500, headers: { 'X-Error-Code': code } });
		fault('ResponseNotReady');
		fault('ResponseNotReadyError');
		expect((await hub.fetch(url)).status).toBe(200);
		expect(clock.waits).toEqual([1000, 2000]);
		fault('StreamingRowsError');
		expect((await failureOf(hub.fetch(url))).reason.code).toBe('hub.viewer-cannot');
		expect(clock.waits).toHaveLength(2);
	});
});

describe('cancelling', () => {
	it('ends the wait for another try', async () => {
		const source = new CancellationSource();
		standIn.fault(({ url }) => url.startsWith('/api'), { status: 429, headers: { 'Retry-After': '60' } });
		const hub = connectTo(
			standIn,
			null,
			{},
			{
				...systemClock,
				sleep(duration, signal) {
					setTimeout(() => source.cancel(), 10);
					return systemClock.sleep(duration, signal);
				},
			},
		);
		const work = withSignal(source.token, signal => hub.fetch(info('acme/quiz'), { signal }));
		await expect(work).rejects.toBeInstanceOf(Cancelled);
	});

	it('ends a request that is not answered, and a body that does not end', async () => {
		const source = new CancellationSource();
		standIn.fault(({ url }) => url.startsWith('/api'), { delayMs: 30_000 });
		const silent = withSignal(source.token, signal => connectTo(standIn).fetch(info('acme/quiz'), { signal }));
		setTimeout(() => source.cancel(), 20);
		await expect(silent).rejects.toBeInstanceOf(Cancelled);

		const second = new CancellationSource();
		standIn.fault(({ origin }) => origin === 'store', { slowBytes: 1, pauseMs: 50 });
		const slow = withSignal(second.token, async signal => {
			const response = await connectTo(standIn).fetch(large(), { signal });
			second.cancel();
			return response.arrayBuffer();
		});
		await expect(slow).rejects.toBeInstanceOf(Cancelled);
	});

	it('comes before the first request', async () => {
		const seen = asked();
		const source = new CancellationSource();
		source.cancel();
		const work = withSignal(source.token, signal => connectTo(standIn).fetch(info('acme/quiz'), { signal }));
		await expect(work).rejects.toBeInstanceOf(Cancelled);
		expect(seen()).toEqual([]);
	});
});

describe('the token', () => {
	it('goes to the Hub and the viewer, and not to where the Hub redirects', async () => {
		const seen = asked();
		const hub = connectTo(standIn, 'hf_test_good');
		expect((await (await hub.fetch(large())).arrayBuffer()).byteLength).toBe(5000);
		await hub.fetch(`${standIn.viewerEndpoint}/splits?dataset=acme%2Fshut`);
		await hub.fetch(`${standIn.storeEndpoint}/nothing`);
		expect(seen().map(({ origin, headers }) => [origin, headers.authorization])).toEqual([
			['hub', 'Bearer hf_test_good'],
			['store', undefined],
			['viewer', 'Bearer hf_test_good'],
			['store', undefined],
		]);
	});

	it('that is refused does not hide what is public', async () => {
		const refused: string[] = [];
		const hub = connectTo(standIn, 'hf_old', { onTokenRefused: source => refused.push(source) });
		const seen = asked();
		expect((await hub.fetch(info('acme/quiz'))).status).toBe(200);
		expect(seen().map(({ headers }) => headers.authorization)).toEqual(['Bearer hf_old', undefined]);
		expect(refused).toEqual(['sign-in']);
		expect((await failureOf(hub.fetch(info('acme/own')))).reason.code).toBe('hub.bad-token');
	});

	it('that was refused is sent, and told of, no second time, until another takes its place', async () => {
		const refused: string[] = [];
		const held = { value: 'hf_old', source: 'environment' as const };
		const hub = connectTo(standIn, null, {
			token: async () => ({ ...held }),
			onTokenRefused: source => refused.push(source),
		});
		await Promise.all([hub.fetch(info('acme/quiz')), hub.fetch(info('acme/quiz'))]);
		const seen = asked();
		await hub.fetch(info('acme/quiz'));
		expect(seen().map(({ headers }) => headers.authorization)).toEqual([undefined]);
		expect(refused).toEqual(['environment']);
		held.value = 'hf_test_good';
		expect((await hub.fetch(info('acme/own'))).status).toBe(200);
		expect(seen().map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer hf_test_good']);
	});

	it('goes to another computer only encrypted', async () => {
		const hub = connectTo({ endpoint: 'http://hub.example', viewerEndpoint: 'http://viewer.example' }, 'hf_planted');
		for (const url of ['http://hub.example/api/models', 'http://viewer.example/splits?dataset=a']) {
			expect((await failureOf(hub.fetch(url))).reason.code).toBe('hub.plain-http');
		}
	});

	it('is asked for at each request', async () => {
		const tokens = ['hf_test_good', 'hf_test_nogate'];
		const hub = connectTo(standIn, null, {
			token: async () => ({ value: tokens.shift() ?? '', source: 'environment' }),
		});
		const seen = asked();
		await hub.fetch(info('acme/quiz'));
		await hub.fetch(info('acme/quiz'));
		expect(seen().map(({ headers }) => headers.authorization)).toEqual([
			'Bearer hf_test_good',
			'Bearer hf_test_nogate',
		]);
	});

	it('is in no error, whatever the server repeats of it', async () => {
		const planted = 'hf_PlantedToken123';
		const hub = connectTo(standIn, planted);
		const faults = [
			{ status: 403, body: JSON.stringify({ error: `The token ${planted} may not do this` }) },
			{ status: 400, headers: { 'X-Error-Message': `bad ${planted}` } },
			{ status: 418, body: `<html>${planted}` },
			{ cutAfterBytes: 0 },
		];
		for (const fault of faults) {
			standIn.fault(({ url }) => url.startsWith('/api'), fault, 5);
			const failure = await failureOf(hub.fetch(info('acme/quiz')));
			expect(`${failure.stack} ${JSON.stringify(failure)} ${inspected(failure)}`).not.toContain('PlantedToken');
			await drained();
		}
	});
});

/** Everything a log could print of an error. */
function inspected(error: Error): string {
	return [error.message, error.stack, String(error.cause), JSON.stringify(Object.entries(error))].join('\n');
}

/** Uses up faults that a test has left. */
async function drained(): Promise<void> {
	for (let i = 0; i < 5; i++) {
		await fetch(`${standIn.endpoint}/api/none`).catch(() => {});
	}
}

describe('refusals', () => {
	const sentence = async (url: string, token: string | null) =>
		(await failureOf(connectTo(standIn, token).fetch(url))).message;

	it('say what to do', async () => {
		const { endpoint, viewerEndpoint } = standIn;
		const host = new URL(endpoint).host;
		const viewer = new URL(viewerEndpoint).host;
		const shut = `${endpoint}/datasets/acme/shut/resolve/main/a.txt`;
		const said = [
			await sentence(shut, null),
			await sentence(shut, 'hf_test_nogate'),
			await sentence(info('acme/own'), null),
			await sentence(info('acme/own'), 'hf_test_nogate'),
			await sentence(info('acme/none', 'models'), 'hf_test_good'),
			await sentence(info('acme/off', 'models'), null),
			await sentence(`${endpoint}/api/models/acme/tiny/revision/refs%2Fpr%2F3`, null),
			await sentence(`${endpoint}/api/whoami-v2`, null),
			await sentence(`${endpoint}/api/whoami-v2`, 'hf_old'),
			await sentence(`${viewerEndpoint}/splits?dataset=acme%2Fshut`, null),
			await sentence(`${viewerEndpoint}/splits?dataset=acme%2Fown`, 'hf_test_good'),
			await sentence(`${viewerEndpoint}/info?dataset=acme%2Fquiz&config=none`, null),
		].map(text => text.replaceAll(host, 'HUB').replaceAll(viewer, 'VIEWER'));
		const golden = path.join(import.meta.dirname, 'fixtures', 'refusals.txt');
		const isThere = existsSync(golden);
		await expect(`${said.join('\n')}\n`).toMatchFileSnapshot(golden);
		expect(isThere, 'the golden file was missing and has been written').toBe(true);
	});

	it('leave a missing file and a range outside of a file to the caller, as the library reads them', async () => {
		const hub = connectTo(standIn);
		expect((await hub.fetch(`${standIn.endpoint}/acme/tiny/resolve/main/none.txt`)).status).toBe(404);
		expect((await hub.fetch(large(), { headers: { Range: 'bytes=9000-' } })).status).toBe(416);
	});

	it('reach the caller through the library', async () => {
		const { endpoint: hubUrl, fetch } = connectTo(standIn);
		const files = async (repo: string) => {
			const paths: string[] = [];
			for await (const file of listFiles({ repo, hubUrl, fetch })) {
				paths.push(file.path);
			}
			return paths;
		};
		expect(await files('datasets/acme/quiz')).toEqual(['a.txt']);
		expect((await failureOf(files('datasets/acme/shut'))).reason.code).toBe('hub.gated-anonymous');
		const signedIn = connectTo(standIn, 'hf_test_good');
		const me = await libraryWhoAmI({ hubUrl, fetch: signedIn.fetch, accessToken: 'hf_test_good' });
		expect(me.name).toBe('ada');
	});
});

describe('no answer', () => {
	let silent: Server;

	beforeAll(async () => {
		silent = createServer((request, response) => {
			response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>Sign in to the network</body></html>');
			request.resume();
		});
		await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
	});

	afterAll(() => new Promise(resolve => silent.close(resolve)));

	it('from a proxy that shows a page of its own', async () => {
		// A server that listens on a port has an address of this kind.
		const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
		const hub = connectTo({ endpoint, viewerEndpoint: standIn.viewerEndpoint });
		expect((await failureOf(hub.fetch(`${endpoint}/api/models`))).reason.code).toBe('hub.html');
		expect((await hub.fetch(`${endpoint}/a/b/resolve/main/page.html`)).status).toBe(200);
	});

	it('where nobody listens', async () => {
		const clock = fastClock();
		const hub = connectTo({ endpoint: 'http://127.0.0.1:9', viewerEndpoint: 'http://127.0.0.1:9' }, null, {}, clock);
		const failure = await failureOf(hub.fetch('http://127.0.0.1:9/api/models'));
		expect(failure.reason).toMatchObject({ code: 'hub.unreachable' });
		expect(clock.waits).toEqual([]);
	});

	it('is asked for offline', async () => {
		const seen = asked();
		const hub = connectTo(standIn, 'hf_test_good', { offline: true });
		expect((await failureOf(hub.fetch(info('acme/quiz')))).reason).toEqual({
			code: 'hub.offline',
			params: { what: 'acme/quiz' },
		});
		expect(seen()).toEqual([]);
	});

	it.each(['', 'huggingface.co', 'ftp://huggingface.co', 'https://me:secret@huggingface.co', 'https://a/?b'])(
		'comes from the endpoint "%s"',
		async endpoint => {
			const hub = connectTo({ endpoint, viewerEndpoint: standIn.viewerEndpoint });
			for (const url of [`${standIn.endpoint}/api/models`, `${endpoint}/api/models`]) {
				const failure = await failureOf(hub.fetch(url));
				expect(failure.reason.code).toBe('hub.bad-endpoint');
				expect(failure.message).not.toContain('secret');
			}
		},
	);
});
