import type { HubConnection } from './connection';
import { type HubFetch, hubFetch } from './hubFetch';
import type { RepositoryType } from './repository';
import { type Clock, systemClock } from './retry';

/** The Hub, ready to be asked. */
export interface Hub extends HubConnection {
	/**
	 * Global fetch with the Hub's manners: it signs in, tries again, and turns refusals into Failures (see hubFetch). Give
	 * it to @huggingface/hub as `fetch`, with `hubUrl: hub.endpoint` and no `accessToken`.
	 */
	readonly fetch: HubFetch;
	readonly clock: Clock;
}

/** Never fails by itself: what is wrong with a connection is told by the first request. */
export function openHub(connection: HubConnection, clock: Clock = systemClock): Hub {
	return { ...connection, token: () => connection.token(), fetch: hubFetch(connection, clock), clock };
}

/** The page of a repository, for a browser. */
export function repositoryUrl(hub: Pick<HubConnection, 'endpoint'>, type: RepositoryType, id: string): string {
	return `${hub.endpoint}/${type === 'dataset' ? 'datasets/' : ''}${pathOfId(id)}`;
}

/** `owner/name` for the path of an address. */
export function pathOfId(id: string): string {
	return id.split('/').map(encodeURIComponent).join('/');
}
