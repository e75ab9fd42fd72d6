import type { HubConnection, HubToken } from '../../src/hub/connection';
import { type Hub, openHub } from '../../src/hub/hub';
import type { Clock } from '../../src/hub/retry';
import type { HubStandIn } from './standIn';

/** A clock whose waits are over at once, and are noted. */
export function fastClock(): Clock & { readonly waits: number[] } {
	let now = 0;
	const waits: number[] = [];
	return {
		waits,
		now: () => now,
		random: () => 0.5,
		async sleep(duration, signal) {
			signal?.throwIfAborted();
			waits.push(duration);
			now += duration;
		},
	};
}

/** The stand-in as an open hub that does not wait between tries, without a cache that could be written to. */
export function connectTo(
	standIn: Pick<HubStandIn, 'endpoint' | 'viewerEndpoint'>,
	token: string | null = null,
	changes: Partial<HubConnection> = {},
	clock: Clock = fastClock(),
): Hub {
	const held: HubToken | null = token === null ? null : { value: token, source: 'sign-in' };
	const { endpoint, viewerEndpoint } = standIn;
	const connection = { endpoint, viewerEndpoint, cache: '/nowhere', offline: false, token: async () => held };
	return openHub({ ...connection, ...changes }, clock);
}

/** Likewise, with a cache. */
export function connect(
	standIn: HubStandIn,
	cache = '/nowhere',
	{ token, ...changes }: Partial<Omit<HubConnection, 'token'>> & { readonly token?: string } = {},
): Hub {
	return connectTo(standIn, token, { cache, ...changes });
}
