import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isCommit, isRepositoryId } from './cacheLayout';
import type { HubConnection } from './connection';
import type { RepositoryType } from './repository';

/** What the cache holds of a repository, whoever downloaded it. */
export interface LocalRepository {
	readonly id: string;
	/** Bytes on the disk, what is unfinished included. */
	readonly size: number;
	/** Commits of which there is something. */
	readonly commits: readonly string[];
}

/** The repositories in the cache that have at least one snapshot, by id. Reads names and sizes, no content. */
export async function localRepositories(
	{ cache }: Pick<HubConnection, 'cache'>,
	type: RepositoryType,
): Promise<readonly LocalRepository[]> {
	const start = `${type}s--`;
	const names = (await readdir(cache).catch(() => [])).filter(name => name.startsWith(start));
	const found = await Promise.all(
		names.map(async (name): Promise<LocalRepository[]> => {
			const id = name.slice(start.length).replace('--', '/');
			const commits = (await readdir(path.join(cache, name, 'snapshots')).catch(() => [])).filter(isCommit);
			return isRepositoryId(id) && commits.length > 0
				? [{ id, size: await sizeOf(path.join(cache, name)), commits: commits.sort() }]
				: [];
		}),
	);
	return found.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Blobs and our parts of files; links count nothing, copies in place of links do. */
async function sizeOf(folder: string): Promise<number> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
	const sizes = entries
		.filter(entry => entry.isFile())
		.map(async entry => (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0);
	return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
