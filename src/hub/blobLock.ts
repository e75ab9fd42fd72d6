import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';

/** Milliseconds: how often a living owner touches its lock, when an untouched one is nobody's, and how often who waits looks. */
const touchEvery = 2000;
const staleAfter = 15_000;
const lookEvery = 200;

/**
 * Waits until nobody else works on something, then works on it. The lock saves fetching twice and no more: were it taken
 * over wrongly, both would write the same bytes at the same places.
 * @param isDone Asked while waiting: another process may have done the work. Then null is returned.
 */
export async function lockedWork<T>(
	lock: string,
	isDone: () => Promise<boolean>,
	work: () => Promise<T>,
	token: CancellationToken,
): Promise<T | null> {
	await mkdir(path.dirname(lock), { recursive: true });
	while (!(await take(lock))) {
		throwIfCancelled(token);
		if (await isDone()) {
			return null;
		}
		await sleep(lookEvery);
	}
	const timer = setInterval(() => {
		const now = new Date();
		utimes(lock, now, now).catch(() => {});
	}, touchEvery);
	timer.unref();
	try {
		return (await isDone()) ? null : await work();
	} finally {
		clearInterval(timer);
		await rm(lock, { force: true });
	}
}

async function take(lock: string): Promise<boolean> {
	try {
		await writeFile(lock, `${process.pid} ${hostname()}`, { flag: 'wx' });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
			throw error;
		}
	}
	if (!(await isAlive(lock))) {
		await rm(lock, { force: true });
	}
	return false;
}

async function isAlive(lock: string): Promise<boolean> {
	try {
		const [text, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)]);
		const [pid, ...host] = text.split(' ');
		if (Date.now() - mtimeMs > staleAfter) {
			return false;
		}
		if (host.join(' ') === hostname()) {
			process.kill(Number(pid), 0);
		}
		return true;
	} catch (error) {
		// No such process, or no lock any more; a process of somebody else lives.
		const { code } = error as NodeJS.ErrnoException;
		return code !== 'ESRCH' && code !== 'ENOENT';
	}
}
