import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLocked, lockRun } from './lock';

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
		const long = new Date(Date.now() - 3_600_000);
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
