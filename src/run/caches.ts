import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { engineFolder } from '../engine/engineFolder';
import { guard } from './journal';

/** What is kept to save time, and may be deleted at any time. */
export interface Cache {
	/** Answers of models, of the evaluations in one folder; or graphs rewritten for speed, of the whole user. */
	readonly kind: 'answers' | 'graphs';
	readonly folder: string;
	readonly bytes: number;
}

/** Beside the runs of the evaluation files of a folder, which share it. */
export function responseCacheFolder(evaluationsFolder: string): string {
	return path.join(evaluationsFolder, '.evals', '.cache');
}

export function graphCacheFolder(): string {
	return path.join(engineFolder(), 'graphs');
}

/** The caches of evaluations in these folders, and the one of graphs; those that hold nothing too. */
export async function findCaches(evaluationsFolders: readonly string[]): Promise<Cache[]> {
	const places = [
		...[...new Set(evaluationsFolders)].map(
			folder => ({ kind: 'answers', folder: responseCacheFolder(folder) }) as const,
		),
		{ kind: 'graphs', folder: graphCacheFolder() } as const,
	];
	return Promise.all(places.map(async place => ({ ...place, bytes: await bytesIn(place.folder) })));
}

/** Deletes what a cache holds. Runs that go on compute anew what they would have found there. */
export async function clearCache({ folder }: Cache): Promise<void> {
	await guard(folder, () => rm(folder, { recursive: true, force: true }));
}

/** Of the files in a folder and those below it, each once however many links it has. */
async function bytesIn(folder: string): Promise<number> {
	let entries: Dirent[];
	try {
		entries = await readdir(folder, { withFileTypes: true, recursive: true });
	} catch {
		return 0;
	}
	const seen = new Set<number>();
	let bytes = 0;
	for (const entry of entries.filter(one => one.isFile())) {
		const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
		if (found && !seen.has(found.ino)) {
			seen.add(found.ino);
			bytes += found.size;
		}
	}
	return bytes;
}
