import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { guard } from './journal';
import { runFiles } from './runFolder';

/** Keeps a second process from writing the same run. A lock whose process is gone, as after kill -9, is taken over. */
export async function lockRun(folder: string): Promise<{ release(): Promise<void> }> {
	const file = path.join(folder, runFiles.lock);
	for (;;) {
		try {
			const handle = await guard(file, () => openNew(file));
			if (handle) {
				await guard(file, () => handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() })));
				await handle.close();
				return { release: () => rm(file, { force: true }) };
			}
		} catch (error) {
			await rm(file, { force: true });
			throw error;
		}
		const owner = await readOwner(file);
		if (owner && isAlive(owner)) {
			throw inputFailure('run.locked', { folder, pid: owner.pid });
		}
		await rm(file, { force: true });
	}
}

/** Whether another living process writes the run. */
export async function isLocked(folder: string): Promise<boolean> {
	const owner = await readOwner(path.join(folder, runFiles.lock));
	return owner !== null && isAlive(owner);
}

interface Owner {
	readonly pid: number;
	readonly host: string;
}

async function openNew(file: string) {
	try {
		return await open(file, 'wx');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
			return null;
		}
		throw error;
	}
}

async function readOwner(file: string): Promise<Owner | null> {
	try {
		const owner: unknown = JSON.parse(await readFile(file, 'utf8'));
		if (typeof owner === 'object' && owner && 'pid' in owner && typeof owner.pid === 'number' && 'host' in owner) {
			return { pid: owner.pid, host: String(owner.host) };
		}
	} catch {
		// Missing, or written only in part by a process that died: nobody's.
	}
	return null;
}

function isAlive({ pid, host }: Owner): boolean {
	if (host !== hostname()) {
		// A process elsewhere cannot be asked: believe it.
		return true;
	}
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
