import { cachedFile } from '../hub/cacheLayout';
import { type DownloadProgress, downloadFile, downloadFiles, type OnDownload, type WantedFile } from '../hub/download';
import type { Hub } from '../hub/hub';
import { openRemoteFile } from '../hub/remoteFile';
import type { CancellationToken } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import type { SplitContent } from './dataSource';
import type { DataFile } from './dataset';
import { openParquet } from './parquetTable';
import { readFile } from './readFile';
import { joinTables, type Table } from './table';

/** Bytes up to which a file is downloaded whole, so that Python finds it too. */
export const wholeFileLimit = 64 * 2 ** 20;

/** A split with its files, in order. */
export interface HubSplit {
	/** For sentences. */
	readonly path: string;
	/** Of the dataset. */
	readonly commit: string;
	readonly limit: number | null;
	readonly files: readonly WantedFile[];
}

interface ReadFile {
	readonly table: Table;
	readonly file: DataFile;
}

/**
 * Reads splits of a dataset on the Hub. Files are downloaded whole, at first all of those that are needed in any case; of
 * large Parquet files only the columns and row groups that are needed, where that is less than the whole.
 */
export async function readHubSplits(
	hub: Hub,
	splits: readonly HubSplit[],
	onDownload: OnDownload,
	token: CancellationToken,
): Promise<SplitContent[]> {
	const needed = splits.flatMap(({ files, limit }) => (limit === null ? files : files.slice(0, 1)));
	const told = steps(onDownload);
	await downloadFiles(
		hub,
		needed.filter(({ file }) => !isReadInParts(file)),
		told.next(),
		token,
	);
	const contents: SplitContent[] = [];
	for (const { path, commit, limit, files } of splits) {
		const read: ReadFile[] = [];
		let left = limit;
		for (const wanted of files) {
			if (left !== null && left <= 0) {
				break;
			}
			const one = await readWanted(hub, wanted, commit, left, told.next(), token);
			read.push(one);
			left = left === null ? null : left - one.table.rows.length;
		}
		contents.push({ path, table: joinTables(read.map(({ table }) => table)), files: read.map(({ file }) => file) });
	}
	return contents;
}

/** Steps follow each other; what earlier ones received stays counted. */
function steps(onDownload: OnDownload) {
	let before = 0;
	let latest: DownloadProgress = { received: 0, total: 0 };
	return {
		next(): OnDownload {
			before += latest.received;
			latest = { received: 0, total: 0 };
			return progress => {
				latest = progress;
				onDownload({ received: before + progress.received, total: before + progress.total });
			};
		},
	};
}

export function isReadInParts({ path, size }: WantedFile['file']): boolean {
	return size > wholeFileLimit && /\.parquet$/i.test(path);
}

async function readWanted(
	hub: Hub,
	wanted: WantedFile,
	datasetCommit: string,
	limit: number | null,
	onDownload: OnDownload,
	token: CancellationToken,
): Promise<ReadFile> {
	const { snapshot, file } = wanted;
	const { path, sha256 } = file;
	const shown = `${snapshot.id}/${path}`;
	const commit = snapshot.commit === datasetCommit ? {} : { commit: snapshot.commit };
	const inParts = isReadInParts(file) && sha256 !== null && (await cachedFile(hub.cache, snapshot, path)) === null;
	if (inParts) {
		const part = await readParts(hub, wanted, shown, limit, onDownload, token);
		if (part) {
			return { table: part.table, file: { path, ...commit, sha256, rows: part.rows } };
		}
	}
	const local = await downloadFile(hub, snapshot, file, onDownload, token);
	const { sha256: hash, ...table } = await readFile(local, token).catch(error => {
		throw named(error, local, shown);
	});
	return { table, file: { path, ...commit, sha256: hash, rows: table.rows.length } };
}

/** Null where all of the file would be read. */
async function readParts(
	hub: Hub,
	{ snapshot, file }: WantedFile,
	shown: string,
	limit: number | null,
	onDownload: OnDownload,
	token: CancellationToken,
): Promise<{ readonly table: Table; readonly rows: number } | null> {
	let received = 0;
	let total = 0;
	const remote = openRemoteFile(
		hub,
		snapshot,
		file,
		count => {
			received += count;
			onDownload({ received, total: Math.max(total, received) });
		},
		token,
	);
	const parquet = await openParquet(shown, remote);
	const isLess = parquet.bytesColumns.length > 0 || (limit !== null && limit < parquet.rows);
	if (!isLess) {
		return null;
	}
	total = received + parquet.size(limit);
	return { table: await parquet.read(limit, token), rows: parquet.rows };
}

/** A sentence about a file of the cache, made to name the file of the repository. */
function named(error: unknown, local: string, shown: string): unknown {
	if (!(error instanceof Failure) || error.reason.params.path !== local) {
		return error;
	}
	const { code, params } = error.reason;
	return new Failure(error.kind, { code, params: { ...params, path: shown } }, { cause: error });
}
