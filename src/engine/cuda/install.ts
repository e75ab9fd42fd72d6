import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lockedWork } from '../../hub/blobLock';
import type { CancellationToken } from '../../protocol/cancellation';
import { Failure, inputFailure, runFailure } from '../../protocol/failure';
import { downloadPackage } from './download';
import {
	type InstalledCuda,
	installedCuda,
	installedFile,
	isCudaPlatform,
	packagedFolder,
	packagedVersion,
} from './place';
import { hostOf, type PublishedPackage, packageName, publishedPackage, type Registry } from './registry';
import { BrokenZip, extractEntry, type ZipEntry, zipEntries } from './zip';

/** The files of the package that CUDA needs; TensorRT's stays where it is. */
const libraries = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] as const;
const insidePackage = (name: string) => `runtimes/linux-x64/native/${name}`;
/** Unpacked, in bytes: a library is some hundred megabytes. */
const largestLibrary = 2 ** 31;

export interface CudaPlace {
	/** Holds a folder for each version. */
	readonly root: string;
	/** The built engine.cjs, beside the packaged ONNX Runtime. */
	readonly enginePath: string;
	/** Default: this computer's. */
	readonly platform?: { readonly os: string; readonly arch: string };
}

/** What will be downloaded, for the person to agree to. */
export interface CudaPlan {
	readonly package: PublishedPackage;
	/** The registry's. */
	readonly host: string;
	readonly folder: string;
}

/** Bytes received of the package, then unpacked. */
export interface CudaProgress {
	readonly phase: 'downloading' | 'unpacking';
	readonly done: number;
	readonly total: number;
}

/**
 * Looks up what CUDA support for the packaged ONNX Runtime consists of; downloads nothing of it.
 * @returns Null where it is installed already.
 * @throws Failure on platforms that have no CUDA support, and where the registry does not answer.
 */
export async function planCuda(
	place: CudaPlace,
	registry: Registry,
	token: CancellationToken,
): Promise<CudaPlan | null> {
	const { os, arch } = place.platform ?? { os: process.platform, arch: process.arch };
	if (!isCudaPlatform(os, arch)) {
		throw inputFailure('cuda.platform', { platform: `${os}-${arch}` });
	}
	const version = await packagedVersion(place.enginePath);
	if (version === null) {
		throw inputFailure('cuda.no-runtime', { folder: packagedFolder(place.enginePath) });
	}
	if (await installedCuda(place.root, place.enginePath)) {
		return null;
	}
	const found = await publishedPackage(registry, packageName, version, token);
	return { package: found, host: hostOf(found.url), folder: path.join(place.root, version) };
}

/**
 * Downloads the package, checks it, and makes the folder that the engine loads ONNX Runtime from. The folder appears all
 * at once; the package goes when it is there. What was received before an error or a cancellation is gone on from.
 */
export async function installCuda(
	place: CudaPlace,
	registry: Registry,
	plan: CudaPlan,
	onProgress: (progress: CudaProgress) => void,
	token: CancellationToken,
): Promise<void> {
	const { version, size } = plan.package;
	const download = path.join(place.root, `${version}.nupkg.incomplete`);
	await guarded(place.root, async () => {
		await makeRoom(place.root, size);
		await lockedWork(
			path.join(place.root, `${version}.lock`),
			async () => (await installedCuda(place.root, place.enginePath)) !== null,
			async () => {
				const tell = (done: number) => onProgress({ phase: 'downloading', done, total: size });
				await downloadPackage(registry, plan.package, download, tell, token);
				await unpack(place, plan, download, onProgress, token);
				await rm(download, { force: true });
			},
			token,
		);
	});
}

async function unpack(
	place: CudaPlace,
	{ package: { name, version, sha512 }, folder }: CudaPlan,
	archive: string,
	onProgress: (progress: CudaProgress) => void,
	token: CancellationToken,
): Promise<void> {
	const entries = await entriesOf(archive, name, version);
	const total = entries.reduce((sum, { size }) => sum + size, 0);
	await makeRoom(place.root, total);
	const unfinished = `${folder}.unfinished`;
	await rm(unfinished, { recursive: true, force: true });
	await mkdir(unfinished, { recursive: true });
	try {
		let done = 0;
		for (const entry of entries) {
			const tell = (bytes: number) => {
				done += bytes;
				onProgress({ phase: 'unpacking', done, total });
			};
			await extractEntry(archive, entry, path.join(unfinished, path.posix.basename(entry.name)), tell, token);
		}
		// ONNX Runtime looks for its providers in the folder that it was itself loaded from, links resolved.
		const packaged = packagedFolder(place.enginePath);
		for (const file of (await readdir(packaged)).filter(file => /\.node$|\.so(\.\d+)*$/.test(file))) {
			await copyFile(path.join(packaged, file), path.join(unfinished, file), constants.COPYFILE_FICLONE);
		}
		const names = await readdir(unfinished);
		const sizes = await Promise.all(names.map(async file => [file, (await stat(path.join(unfinished, file))).size]));
		const record: InstalledCuda = { files: Object.fromEntries(sizes), sha512 };
		await writeFile(path.join(unfinished, installedFile), JSON.stringify(record), { flush: true });
		// One that is there is damaged, else this one would not be made.
		await rm(folder, { recursive: true, force: true });
		await rename(unfinished, folder);
	} catch (error) {
		await rm(unfinished, { recursive: true, force: true });
		throw error instanceof BrokenZip ? brokenPackage(error, name, version) : error;
	}
}

async function entriesOf(archive: string, name: string, version: string): Promise<readonly ZipEntry[]> {
	try {
		const found = await zipEntries(archive, libraries.map(insidePackage));
		return libraries.map(library => {
			const entry = found.get(insidePackage(library));
			if (!entry || entry.size > largestLibrary) {
				throw new BrokenZip(entry ? `${library} of ${entry.size} bytes` : `no ${library}`);
			}
			return entry;
		});
	} catch (error) {
		throw error instanceof BrokenZip ? brokenPackage(error, name, version) : error;
	}
}

function brokenPackage(error: BrokenZip, name: string, version: string): Failure {
	return runFailure('cuda.broken-package', { name, version, reason: error.message }, error);
}

async function makeRoom(folder: string, bytes: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	// Some file systems do not say; they fail when they are full.
	const disk = await statfs(folder).catch(() => null);
	const free = disk && disk.bsize > 0 && disk.blocks > 0 ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
	if (free < bytes) {
		const megabytes = (count: number) => Math.ceil(count / 1e6);
		throw runFailure('cuda.no-space', { folder, needed: megabytes(bytes), free: megabytes(free) });
	}
}

/** Errors of the disk as sentences. */
async function guarded<T>(folder: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		// Node's file system throws errors that carry a code.
		const code = (error as NodeJS.ErrnoException).code;
		if (error instanceof Failure || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) {
			throw error;
		}
		throw ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)
			? runFailure('cuda.disk-full', { folder }, error)
			: runFailure('cuda.not-writable', { folder, code }, error);
	}
}
