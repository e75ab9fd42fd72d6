import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { type Message, message } from '../../protocol/messages';

/**
 * Where CUDA support lies: a folder for each version of ONNX Runtime, with copies of the packaged library and binding and
 * what was downloaded, as ONNX Runtime looks for its providers beside itself. Not in the extension's own folder, which is
 * replaced by each update, and one for the extension and the command line.
 */
export function cudaRoot(env: NodeJS.ProcessEnv = process.env): string {
	const cache = env.XDG_CACHE_HOME;
	const base = cache && path.isAbsolute(cache) ? cache : path.join(homedir(), '.cache');
	return path.join(base, 'eval-lens', 'cuda');
}

/** ONNX Runtime for Node brings CUDA to this platform alone; on Windows it has DirectML. */
export function isCudaPlatform(platform: string = process.platform, arch: string = process.arch): boolean {
	return platform === 'linux' && arch === 'x64';
}

/** Names of the driver's devices: NVIDIA's own, or what Windows lends to its Linux. */
const driverFiles = ['/dev/nvidiactl', '/proc/driver/nvidia/version', '/dev/dxg'];

function hasNvidiaDriver(): boolean {
	return driverFiles.some(file => existsSync(file));
}

export const packagedFolder = (enginePath: string): string => path.join(path.dirname(enginePath), 'onnxruntime');

/** Of the packaged ONNX Runtime, as the build wrote it down; null where there is none. */
export async function packagedVersion(enginePath: string): Promise<string | null> {
	const text = await readFile(path.join(packagedFolder(enginePath), 'version.txt'), 'utf8').catch(() => '');
	return /^\d+\.\d+\.\d+[\w.-]*$/.test(text.trim()) ? text.trim() : null;
}

/** Written last: a folder that has it is complete. */
export const installedFile = 'installed.json';

const installed = z.object({
	/** Bytes of each file in the folder. */
	files: z.record(z.string(), z.number()),
	/** Of the package that the providers come from, as its registry writes it. */
	sha512: z.string(),
});
export type InstalledCuda = z.output<typeof installed>;

/** The folder with CUDA support for the packaged ONNX Runtime; null where there is none, or files of it are missing. */
export async function installedCuda(root: string, enginePath: string): Promise<string | null> {
	const version = await packagedVersion(enginePath);
	if (version === null) {
		return null;
	}
	const folder = path.join(root, version);
	try {
		const { files } = installed.parse(JSON.parse(await readFile(path.join(folder, installedFile), 'utf8')));
		const sizes = await Promise.all(
			Object.entries(files).map(async ([name, size]) => (await stat(path.join(folder, name))).size === size),
		);
		return sizes.every(Boolean) ? folder : null;
	} catch {
		return null;
	}
}

/** The folder to load ONNX Runtime from for CUDA, or why there is none. */
export async function cudaRuntime(
	root: string,
	enginePath: string,
	hasDriver: () => boolean = hasNvidiaDriver,
): Promise<{ readonly folder: string } | { readonly missing: Message }> {
	if (!hasDriver()) {
		return { missing: message('engine.cuda-no-driver', {}) };
	}
	const folder = await installedCuda(root, enginePath);
	return folder === null ? { missing: message('engine.cuda-not-installed', {}) } : { folder };
}
