import { inputFailure } from '../protocol/failure';
import type { HubConnection } from './connection';
import type { RepositoryType } from './repository';

/** What a request is about, as far as its address tells. */
export interface Target {
	/** `hub`, `viewer`: may see the token; `other`: where the Hub sends on to, such as the servers that hold large files. */
	readonly server: 'hub' | 'viewer' | 'other';
	/** For sentences: without path, name or password. */
	readonly host: string;
	readonly type: RepositoryType | null;
	readonly id: string | null;
	readonly revision: string | null;
	/** The answer is meant to be data, not a file of somebody. */
	readonly isApi: boolean;
}

/** @throws Failure where an endpoint of the connection is no address. */
export function targetOf(
	address: string | URL,
	connection: Pick<HubConnection, 'endpoint' | 'viewerEndpoint'>,
): Target {
	const hub = serverUrl(connection.endpoint);
	const viewer = serverUrl(connection.viewerEndpoint);
	const url = new URL(address);
	const nothing = { host: url.host, type: null, id: null, revision: null };
	if (url.origin === hub.origin) {
		// A mirror may stand in a folder of its host.
		const path = url.pathname.slice(hub.pathname.replace(/\/$/, '').length);
		return { ...nothing, server: 'hub', isApi: /^\/(api|oauth)\//.test(path), ...repositoryOfPath(path) };
	}
	if (url.origin === viewer.origin) {
		return { ...nothing, server: 'viewer', isApi: true, type: 'dataset', id: url.searchParams.get('dataset') };
	}
	return { ...nothing, server: 'other', isApi: false };
}

/** @throws Failure where an address is none; it is not shown, as it may hold a password. */
function serverUrl(endpoint: string): URL {
	const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
	if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '') {
		throw inputFailure('hub.bad-endpoint', {});
	}
	return url;
}

/** What a path of the Hub may go on with after a repository's id; an id has one or two parts. */
const afterId = 'revision|resolve|raw|tree|paths-info|commits|treesize|refs|parquet|croissant|discussions';

function repositoryOfPath(path: string): Partial<Target> {
	const match = new RegExp(
		`^/(?:(?<api>api/)?(?<kind>models|datasets)/)?(?<id>[^/]+(?:/[^/]+)??)(?:/(?<action>${afterId})(?:/(?<rest>.*))?)?$`,
	).exec(path);
	const { api, kind, id, action, rest } = match?.groups ?? {};
	if (!id || (!kind && action === undefined) || (kind === undefined && api !== undefined)) {
		return {};
	}
	const named = /^(revision|resolve|raw|tree|paths-info|commits|treesize)$/.test(action ?? '') ? rest : undefined;
	return {
		type: kind === 'datasets' ? 'dataset' : 'model',
		id: decoded(id),
		revision: named ? decoded(named.split('/')[0] ?? '') : null,
	};
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** Where a token may travel unencrypted: this computer. */
export function isLoopback(url: URL): boolean {
	return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}
