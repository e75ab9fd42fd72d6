import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonRandom } from '../../src/data/mersenneTwister';
import { childrenOf, evalLens, killNow, startEvalLens } from '../commandLine';
import { demoEvaluation } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

/** `npm run test:long` takes all hundred; the ordinary run takes a tenth of them, from the same seed. */
const points = process.env.EVAL_LENS_LONG_TESTS ? 100 : 10;
const slice = ['--limit', '60'];
const folder = temporaryFolders(afterAll);

/** An evaluation with a cache of its own, as it is when a run begins. */
interface Beginning {
	readonly file: string;
	/** Null: the runs use none. */
	readonly cache: string | null;
}

const argsOf = ({ file, cache }: Beginning, out: string) => [
	'run',
	file,
	...slice,
	'--out',
	out,
	'--json',
	...(cache === null ? ['--no-cache'] : []),
];

describe('a run whose process is killed', () => {
	const uncached: Beginning = { file: demoEvaluation, cache: null };
	const evaluation = demoCopy();
	let halfCached: Beginning = uncached;
	let whole = '';
	/** Of a run that is not killed, whose cache knows half of it. */
	let halfKnown = '';

	/** Runs without being killed. */
	const samplesOf = async (beginning: Beginning): Promise<string> => {
		const out = path.join(folder(), 'whole');
		const { code, stderr } = await evalLens(argsOf(beginning, out));
		expect(code, stderr).toBe(0);
		return readFileSync(path.join(out, 'samples.jsonl'), 'utf8');
	};

	beforeAll(async () => {
		whole = await samplesOf(uncached);
		await samplesOf({ file: evaluation, cache: '' });
		const lines = readCache(evaluation).split('\n');
		halfCached = { file: evaluation, cache: lines.slice(0, lines.length / 2).join('\n') };
		writeCache(halfCached);
		halfKnown = await samplesOf(halfCached);
	});

	it('has the same samples where half of them were known, to the last bit', () => {
		const sorted = (samples: string) => samples.trimEnd().split('\n').sort();
		expect(sorted(halfKnown)).toEqual(sorted(whole));
	});

	it(`continues to exactly the same samples, killed at ${points} points`, { timeout: 1_200_000 }, async () => {
		const random = new PythonRandom(20230623);
		let beforeEnd = 0;
		for (let point = 0; point < points; point++) {
			const out = path.join(folder(), 'run');
			const samples = path.join(out, 'samples.jsonl');
			// Every second run begins with a cache that knows half of it, and fills it: how it goes on must not depend on that.
			const [beginning, expected] = point % 2 ? [halfCached, halfKnown] : [uncached, whole];
			writeCache(beginning);
			const args = argsOf(beginning, out);
			const size = Buffer.byteLength(expected);
			const at = Math.floor(((point * 1000 + random.below(1000)) / (points * 1000)) * size);
			// By turns the process that a person started, and the one in which the model computes.
			const victim = point % 4 < 2 ? 'host' : 'engine';
			if (await killAt(args, victim, () => sizeOf(samples) >= at)) {
				beforeEnd++;
			}
			const kept = wholeLines(samples);
			expect(expected.startsWith(kept), `what a kill at byte ${at} left`).toBe(true);

			const { code, stderr, stdout } = await evalLens(args);
			expect(code, stderr).toBe(0);
			expect(JSON.parse(stdout).state).toBe('done');
			expect(readFileSync(samples, 'utf8')).toBe(expected);
			expect(readdirSync(out)).not.toContain('lock');
		}
		expect(beforeEnd).toBeGreaterThanOrEqual(0.8 * points);
	});
});

/** The demo in a folder whose cache no other test touches. */
function demoCopy(): string {
	const copy = path.join(folder(), 'examples');
	for (const name of ['demo-model', 'demo-questions', path.basename(demoEvaluation)]) {
		cpSync(path.join(path.dirname(demoEvaluation), name), path.join(copy, name), { recursive: true });
	}
	return path.join(copy, path.basename(demoEvaluation));
}

function cacheFile(evaluation: string): string {
	const cache = path.join(path.dirname(evaluation), '.evals', '.cache');
	const [name, ...others] = readdirSync(cache);
	expect(others).toEqual([]);
	return path.join(cache, name ?? '');
}

function readCache(evaluation: string): string {
	return readFileSync(cacheFile(evaluation), 'utf8');
}

function writeCache({ file, cache }: Beginning): void {
	if (cache !== null) {
		writeFileSync(cacheFile(file), cache);
	}
}

/** Kills with signal 9 as soon as `due`; says whether the run was still going on. */
async function killAt(args: readonly string[], victim: 'host' | 'engine', due: () => boolean): Promise<boolean> {
	const { child, finished } = startEvalLens(args);
	let killed = false;
	const timer = setInterval(() => {
		if (!killed && due()) {
			const [target = null] = victim === 'host' ? [child.pid] : childrenOf(child.pid);
			killed = target !== null && killNow(target);
		}
	}, 1);
	const { signal, code, stderr } = await finished;
	clearInterval(timer);
	if (killed && victim === 'engine' && code !== 0) {
		expect(code, stderr).toBe(3);
		expect(stderr).toContain('run again to continue');
	}
	return signal === 'SIGKILL' || code === 3;
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}

function wholeLines(file: string): string {
	const text = sizeOf(file) < 0 ? '' : readFileSync(file, 'utf8');
	return text.slice(0, text.lastIndexOf('\n') + 1);
}
