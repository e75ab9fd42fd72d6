import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { guard } from './journal';
import { runFiles } from './runFolder';

/** A living owner touches its lock this often, in milliseconds. */
const touchEvery = 20_000;
/** A lock untouched for this long is nobody's, whatever its process id says: ids are used again, machines renamed. */
const staleAfter = 300_000;

interface Owner {
	readonly pid: number;
	readonly host: string;
}

/** Keeps a second process from writing the same run. A lock whose process is gone, as after kill -9, is taken over. */
export async function lockRun(folder: string): Promise<{ release(): Promise<void> }> {
	const file = path.join(folder, runFiles.lock);
	const own = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
	await guard(file, () => writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner)));
	try {
		while (!(await becomes(own, file))) {
			const before = await read(file);
			if (typeof before === 'object' && isAlive(before)) {
				throw inputFailure('run.locked', { folder, file, ...before.owner });
			}
			await removeDead(file);
		}
	} finally {
		await rm(own, { force: true });
	}
	const timer = setInterval(() => {
		const now = new Date();
		// Should the folder be gone, the next write says so better.
		utimes(file, now, now).catch(() => {});
	}, touchEvery);
	timer.unref();
	return {
		async release() {
			clearInterval(timer);
			await rm(file, { force: true });
		},
	};
}

/** Whether another living process writes the run. */
export async function isLocked(folder: string): Promise<boolean> {
	const lock = await read(path.join(folder, runFiles.lock));
	return typeof lock === 'object' && isAlive(lock);
}

/** A link appears whole or not at all, and never over another one. */
async function becomes(own: string, file: string): Promise<boolean> {
	try {
		await link(own, file);
		return true;
	} catch (error) {
		switch ((error as NodeJS.ErrnoException).code) {
			case 'EEXIST':
				return false;
			case 'EPERM':
			case 'ENOTSUP':
			case 'ENOSYS':
				// A file system without links.
				return writeNew(file, await readFile(own, 'utf8'));
			default:
				return guard(file, () => Promise.reject(error));
		}
	}
}

async function writeNew(file: string, text: string): Promise<boolean> {
	try {
		await writeFile(file, text, { flag: 'wx' });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
			return false;
		}
		return guard(file, () => Promise.reject(error));
	}
}

/** A takeover takes milliseconds; one that is older was cut short. */
const takeoverStaleAfter = 10_000;

/** Removes a dead lock. One at a time does so, and looks again before: nobody's living lock is ever taken away. */
async function removeDead(file: string): Promise<void> {
	const takeover = `${file}.takeover`;
	try {
		await mkdir(takeover);
	} catch {
		const since = await stat(takeover).then(
			({ mtimeMs }) => mtimeMs,
			() => Number.POSITIVE_INFINITY,
		);
		if (Date.now() - since > takeoverStaleAfter) {
			await rmdir(takeover).catch(() => {});
		}
		await new Promise(resolve => setTimeout(resolve, 5));
		return;
	}
	try {
		const lock = await read(file);
		// Where there is none, the next moment somebody may have one, who waits for no takeover.
		if (lock !== 'none' && !(typeof lock === 'object' && isAlive(lock))) {
			await rm(file, { force: true });
		}
	} finally {
		await rmdir(takeover);
	}
}

interface Lock {
	readonly owner: Owner;
	readonly touched: number;
}

/** `foreign`: something is there that is not of our making, and nobody's. */
async function read(file: string): Promise<Lock | 'none' | 'foreign'> {
	try {
		const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
		const owner: unknown = JSON.parse(text);
		if (typeof owner === 'object' && owner && 'pid' in owner && typeof owner.pid === 'number' && 'host' in owner) {
			return { owner: { pid: owner.pid, host: String(owner.host) }, touched: mtimeMs };
		}
	} catch (error) {
		// Node's file system throws errors that carry a code.
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return 'none';
		}
	}
	return 'foreign';
}

function isAlive({ owner, touched }: Lock): boolean {
	if (Date.now() - touched > staleAfter) {
		return false;
	}
	if (owner.host !== hostname()) {
		// A process elsewhere cannot be asked.
		return true;
	}
	try {
		process.kill(owner.pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
