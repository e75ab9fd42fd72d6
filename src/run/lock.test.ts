import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLocked, lockRun } from './lock';
import { type LockOwner, lifeOf, ownerOf } from './lockOwner';

let folder: string;
let file: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
	file = path.join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** No process has this id: it is above what systems give. */
const deadPid = 2 ** 30;
const write = (pid: number, host: string) => writeFileSync(file, JSON.stringify({ pid, host }));
const hour = 3_600_000;
const writeOld = (owner: LockOwner) => {
	writeFileSync(file, JSON.stringify(owner));
	const then = new Date(Date.now() - hour);
	utimesSync(file, then, then);
};

describe('lockRun', () => {
	it('lets one in, names it to the others, and leaves nothing behind', async () => {
		const lock = await lockRun(folder);
		expect(await isLocked(folder)).toBe(true);
		await expect(lockRun(folder)).rejects.toThrow(`${process.pid}`);
		await lock.release();
		expect(await isLocked(folder)).toBe(false);
		expect(readdirSync(folder)).toEqual([]);
	});

	it('lets one of many in over a dead lock', async () => {
		for (let round = 0; round < 20; round++) {
			write(deadPid, hostname());
			const tries = await Promise.allSettled(Array.from({ length: 5 }, () => lockRun(folder)));
			const owners = tries.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []));
			expect(owners).toHaveLength(1);
			await owners[0]?.release();
			expect(readdirSync(folder)).toEqual([]);
		}
	});

	it('believes a lock of another host while it is touched', async () => {
		write(deadPid, 'elsewhere');
		await expect(lockRun(folder)).rejects.toThrow('elsewhere');
		const long = new Date(Date.now() - hour);
		utimesSync(file, long, long);
		await (await lockRun(folder)).release();
	});

	it('takes a lock that is no lock for nobody’s', async () => {
		for (const text of ['', 'null', '{"pid": "x"}']) {
			writeFileSync(file, text);
			await (await lockRun(folder)).release();
		}
	});
});

/** A process that does nothing, for as long as `work` takes. */
async function withProcess(work: (child: ChildProcess, pid: number) => Promise<void>): Promise<void> {
	const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
	const ended = once(child, 'exit');
	try {
		await once(child, 'spawn');
		await work(child, child.pid ?? expect.fail('never started'));
	} finally {
		child.kill('SIGKILL');
		await ended;
	}
}

describe.skipIf(process.platform === 'win32')('a lock whose process is asked', () => {
	it('is held for as long as that lives, however long it stands still, and says so', async () => {
		await withProcess(async (child, pid) => {
			const owner = await ownerOf(pid);
			writeOld(owner);
			expect(await isLocked(folder)).toBe(true);
			await expect(lockRun(folder)).rejects.toThrow(`Process ${pid} on ${hostname()} is writing`);
			child.kill('SIGSTOP');
			await vi.waitFor(async () => expect(await lifeOf(owner)).toBe('stopped'));
			expect(await isLocked(folder)).toBe(true);
			await expect(lockRun(folder)).rejects.toThrow(/stands still, as after Ctrl-Z/);
			child.kill('SIGCONT');
			await vi.waitFor(async () => expect(await lifeOf(owner)).toBe('runs'));
			const ended = once(child, 'exit');
			child.kill('SIGKILL');
			await ended;
			expect(await isLocked(folder)).toBe(false);
			await (await lockRun(folder)).release();
		});
	});

	it('is nobody’s where a later process has the number', async () => {
		writeFileSync(file, JSON.stringify({ ...(await ownerOf(process.pid)), born: 'earlier' }));
		expect(await isLocked(folder)).toBe(false);
		await (await lockRun(folder)).release();
	});

	it('goes by its age where the number means nothing here, or nobody wrote when the process began', async () => {
		const owner = await ownerOf(process.pid);
		for (const other of [
			{ ...owner, computer: 'a container of the same name' },
			{ ...owner, host: 'elsewhere', computer: null },
			{ ...owner, born: null },
		]) {
			writeFileSync(file, JSON.stringify(other));
			await expect(lockRun(folder)).rejects.toThrow(/is writing the run/);
			writeOld(other);
			await (await lockRun(folder)).release();
		}
	});
});

describe('a process that comes back', () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	/** What the clock shows when a process was stopped for so long; its timers did not run. */
	const standStill = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

	it('goes on where the lock is still its own', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		const lock = await lockRun(folder);
		await lock.stillOurs();
		standStill(hour);
		await lock.stillOurs();
		expect(statSync(file).mtimeMs).toBeGreaterThan(Date.now() - 1000);
		await lock.release();
		expect(readdirSync(folder)).toEqual([]);
	});

	it('writes no more where another took the run over, and leaves that one’s lock alone', async () => {
		vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
		const lock = await lockRun(folder);
		await lock.stillOurs();
		writeOld({ pid: 1, host: 'elsewhere', computer: null, born: null });
		const before = { text: readFileSync(file, 'utf8'), touched: statSync(file).mtimeMs };
		standStill(hour);
		await expect(lock.stillOurs()).rejects.toThrow(/^Process 1 on elsewhere took over the run/);
		// And so it stays, also when it is asked again at once.
		await expect(lock.stillOurs()).rejects.toThrow(/took over the run/);
		vi.advanceTimersByTime(60_000);
		vi.useRealTimers();
		await new Promise(resolve => setTimeout(resolve, 100));
		await lock.release();
		expect({ text: readFileSync(file, 'utf8'), touched: statSync(file).mtimeMs }).toEqual(before);
	});

	it('writes no more where its lock is gone', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		const lock = await lockRun(folder);
		await lock.stillOurs();
		rmSync(file);
		standStill(hour);
		await expect(lock.stillOurs()).rejects.toThrow(/is gone: another process/);
		expect(readdirSync(folder)).toEqual([]);
		await lock.release();
	});
});

it('a living owner touches its lock', async () => {
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
	const lock = await lockRun(folder);
	const long = new Date(Date.now() - hour);
	utimesSync(file, long, long);
	vi.advanceTimersByTime(20_000);
	vi.useRealTimers();
	await vi.waitFor(() => expect(statSync(file).mtimeMs).toBeGreaterThan(Date.now() - 60_000));
	await lock.release();
});
