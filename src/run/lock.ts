import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure, inputFailure, runFailure } from '../protocol/failure';
import type { MessageCode } from '../protocol/messages';
import { type BeforeWrite, guard } from './journal';
import { type LockOwner, lifeOf, ownerOf, parseOwner } from './lockOwner';
import { runFiles } from './runFolder';

/** A living owner touches its lock this often, in milliseconds. */
const touchEvery = 20_000;
/** A lock untouched for this long is nobody's, where its process cannot be asked: ids are used again, machines renamed. */
const staleAfter = 300_000;
/**
 * A look at the lock counts for so long, in milliseconds. Far less than it takes to lose a lock, so that who stood still
 * looks before the next write, and far more than a write takes.
 */
const lookEvery = 2000;

export interface RunLock {
	/**
	 * To be called before anything is written: a process that stood still for long may have lost the run to another one.
	 * @throws Failure where the lock is not this one any more.
	 */
	readonly stillOurs: BeforeWrite;
	/** Removes the lock, if it is still this one. */
	release(): Promise<void>;
}

/**
 * Keeps a second process from writing the same run. A lock whose process is gone, as after kill -9, is taken over; one whose
 * process lives is not, however long that one stands still.
 */
export async function lockRun(folder: string): Promise<RunLock> {
	const file = path.join(folder, runFiles.lock);
	const id = randomBytes(8).toString('hex');
	const text = JSON.stringify({ ...(await ownerOf(process.pid)), id });
	await take(folder, file, { own: `${file}.${process.pid}.${id}`, text });
	let looked = Number.NEGATIVE_INFINITY;
	const look = async () => {
		const began = Date.now();
		await touchOwn(folder, file, text);
		looked = began;
	};
	// Should it be lost, the next write says so.
	const timer = setInterval(() => void look().catch(() => {}), touchEvery);
	timer.unref();
	return {
		async stillOurs() {
			// By the clock on the wall, which goes on while a computer sleeps; it may also be set back.
			if (Math.abs(Date.now() - looked) >= lookEvery) {
				await look();
			}
		},
		async release() {
			clearInterval(timer);
			const lock = await read(file).catch(() => null);
			if (lock?.text === text) {
				await rm(file, { force: true });
			}
		},
	};
}

/** Whether a failure is that of `stillOurs`. */
export function isLoss(error: unknown): boolean {
	return error instanceof Failure && losses.has(error.reason.code);
}

const losses = new Set<MessageCode>(['run.taken-over', 'run.lock-gone']);

/** Whether somebody else is known to have the run. */
export async function isTakenOver({ stillOurs }: Pick<RunLock, 'stillOurs'>): Promise<boolean> {
	return stillOurs().then(
		() => false,
		error => error instanceof Failure && error.reason.code === 'run.taken-over',
	);
}

/** Whether another living process writes the run. */
export async function isLocked(folder: string): Promise<boolean> {
	// What cannot be read is told when somebody wants the lock.
	const lock = await read(path.join(folder, runFiles.lock)).catch(() => null);
	return lock !== null && (await holderOf(lock)) !== null;
}

/** Looks at the lock and touches it through one handle: whatever comes to stand in its place is never touched. */
async function touchOwn(folder: string, file: string, text: string): Promise<void> {
	const found = await guard(file, async () => {
		const handle = await unlessMissing(open(file, 'r+'));
		try {
			const found = await handle?.readFile('utf8');
			if (found === text) {
				const now = new Date();
				// A file system that knows no times keeps nobody from working.
				await handle?.utimes(now, now).catch(() => {});
			}
			return found;
		} finally {
			await handle?.close();
		}
	});
	if (found === text) {
		return;
	}
	const owner = parseOwner(found ?? '');
	throw owner
		? runFailure('run.taken-over', { folder, pid: owner.pid, host: owner.host })
		: runFailure('run.lock-gone', { folder, file });
}

/** @throws Failure naming who holds the lock. */
async function take(folder: string, file: string, { own, text }: { own: string; text: string }): Promise<void> {
	await guard(file, () => writeFile(own, text));
	try {
		while (!(await becomes(own, file))) {
			const lock = await guard(file, () => read(file));
			if (!lock) {
				continue;
			}
			const holder = await holderOf(lock);
			if (holder) {
				const { pid, host, isStopped } = holder;
				throw inputFailure(isStopped ? 'run.locked-stopped' : 'run.locked', { folder, file, pid, host });
			}
			await removeDead(file, lock);
		}
	} finally {
		await rm(own, { force: true });
	}
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

/** Removes a dead lock. One at a time does so, and only if it is still that one: nobody's living lock is ever taken away. */
async function removeDead(file: string, dead: Lock): Promise<void> {
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
		const lock = await guard(file, () => read(file));
		// Where there is none, the next moment somebody may have one, who waits for no takeover.
		if (lock?.text === dead.text && lock.touched === dead.touched) {
			await rm(file, { force: true });
		}
	} finally {
		// Who stood still in here finds it cleared away.
		await rmdir(takeover).catch(() => {});
	}
}

interface Lock {
	readonly text: string;
	/** Null: something is there that is not of our making, and nobody's. */
	readonly owner: LockOwner | null;
	/** In milliseconds since 1970. */
	readonly touched: number;
}

/** Null: there is none. */
async function read(file: string): Promise<Lock | null> {
	const found = await unlessMissing(Promise.all([readFile(file, 'utf8'), stat(file)]));
	if (!found) {
		return null;
	}
	const [text, { mtimeMs }] = found;
	return { text, owner: parseOwner(text), touched: mtimeMs };
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
	return work.catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') {
			return null;
		}
		throw error;
	});
}

/** The process that has a lock; null: nobody has. */
async function holderOf({ owner, touched }: Lock): Promise<(LockOwner & { readonly isStopped: boolean }) | null> {
	if (!owner) {
		return null;
	}
	const life = await lifeOf(owner);
	const isHeld = life === 'unknown' ? Date.now() - touched <= staleAfter : life !== 'gone';
	return isHeld ? { ...owner, isStopped: life === 'stopped' } : null;
}
