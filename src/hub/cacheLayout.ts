import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { getRepoFolderName } from '@huggingface/hub';
import { inputFailure } from '../protocol/failure';
import type { RepositoryFile, RepositoryType, Snapshot } from './repository';

/*
 * The cache that Python's huggingface_hub keeps, so that both find what the other fetched:
 *
 *   <cache>/datasets--owner--name/            models--… likewise
 *     blobs/<oid>                             content, by git hash or, of LFS files, by SHA-256
 *     snapshots/<commit>/<path>               relative links into blobs
 *     refs/<revision>                         the commit, without a line end
 *     .eval-lens/                             ours: listings, parts of files, some refs; Python passes over it
 *
 * Python takes a repository for corrupted that has no folder `snapshots`, or a ref to a commit without a folder in there.
 *
 * What @huggingface/hub writes there does not do: a branch's files go below the commit that each was last changed in, without
 * checksum, resuming or refs; and scanCacheDir passes over a repository without refs.
 *
 * Paths, revisions and hashes come from the Hub and from evaluation files: none may lead out of these folders.
 */

/** The folder of a repository in the cache. */
function repositoryFolder(cache: string, type: RepositoryType, id: string): string {
	requireRepositoryId(id);
	return path.join(cache, getRepoFolderName({ type, name: id }));
}

/** @throws Failure for what is no id: it is asked of nobody, and leads to no folder. */
export function requireRepositoryId(id: string): void {
	if (!isRepositoryId(id)) {
		throw inputFailure('hub.bad-id', { id });
	}
}

/** `owner/name` or `name`, in the characters and lengths of the Hub. */
export function isRepositoryId(id: string): boolean {
	return id.length <= 96 && /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(id) && !/--|\.\./.test(id);
}

/** 40 hex digits: a revision that never moves. */
export function isCommit(revision: string): boolean {
	return /^[0-9a-f]{40}$/.test(revision);
}

export function snapshotFolder(cache: string, { type, id, commit }: Snapshot): string {
	if (!isCommit(commit)) {
		throw inputFailure('hub.bad-revision', { revision: commit });
	}
	return path.join(repositoryFolder(cache, type, id), 'snapshots', commit);
}

/** Where a file of a snapshot stands; a path that leads elsewhere is refused. */
export function snapshotPath(cache: string, snapshot: Snapshot, file: string): string {
	if (!isInside(file)) {
		throw inputFailure('hub.bad-path', { id: snapshot.id, file });
	}
	return path.join(snapshotFolder(cache, snapshot), ...file.split('/'));
}

export function blobPath(cache: string, { type, id }: Snapshot, { path: file, oid }: RepositoryFile): string {
	if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)) {
		throw inputFailure('hub.bad-path', { id, file });
	}
	return path.join(repositoryFolder(cache, type, id), 'blobs', oid);
}

/** A place for what we keep of a repository and Python does not know. */
export function ownPath(cache: string, { type, id }: Omit<Snapshot, 'commit'>, ...parts: readonly string[]): string {
	return path.join(repositoryFolder(cache, type, id), '.eval-lens', ...parts);
}

/** Writes a file of ours, named by `ownPath`. */
export async function writeOwn(
	cache: string,
	{ type, id }: Omit<Snapshot, 'commit'>,
	file: string,
	content: string | Uint8Array,
): Promise<void> {
	await mkdir(path.join(repositoryFolder(cache, type, id), 'snapshots'), { recursive: true });
	await writeWhole(file, content);
}

/** The commit that a branch or tag had when it was last asked for; null where the cache does not know. */
export async function readRef(
	cache: string,
	type: RepositoryType,
	id: string,
	revision: string,
): Promise<string | null> {
	const [own, shared] = await Promise.all([
		readDatedRef(ownRefPath(cache, { type, id }, revision)),
		readDatedRef(refPath(cache, type, id, revision)),
	]);
	return (own && shared ? (own.written >= shared.written ? own : shared) : (own ?? shared))?.commit ?? null;
}

async function readDatedRef(file: string): Promise<{ readonly commit: string; readonly written: number } | null> {
	try {
		const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
		const [commit = ''] = text.trim().split(' ');
		return isCommit(commit) ? { commit, written: mtimeMs } : null;
	} catch {
		return null;
	}
}

/** Writes down what commit a branch or tag has: for everybody where there is a snapshot of it, else for us. */
export async function writeRef(cache: string, snapshot: Snapshot, revision: string): Promise<void> {
	const { type, id, commit } = snapshot;
	const shared = refPath(cache, type, id, revision);
	const own = ownRefPath(cache, snapshot, revision);
	if ((await stat(snapshotFolder(cache, snapshot)).catch(() => null))?.isDirectory()) {
		await writeWhole(shared, commit);
		await rm(own, { force: true });
	} else {
		await writeOwn(cache, snapshot, own, `${commit} ${revision}`);
	}
}

/** Refs that waited for a snapshot of their commit, which there is now, become everybody's. */
async function shareRefs(cache: string, snapshot: Snapshot): Promise<void> {
	const folder = ownPath(cache, snapshot, 'refs');
	for (const name of await readdir(folder).catch(() => [])) {
		const text = await readFile(path.join(folder, name), 'utf8').catch(() => '');
		const [, commit, revision] = /^(\S+) (.+)$/.exec(text) ?? [];
		if (commit !== snapshot.commit || revision === undefined) {
			continue;
		}
		// Python may have asked later than we did.
		if ((await readRef(cache, snapshot.type, snapshot.id, revision)) === commit) {
			await writeRef(cache, snapshot, revision);
		}
	}
}

/** Named by a hash, so that a revision needs no folders; it stands inside, after the commit. */
function ownRefPath(cache: string, repository: Omit<Snapshot, 'commit'>, revision: string): string {
	return ownPath(cache, repository, 'refs', createHash('sha256').update(revision).digest('hex'));
}

function refPath(cache: string, type: RepositoryType, id: string, revision: string): string {
	if (!isInside(revision)) {
		throw inputFailure('hub.bad-revision', { revision });
	}
	return path.join(repositoryFolder(cache, type, id), 'refs', ...revision.split('/'));
}

/** Forward slashes between names that every file system takes for names, and none that means another folder. */
function isInside(file: string): boolean {
	return file.split('/').every(part => part !== '' && part !== '.' && part !== '..' && !hasUnsafe(part));
}

function hasUnsafe(part: string): boolean {
	// Windows reads a backslash as a separator, a colon as a drive or a stream, and drops dots and blanks at the end.
	const reserved = process.platform === 'win32' && (/[:*?"<>|]|[. ]$/.test(part) || /^(con|nul|aux|prn)$/i.test(part));
	return reserved || [...part].some(character => character === '\\' || character < ' ' || character === '\x7f');
}

/** A file that appears as a whole, whoever else writes it at the same time. */
async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
	await mkdir(path.dirname(file), { recursive: true });
	const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
	try {
		await writeFile(temporary, content);
		await rename(temporary, file);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}

/** Makes a blob appear in its snapshot: a relative link, or a copy where links are refused. Returns the path of the file. */
export async function linkBlob(cache: string, snapshot: Snapshot, file: RepositoryFile): Promise<string> {
	const pointer = snapshotPath(cache, snapshot, file.path);
	const blob = blobPath(cache, snapshot, file);
	await mkdir(path.dirname(pointer), { recursive: true });
	const temporary = `${pointer}.${randomBytes(6).toString('hex')}.tmp`;
	try {
		// Made aside and renamed: a link whose blob is gone is replaced, and nobody sees half a copy.
		await symlink(path.relative(path.dirname(pointer), blob), temporary, 'file').catch(async error => {
			if (!refusesLinks(error)) {
				throw error;
			}
			await copyFile(blob, temporary);
		});
		await rename(temporary, pointer);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
	// The file is there, whatever becomes of the refs.
	await shareRefs(cache, snapshot).catch(() => {});
	return pointer;
}

function refusesLinks(error: unknown): boolean {
	const code = (error as NodeJS.ErrnoException).code ?? ''; // Node's file system throws errors that carry a code
	return ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'UNKNOWN'].includes(code);
}

/** What the cache holds of a file, which need not be all of it. */
export interface CachedFile {
	readonly path: string;
	/** Bytes. */
	readonly size: number;
}

/** The file of a snapshot where the cache holds it, whoever fetched it; null where not, or where its link leads nowhere. */
export async function cachedFile(cache: string, snapshot: Snapshot, file: string): Promise<CachedFile | null> {
	return fileAt(snapshotPath(cache, snapshot, file));
}

export async function cachedBlob(cache: string, snapshot: Snapshot, file: RepositoryFile): Promise<CachedFile | null> {
	return fileAt(blobPath(cache, snapshot, file));
}

async function fileAt(place: string): Promise<CachedFile | null> {
	const found = await stat(place).catch(() => null);
	return found?.isFile() ? { path: place, size: found.size } : null;
}
