import * as z from 'zod';
import { type CancellationToken, Cancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { withSignal } from './abort';
import type { WantedFile } from './download';
import type { Hub } from './hub';
import { hubJson } from './hubJson';
import type { RepositoryFile, Snapshot } from './repository';
import { repositoryFiles } from './repositoryFiles';
import { isUnreachable, resolveSnapshot } from './snapshot';

/** Splits of a dataset as Parquet files, in the viewer's order. */
export interface ParquetSplit {
	readonly config: string;
	readonly split: string;
	readonly files: readonly WantedFile[];
}

/** What the viewer has for a snapshot. */
export type ParquetListing =
	| { readonly splits: readonly ParquetSplit[] }
	/** Why it is of no use; `passing`: it may be later. */
	| { readonly splits: null; readonly passing: boolean };

const converted = 'refs/convert/parquet';

const listingSchema = z.object({
	parquet_files: z.array(z.object({ config: z.string(), split: z.string(), url: z.string() })),
	pending: z.array(z.unknown()).default([]),
	failed: z.array(z.unknown()).default([]),
	partial: z.boolean().default(false),
});

const none: ParquetListing = { splits: null, passing: false };

/**
 * The Parquet files that the dataset viewer has for a snapshot: converted ones, pinned to the commit of their branch, or the
 * dataset's own. Null where it has none, not all of them, not whole ones, or those of another commit: the viewer knows the
 * newest only.
 */
export async function parquetFiles(hub: Hub, snapshot: Snapshot, token: CancellationToken): Promise<ParquetListing> {
	try {
		const url = `${hub.viewerEndpoint}/parquet?dataset=${encodeURIComponent(snapshot.id)}`;
		// There is another way to the data: what the viewer has not ready is not waited for.
		const { value, headers } = await withSignal(token, signal =>
			hubJson(hub, url, listingSchema, signal, { tries: 2 }),
		);
		const isWhole = value.pending.length === 0 && value.failed.length === 0 && !value.partial;
		if (!isWhole || value.parquet_files.length === 0) {
			return { splits: null, passing: value.pending.length > 0 };
		}
		const commit =
			headers.get('X-Revision') ?? (await resolveSnapshot(hub, 'dataset', snapshot.id, 'main', token)).commit;
		return commit === snapshot.commit ? await located(hub, snapshot, value.parquet_files, token) : none;
	} catch (error) {
		if (error instanceof Cancelled || !(error instanceof Failure)) {
			throw error;
		}
		return { splits: null, passing: isUnreachable(error) || error.reason.code === 'hub.viewer-prepares' };
	}
}

type Listed = z.output<typeof listingSchema>['parquet_files'][number];

async function located(
	hub: Hub,
	snapshot: Snapshot,
	listed: readonly Listed[],
	token: CancellationToken,
): Promise<ParquetListing> {
	const sources = new Map<
		string,
		{ readonly snapshot: Snapshot; readonly files: ReadonlyMap<string, RepositoryFile> }
	>();
	const splits = new Map<string, { config: string; split: string; files: WantedFile[] }>();
	for (const { config, split, url } of listed) {
		const place = placeOf(url);
		const isConverted = place?.revision === converted;
		if (!place || place.path.split('/').some(part => part.startsWith('partial-'))) {
			return none;
		}
		// Any other revision is what the viewer calls the commit that it knows, which is ours.
		const key = isConverted ? converted : '';
		let source = sources.get(key);
		if (!source) {
			const of = isConverted ? await resolveSnapshot(hub, 'dataset', snapshot.id, converted, token) : snapshot;
			const files = await repositoryFiles(hub, of, token);
			source = { snapshot: of, files: new Map(files.map(file => [file.path, file])) };
			sources.set(key, source);
		}
		const file = source.files.get(place.path);
		if (!file) {
			return { splits: null, passing: true }; // the branch has moved on since
		}
		const name = JSON.stringify([config, split]);
		const entry = splits.get(name) ?? { config, split, files: [] };
		splits.set(name, entry);
		entry.files.push({ snapshot: source.snapshot, file });
	}
	return { splits: [...splits.values()] };
}

/** Of an address `…/resolve/<revision>/<path>`; the server that it names is not asked. */
function placeOf(url: string): { readonly revision: string; readonly path: string } | null {
	const [, revision, path] = /\/resolve\/([^/]+)\/(.+)$/.exec(URL.canParse(url) ? new URL(url).pathname : '') ?? [];
	try {
		return revision && path ? { revision: decodeURIComponent(revision), path: decodeURIComponent(path) } : null;
	} catch {
		return null;
	}
}
