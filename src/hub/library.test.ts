import { listFiles } from '@huggingface/hub';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { connectTo } from '../../test/hub/connect';
import { type HubStandIn, startHubStandIn } from '../../test/hub/standIn';
import { neverCancelled } from '../protocol/cancellation';
import type { Hub } from './hub';
import { askLibrary } from './library';

let standIn: HubStandIn;

beforeAll(async () => {
	standIn = await startHubStandIn();
});

afterAll(() => standIn.close());

const paths = (hub: Hub) =>
	askLibrary(
		hub,
		async access => {
			const entries: unknown[] = [];
			for await (const entry of listFiles({ ...access, repo: 'datasets/acme/quiz' })) {
				entries.push(entry);
			}
			return entries;
		},
		z.array(z.object({ path: z.string() })),
		neverCancelled,
	);

const answer = (body: unknown, link = '', times = 1) =>
	standIn.fault(
		() => true,
		{ status: 200, headers: { 'Content-Type': 'application/json', Link: link }, body: JSON.stringify(body) },
		times,
	);

it('stays with the endpoint, whatever address the next page has', async () => {
	const before = standIn.requests.length;
	answer([{ path: 'a' }], '<https://evil.example/api/datasets/acme/quiz/tree/main?cursor=x>; rel="next"');
	answer([{ path: 'b' }]);
	expect(await paths(connectTo(standIn))).toEqual([{ path: 'a' }, { path: 'b' }]);
	expect(standIn.requests.slice(before).map(({ url }) => url)).toEqual([
		'/api/datasets/acme/quiz/tree/main?recursive=false&expand=false',
		'/api/datasets/acme/quiz/tree/main?cursor=x',
	]);
});

it('gives up on a listing without end', async () => {
	answer([], '<https://evil.example/more>; rel="next"', 300);
	await expect(paths(connectTo(standIn))).rejects.toMatchObject({ reason: { code: 'hub.too-large' } });
});

it.each([[null], [7], [{ error: 'x' }], [[{ path: 1 }]]])('an answer of %j is of another shape', async body => {
	const own = await startHubStandIn();
	own.fault(() => true, { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	await expect(paths(connectTo(own))).rejects.toMatchObject({ reason: { code: 'hub.other-shape' } });
	await own.close();
});
