import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ownPath, writeOwn } from '../hub/cacheLayout';
import { downloadFile, type WantedFile } from '../hub/download';
import type { Hub } from '../hub/hub';
import { parquetFiles } from '../hub/parquetFiles';
import type { RepositoryFile, Snapshot } from '../hub/repository';
import { repositoryFiles } from '../hub/repositoryFiles';
import type { CancellationToken } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { configsOfFiles } from './dataFiles';

/** A config of a dataset on the Hub. */
export interface HubConfig {
	readonly name: string;
	readonly splits: readonly { readonly name: string; readonly files: readonly WantedFile[] }[];
}

const namedFiles = 12;

const keptSchema = z.array(
	z.object({
		name: z.string(),
		splits: z.array(
			z.object({
				name: z.string(),
				files: z.array(
					z.object({
						commit: z.string(),
						file: z.object({ path: z.string(), size: z.number(), oid: z.string(), sha256: z.string().nullable() }),
					}),
				),
			}),
		),
	}),
);

/**
 * Configs and splits of a dataset with their files: as the viewer lists them, else as card and file names tell. What was
 * found for a commit is kept, so that the same files stand for it ever after, offline too.
 * @throws Failure where there is no file that rows can be read from.
 */
export async function datasetLayout(
	hub: Hub,
	snapshot: Snapshot,
	token: CancellationToken,
): Promise<readonly HubConfig[]> {
	const kept = ownPath(hub.cache, snapshot, snapshot.commit, 'splits.json');
	const known = await readKept(kept, snapshot);
	if (known) {
		return known;
	}
	const listing = await parquetFiles(hub, snapshot, token);
	const configs = listing.splits ? byConfig(listing.splits) : await configsOfRepository(hub, snapshot, token);
	if (listing.splits || !listing.passing) {
		const plain: z.input<typeof keptSchema> = configs.map(({ name, splits }) => ({
			name,
			splits: splits.map(split => ({
				name: split.name,
				files: split.files.map(({ snapshot: { commit }, file }) => ({ commit, file })),
			})),
		}));
		await writeOwn(hub.cache, snapshot, kept, JSON.stringify(plain)).catch(() => {});
	}
	return configs;
}

async function readKept(file: string, snapshot: Snapshot): Promise<readonly HubConfig[] | null> {
	try {
		return keptSchema.parse(JSON.parse(await readFile(file, 'utf8'))).map(({ name, splits }) => ({
			name,
			splits: splits.map(split => ({
				name: split.name,
				files: split.files.map(({ commit, file }) => ({ snapshot: { ...snapshot, commit }, file })),
			})),
		}));
	} catch {
		return null;
	}
}

function byConfig(
	listed: readonly { readonly config: string; readonly split: string; readonly files: readonly WantedFile[] }[],
): HubConfig[] {
	const names = [...new Set(listed.map(({ config }) => config))];
	return names.map(name => ({
		name,
		splits: listed.filter(({ config }) => config === name).map(({ split, files }) => ({ name: split, files })),
	}));
}

async function configsOfRepository(hub: Hub, snapshot: Snapshot, token: CancellationToken): Promise<HubConfig[]> {
	const files = await repositoryFiles(hub, snapshot, token);
	const readme = files.find(({ path }) => path === 'README.md');
	const card = readme && (await readFile(await downloadFile(hub, snapshot, readme, () => {}, token), 'utf8'));
	const configs = configsOfFiles(files, card ?? null);
	const { id } = snapshot;
	if (configs.length === 0) {
		const names = files.slice(0, namedFiles).map(({ path }) => path);
		const found = files.length > namedFiles ? `${names.join(', ')}, …` : names.join(', ');
		throw inputFailure('data.hub-no-data', { id, found: found || '–' });
	}
	return configs.map(({ name, splits }) => ({
		name,
		splits: splits.map(split => {
			refuseMissingShards(id, split.files);
			return { name: split.name, files: split.files.map(file => ({ snapshot, file })) };
		}),
	}));
}

/** A cache may hold some files of a split only; their names tell how many there are. */
function refuseMissingShards(id: string, files: readonly RepositoryFile[]): void {
	const present = new Map<string, number>();
	for (const { path } of files) {
		const [, stem, count] = /^(.*)-\d{5}-of-(\d{5})[^/]*$/.exec(path) ?? [];
		if (stem !== undefined && count !== undefined) {
			const key = `${stem}-of-${count}`;
			present.set(key, (present.get(key) ?? 0) + 1);
		}
	}
	for (const [key, count] of present) {
		const total = Number(key.slice(-5));
		if (count < total) {
			throw inputFailure('data.hub-missing-shards', { id, file: key, count, total });
		}
	}
}
