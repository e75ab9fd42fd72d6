import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { childrenOf, evalLens, killNow, start, startEvalLens } from '../commandLine';
import { writeEvaluation } from '../evaluationFolder';
import { demoEvaluation, dist } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

const folder = temporaryFolders();
const isRoot = process.getuid?.() === 0;
const nobody = 65534;

const mounts: string[] = [];
afterEach(() => {
	for (const mount of mounts.splice(0)) {
		execFileSync('umount', [mount]);
	}
});

/** A folder that holds no more than `kilobytes`, where this machine lets one be made. */
function smallDisk(kilobytes: number): string | null {
	const mount = path.join(folder(), 'disk');
	mkdirSync(mount);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', mount], { stdio: 'ignore' });
	} catch {
		return null;
	}
	mounts.push(mount);
	return mount;
}

describe.skipIf(process.platform === 'win32')('a run that cannot be written', () => {
	it('ends readably when files may not grow, and continues when they may', async () => {
		const out = path.join(folder(), 'run');
		const command = ['run', demoEvaluation, '--limit', '40', '--out', out, '--no-cache'];
		// The copy of the model that computes faster is there already: it is the run's own files that may not grow.
		await evalLens(['run', demoEvaluation, '--limit', '1', '--out', path.join(folder(), 'first'), '--no-cache']);
		const cli = path.join(dist, 'cli.cjs');
		const limited = start('bash', ['-c', 'ulimit -f 32; exec "$@"', 'bash', process.execPath, cli, ...command]);
		const { code, stderr } = await limited.finished;
		expect(code, stderr).toBe(3);
		expect(stderr).toMatch(/disk is full, or a file may not grow/);
		expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
		const again = await evalLens(command);
		expect(again.code, again.stderr).toBe(0);
		expect(lines(path.join(out, 'samples.jsonl'))).toBe(120);
	});

	it('ends readably when the disk is full', async context => {
		const disk = smallDisk(96);
		if (!disk) {
			return context.skip('no small file system can be mounted here');
		}
		const out = path.join(disk, 'run');
		const { code, stderr } = await evalLens(['run', demoEvaluation, '--limit', '40', '--out', out, '--no-cache']);
		expect(code, stderr).toBe(3);
		expect(stderr).toMatch(/disk is full/);
	});

	it('ends readably in a folder that may not be written', async () => {
		const dir = folder();
		// As root everything may be written: the run is made by somebody else, who can read the build and the data.
		cpSync(dist, path.join(dir, 'dist'), { recursive: true });
		const file = writeEvaluation(dir);
		chmodSync(dir, 0o555);
		try {
			const { code, stderr } = await evalLens(['run', file], {
				cli: path.join(dir, 'dist', 'cli.cjs'),
				...(isRoot ? { uid: nobody } : {}),
			});
			expect(code, stderr).toBe(3);
			expect(stderr).toMatch(/may not be written\. Check the permissions/);
			expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
		} finally {
			chmodSync(dir, 0o755);
		}
	});
});

describe.skipIf(process.platform === 'win32')('a run whose engine dies', () => {
	it('ends readably and continues', async () => {
		const out = path.join(folder(), 'run');
		const command = ['run', demoEvaluation, '--limit', '60', '--out', out, '--json', '--no-cache'];
		const { child, finished } = startEvalLens(command);
		const killer = setInterval(() => {
			if (lines(path.join(out, 'samples.jsonl')) >= 5) {
				for (const pid of childrenOf(child.pid ?? 0)) {
					killNow(pid);
				}
			}
		}, 2);
		const { code, stderr, stdout } = await finished;
		clearInterval(killer);
		expect(code, stderr).toBe(3);
		expect(stderr).toMatch(/engine process ended unexpectedly \(.*SIGKILL.*\).*run again to continue/i);
		expect(JSON.parse(stdout).state).toBe('failed');
		const again = await evalLens(command);
		expect(again.code, again.stderr).toBe(0);
		expect(lines(path.join(out, 'samples.jsonl'))).toBe(180);
	});
});

describe.skipIf(process.platform === 'win32')('a run that is interrupted', () => {
	it('ends as cancelled, leaves no process behind, and continues', async () => {
		const out = path.join(folder(), 'run');
		const command = ['run', demoEvaluation, '--limit', '60', '--out', out, '--json', '--no-cache'];
		const { child, finished } = startEvalLens(command);
		let engines: number[] = [];
		let asked = 0;
		const timer = setInterval(() => {
			if (asked === 0 && lines(path.join(out, 'samples.jsonl')) >= 5) {
				engines = childrenOf(child.pid ?? 0);
				asked = Date.now();
				child.kill('SIGINT');
			}
		}, 2);
		const { code, stdout } = await finished;
		const took = Date.now() - asked;
		clearInterval(timer);
		expect(code).toBe(130);
		// The budget is one second.
		expect(took).toBeLessThan(10_000);
		expect(JSON.parse(stdout).state).toBe('cancelled');
		expect(engines.length).toBeGreaterThan(0);
		expect(engines.filter(isAlive)).toEqual([]);
		const again = await evalLens(command);
		expect(JSON.parse(again.stdout).state).toBe('done');
	});
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

function lines(file: string): number {
	try {
		return readFileSync(file, 'utf8').split('\n').length - 1;
	} catch {
		return 0;
	}
}
