import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Outside the sources and gone with `npm ci`. */
const builds = path.join(root, 'node_modules/.cache/eval-lens-engine');
const staleAfterMs = 60 * 60 * 1000;

let building: Promise<string> | undefined;

/**
 * The engine process as esbuild.mjs builds it, for tests that run it. Built once for a state of the sources, whichever
 * test file asks first: the folder is named after their hash and appears all at once.
 */
export function enginePath(): Promise<string> {
	building ??= build();
	return building;
}

async function build(): Promise<string> {
	const folder = path.join(builds, await sourcesHash());
	if (!existsSync(folder)) {
		await mkdir(builds, { recursive: true });
		await removeStale();
		const unfinished = await mkdtemp(path.join(builds, 'unfinished-'));
		await promisify(execFile)(process.execPath, ['esbuild.mjs', '--only=engine', `--outdir=${unfinished}`], {
			cwd: root,
		});
		await rename(unfinished, folder).catch(async error => {
			await rm(unfinished, { recursive: true });
			if (!existsSync(folder)) {
				throw error;
			}
		});
	}
	return path.join(folder, 'engine.cjs');
}

async function sourcesHash(): Promise<string> {
	const folders = ['src/engine', 'src/protocol', 'src/tokenizer'];
	const inside = await Promise.all(
		folders.map(async folder => {
			const names = await readdir(path.join(root, folder), { recursive: true });
			return names.filter(name => name.endsWith('.ts')).map(name => path.join(folder, name));
		}),
	);
	const hash = createHash('sha256');
	for (const file of ['esbuild.mjs', 'package-lock.json', ...inside.flat().sort()]) {
		hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
	}
	return hash.digest('hex').slice(0, 16);
}

/** Builds of earlier sources; a young one may be in use by tests that run at this moment. */
async function removeStale(): Promise<void> {
	for (const name of await readdir(builds)) {
		const folder = path.join(builds, name);
		const changed = (await stat(folder).catch(() => null))?.mtimeMs ?? Date.now();
		if (Date.now() - changed > staleAfterMs) {
			await rm(folder, { recursive: true, force: true });
		}
	}
}
