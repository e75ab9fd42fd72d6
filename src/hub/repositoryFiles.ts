import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from '@huggingface/hub';
import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import { ownPath, snapshotFolder, writeOwn } from './cacheLayout';
import type { Hub } from './hub';
import { askLibrary, type LibraryAccess } from './library';
import type { RepositoryFile, Snapshot } from './repository';
import { isUnreachable } from './snapshot';

const entrySchema = z.object({
	type: z.string(),
	path: z.string(),
	size: z.number(),
	oid: z.string(),
	lfs: z.object({ oid: z.string(), size: z.number() }).optional(),
});

const fileSchema: z.ZodType<RepositoryFile> = z.object({
	path: z.string(),
	size: z.number(),
	oid: z.string(),
	sha256: z.string().nullable(),
});

/**
 * All files of a snapshot, sorted by path. A listing never changes and is kept in the cache. Where the Hub cannot be reached
 * and there is no listing, these are the files that the cache holds.
 */
export async function repositoryFiles(
	hub: Hub,
	snapshot: Snapshot,
	token: CancellationToken,
): Promise<readonly RepositoryFile[]> {
	const kept = ownPath(hub.cache, snapshot, snapshot.commit, 'files.json');
	const known = await readKept(kept);
	if (known) {
		return known;
	}
	try {
		const files = (await askFiles(hub, snapshot, token)).sort(byPath);
		await writeOwn(hub.cache, snapshot, kept, JSON.stringify(files)).catch(() => {});
		return files;
	} catch (error) {
		const files = isUnreachable(error) ? await cachedFiles(hub.cache, snapshot) : [];
		if (files.length === 0) {
			throw error;
		}
		return files;
	}
}

async function readKept(file: string): Promise<readonly RepositoryFile[] | null> {
	try {
		return z.array(fileSchema).parse(JSON.parse(await readFile(file, 'utf8')));
	} catch {
		return null;
	}
}

async function askFiles(hub: Hub, { type, id, commit }: Snapshot, token: CancellationToken): Promise<RepositoryFile[]> {
	const list = async (access: LibraryAccess) => {
		const entries: unknown[] = [];
		for await (const entry of listFiles({ ...access, repo: { type, name: id }, revision: commit, recursive: true })) {
			entries.push(entry);
		}
		return entries;
	};
	const entries = await askLibrary(hub, list, z.array(entrySchema), token);
	return entries.flatMap(({ type, path, size, oid, lfs }) =>
		type === 'file' ? [{ path, size: lfs?.size ?? size, oid: lfs?.oid ?? oid, sha256: lfs?.oid ?? null }] : [],
	);
}

/** What Python or we downloaded of a snapshot. */
async function cachedFiles(cache: string, snapshot: Snapshot): Promise<RepositoryFile[]> {
	const folder = snapshotFolder(cache, snapshot);
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
	const files = await Promise.all(
		entries.map(async (entry): Promise<RepositoryFile[]> => {
			const full = path.join(entry.parentPath, entry.name);
			const blob = path.basename(await realpath(full).catch(() => ''));
			const found = await stat(full).catch(() => null);
			return found?.isFile() && !entry.name.endsWith('.tmp')
				? [
						{
							path: path.relative(folder, full).split(path.sep).join('/'),
							size: found.size,
							oid: blob,
							sha256: /^[0-9a-f]{64}$/.test(blob) ? blob : null,
						},
					]
				: [];
		}),
	);
	return files.flat().sort(byPath);
}

function byPath(a: RepositoryFile, b: RepositoryFile): number {
	return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
