import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PythonRandom } from '../../src/data/mersenneTwister';
import { evalLens, startEvalLens } from '../commandLine';
import { demoEvaluation } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

/** `npm run test:long` takes all fifty; the ordinary run takes a fifth of them, from the same seed. */
const points = process.env.EVAL_LENS_LONG_TESTS ? 50 : 10;
const slice = ['--limit', '60'];
const folder = temporaryFolders();

describe('a run whose process is killed', () => {
	let whole = '';
	let size = 0;

	beforeAll(async () => {
		const out = path.join(folder(), 'whole');
		const { code, stderr } = await evalLens(['run', demoEvaluation, ...slice, '--out', out, '--json', '--no-cache']);
		expect(code, stderr).toBe(0);
		whole = readFileSync(path.join(out, 'samples.jsonl'), 'utf8');
		size = Buffer.byteLength(whole);
	});

	it(`continues to exactly the same samples, killed at ${points} points`, { timeout: 1_200_000 }, async () => {
		const random = new PythonRandom(20230623);
		let beforeEnd = 0;
		for (let point = 0; point < points; point++) {
			const out = path.join(folder(), 'run');
			const samples = path.join(out, 'samples.jsonl');
			// Every second run shares a cache with the others: what it answers must not be told apart either.
			const args = ['run', demoEvaluation, ...slice, '--out', out, '--json', ...(point % 2 ? [] : ['--no-cache'])];
			const at = Math.floor(((point * 1000 + random.below(1000)) / (points * 1000)) * size);
			if (await killAt(args, () => sizeOf(samples) >= at)) {
				beforeEnd++;
			}
			const kept = wholeLines(samples);
			expect(whole.startsWith(kept), `what a kill at byte ${at} left`).toBe(true);

			const { code, stderr, stdout } = await evalLens(args);
			expect(code, stderr).toBe(0);
			expect(JSON.parse(stdout).state).toBe('done');
			expect(readFileSync(samples, 'utf8')).toBe(whole);
			expect(readdirSync(out)).not.toContain('lock');
		}
		expect(beforeEnd).toBeGreaterThanOrEqual(0.8 * points);
	});
});

/** Kills with signal 9 as soon as `due`; says whether the run was still going on. */
async function killAt(args: readonly string[], due: () => boolean): Promise<boolean> {
	const { child, finished } = startEvalLens(args);
	const timer = setInterval(() => {
		if (due()) {
			child.kill('SIGKILL');
		}
	}, 1);
	const { signal } = await finished;
	clearInterval(timer);
	return signal === 'SIGKILL';
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}

function wholeLines(file: string): string {
	const text = sizeOf(file) < 0 ? '' : readFileSync(file, 'utf8');
	return text.slice(0, text.lastIndexOf('\n') + 1);
}
