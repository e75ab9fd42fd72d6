import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectTo, fastClock } from '../../test/hub/connect';
import { type HubStandIn, startHubStandIn } from '../../test/hub/standIn';
import { CancellationSource, Cancelled, neverCancelled } from '../protocol/cancellation';
import { type DeviceCode, deviceLogin } from './deviceLogin';
import { systemClock } from './retry';

let standIn: HubStandIn;

beforeEach(async () => {
	standIn = await startHubStandIn();
});

afterEach(() => standIn.close());

/** A login on a clock whose every wait is noted; `atWait` is told how many there were before it. */
function login(atWait: (waits: number) => void = () => {}, shown: DeviceCode[] = []) {
	const clock = fastClock();
	const hub = connectTo(
		standIn,
		'hf_test_good',
		{},
		{
			...clock,
			async sleep(duration, signal) {
				await clock.sleep(duration, signal);
				atWait(clock.waits.length);
			},
		},
	);
	const done = deviceLogin(hub, 'client-1', code => shown.push(code), neverCancelled);
	return { done, waits: clock.waits };
}

const polls = (body: object, times = 1, status = 400) =>
	standIn.fault(
		({ url }) => url === '/oauth/token',
		{ status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) },
		times,
	);

it('asks until the person has entered the code', async () => {
	const shown: DeviceCode[] = [];
	const { done, waits } = login(count => count === 3 && standIn.approveDevice('hf_oauth_new'), shown);
	expect(await done).toEqual({ token: 'hf_oauth_new', expires: 3_603_000 });
	expect(shown).toEqual([
		{ userCode: 'ABCD-EFGH', address: `${standIn.endpoint}/oauth/device/verify`, expires: 600_000 },
	]);
	expect(waits).toEqual([1000, 1000, 1000]);
	expect(standIn.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual(
		Array.from({ length: 4 }, () => ['POST', undefined]),
	);
});

it('asks less often when it is told to, or when nobody answers', async () => {
	polls({ error: 'slow_down' });
	polls({ error: 'Internal error' }, 1, 503);
	standIn.fault(({ url }) => url === '/oauth/token', { cutAfterBytes: 0 });
	const { done, waits } = login(count => count === 4 && standIn.approveDevice('hf_oauth_new'));
	await done;
	expect(waits).toEqual([1000, 6000, 11_000, 16_000]);
});

it('ends when the code has expired', async () => {
	const code = { device_code: 'device-1', user_code: 'A', verification_uri: standIn.endpoint, expires_in: 30 };
	standIn.fault(({ url }) => url === '/oauth/device', { status: 200, body: JSON.stringify(code) });
	const { done, waits } = login();
	await expect(done).rejects.toMatchObject({ reason: { code: 'hub.login-expired' } });
	expect(waits).toEqual([5000, 5000, 5000, 5000, 5000]);
});

it.each([
	[{ error: 'access_denied' }, 'hub.login-denied'],
	[{ error: 'expired_token' }, 'hub.login-expired'],
	[{ error: 'invalid_client', error_description: 'no client hf_PlantedToken\u0007' }, 'hub.login-refused'],
	[{ access_token: 'not a\ntoken' }, 'hub.other-shape'],
])('ends with %o', async (body, code) => {
	polls(body);
	const error: unknown = await login().done.catch((reason: unknown) => reason);
	expect(error).toMatchObject({ reason: { code } });
	expect(String(error)).not.toContain('Planted');
});

it('opens no address that is none of a web page', async () => {
	for (const verification_uri of [
		'javascript:alert(1)',
		'file:///etc/passwd',
		'vscode://x',
		'http://evil.example',
		'',
	]) {
		const answer = { device_code: 'd', user_code: 'c', verification_uri, expires_in: 600 };
		standIn.fault(({ url }) => url === '/oauth/device', { status: 200, body: JSON.stringify(answer) });
		const shown: DeviceCode[] = [];
		await expect(login(undefined, shown).done).rejects.toMatchObject({ reason: { code: 'hub.other-shape' } });
		expect(shown).toEqual([]);
	}
});

it('can be cancelled while it waits', async () => {
	const source = new CancellationSource();
	const hub = connectTo(standIn, null, {}, systemClock);
	const done = deviceLogin(hub, 'client-1', () => setTimeout(() => source.cancel(), 10), source.token);
	await expect(done).rejects.toBeInstanceOf(Cancelled);
});
