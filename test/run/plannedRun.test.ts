import { appendFileSync, cpSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../src/protocol/sample';
import type { RunRecord } from '../../src/run/record';
import { childrenOf, evalLens, startEvalLens } from '../commandLine';
import { demoEvaluation, hasShared, shared } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

const folder = temporaryFolders(afterAll);
const isLong = Boolean(process.env.EVAL_LENS_LONG_TESTS);
const tolerance = 1e-4;

/** The demo in a folder of its own. */
function demoCopy(): string {
	const copy = path.join(folder(), 'examples');
	for (const name of ['demo-model', 'demo-questions', path.basename(demoEvaluation)]) {
		cpSync(path.join(path.dirname(demoEvaluation), name), path.join(copy, name), { recursive: true });
	}
	return path.join(copy, path.basename(demoEvaluation));
}

function samplesOf(run: string): Map<string, Sample> {
	const lines = readFileSync(path.join(run, 'samples.jsonl'), 'utf8').trimEnd().split('\n');
	const samples = lines.map((line): Sample => JSON.parse(line));
	return new Map(samples.map(sample => [`${sample.variant} ${sample.key}`, sample]));
}

function recordOf(run: string): RunRecord {
	return JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'));
}

/** The largest difference of a log-probability; the same samples are there. */
function largestDifference(a: string, b: string): number {
	const others = samplesOf(b);
	const own = samplesOf(a);
	expect([...own.keys()].sort()).toEqual([...others.keys()].sort());
	let worst = 0;
	for (const [id, { logprobs }] of own) {
		for (const [i, logprob] of logprobs.entries()) {
			worst = Math.max(worst, Math.abs(logprob - (others.get(id)?.logprobs[i] ?? Number.NaN)));
		}
	}
	return worst;
}

async function whenSampled(run: string, bytes: number): Promise<void> {
	const file = path.join(run, 'samples.jsonl');
	while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < bytes) {
		await new Promise(resolve => setTimeout(resolve, 5));
	}
}

describe('two runs at once on one cache', () => {
	it('are both right, and leave a cache that answers a third', { timeout: 600_000 }, async () => {
		const file = demoCopy();
		const out = (name: string) => path.join(path.dirname(file), name);
		const run = (name: string) => evalLens(['run', file, '--limit', '80', '--out', out(name), '--json']);
		const ended = await Promise.all([run('a'), run('b')]);
		for (const { code, stderr } of ended) {
			expect(code, stderr).toBe(0);
		}
		expect(largestDifference(out('a'), out('b'))).toBeLessThan(tolerance);
		const { code, stderr } = await run('c');
		expect(code, stderr).toBe(0);
		expect(recordOf(out('c')).models[0]).toMatchObject({ from_cache: 240, tokens: { computed: 0 } });
		expect(largestDifference(out('a'), out('c'))).toBeLessThan(tolerance);
	});
});

describe.skipIf(process.platform === 'win32')('a computer that sleeps', () => {
	const asleep = isLong ? 60 : 6;

	it(`for ${asleep} s goes on where it was`, { timeout: 600_000 }, async () => {
		const out = path.join(folder(), 'run');
		const args = ['run', demoEvaluation, '--limit', '120', '--out', out, '--json', '--no-cache'];
		const { child, finished } = startEvalLens(args);
		await whenSampled(out, 5000);
		const all = [child.pid ?? expect.fail('never started'), ...childrenOf(child.pid)];
		expect(all).toHaveLength(2);
		for (const pid of all) {
			process.kill(pid, 'SIGSTOP');
		}
		const size = () => statSync(path.join(out, 'samples.jsonl')).size;
		const before = size();
		await new Promise(resolve => setTimeout(resolve, asleep * 1000));
		expect(size()).toBe(before);
		for (const pid of all) {
			process.kill(pid, 'SIGCONT');
		}
		const { code, stderr } = await finished;
		expect(code, stderr).toBe(0);
		expect(samplesOf(out).size).toBe(360);
	});

	it(`whose engine alone stands still for ${asleep} s goes on too`, { timeout: 600_000 }, async () => {
		const out = path.join(folder(), 'run');
		const args = ['run', demoEvaluation, '--limit', '120', '--out', out, '--json', '--no-cache'];
		const { child, finished } = startEvalLens(args);
		await whenSampled(out, 5000);
		const [engine = expect.fail('no engine')] = childrenOf(child.pid);
		process.kill(engine, 'SIGSTOP');
		await new Promise(resolve => setTimeout(resolve, asleep * 1000));
		process.kill(engine, 'SIGCONT');
		const { code, stderr } = await finished;
		expect(code, stderr).toBe(0);
		if (isLong) {
			expect(stderr).toContain('nothing heard of the engine');
		}
	});
});

describe.skipIf(process.platform === 'win32')('a run that was stopped by Ctrl-Z', () => {
	const inOut = (out: string) => ['run', demoEvaluation, '--limit', '120', '--out', out, '--json', '--no-cache'];

	/** The lock as it would stand there of another computer, untouched for so many milliseconds. */
	function rewriteLock(out: string, changes: object, age: number): void {
		const lock = path.join(out, 'lock');
		writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), ...changes }));
		const then = new Date(Date.now() - age);
		utimesSync(lock, then, then);
	}

	/** A line that was on its way to the disk when the process was stopped still arrives, where the same one stands by now. */
	function filesOf(out: string): object {
		const read = (name: string) => readFileSync(path.join(out, name), 'utf8');
		const record = path.join(out, 'run.json');
		return { samples: read('samples.jsonl'), segments: read('segments.jsonl'), written: statSync(record).mtimeMs };
	}

	it('is not taken over while its process lives; taken over from elsewhere, it writes no more', {
		timeout: 600_000,
	}, async () => {
		const out = path.join(folder(), 'run');
		const { child, finished } = startEvalLens(inOut(out));
		await whenSampled(out, 5000);
		child.kill('SIGSTOP');
		let before: object;
		try {
			rewriteLock(out, {}, 3_600_000);
			const second = await evalLens(inOut(out));
			expect(second.code, second.stderr).toBe(2);
			expect(second.stderr).toContain(`Process ${child.pid} on ${hostname()} has the run`);
			expect(second.stderr).toContain('stands still, as after Ctrl-Z');

			// Seen from another computer there is its age alone.
			rewriteLock(out, { computer: null, host: 'elsewhere' }, 3_600_000);
			const third = await evalLens(inOut(out));
			expect(third.code, third.stderr).toBe(0);
			before = filesOf(out);
		} finally {
			child.kill('SIGCONT');
		}
		const { code, stderr } = await finished;
		expect(code, stderr).toBe(3);
		expect(stderr).toMatch(/The lock of the run in .* is gone: another process took the run over/);
		expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
		expect(filesOf(out)).toEqual(before);
		expect(existsSync(path.join(out, 'lock'))).toBe(false);
		expect(samplesOf(out).size).toBe(360);
		expect(recordOf(out).state).toBe('done');
	});
});

describe('a model file', () => {
	it('that is replaced during a run is refused with a sentence, and what was computed stays', {
		timeout: 600_000,
	}, async () => {
		const file = demoCopy();
		const out = path.join(path.dirname(file), 'run');
		const { finished } = startEvalLens(['run', file, '--out', out, '--json', '--no-cache']);
		await whenSampled(out, 5000);
		const model = path.join(path.dirname(file), 'demo-model/onnx/model.onnx');
		const before = readFileSync(model);
		appendFileSync(model, 'another');
		const { code, stderr, stdout } = await finished;
		expect(code, stderr).toBe(3);
		expect(stderr).toMatch(/model\.onnx.*was replaced or changed while the run went on/);
		expect(JSON.parse(stdout).state).toBe('failed');
		expect(samplesOf(out).size).toBeGreaterThan(0);
		writeFileSync(model, before);
		const again = await evalLens(['run', file, '--out', out, '--json', '--no-cache']);
		expect(again.code, again.stderr).toBe(0);
	});
});

describe.skipIf(!hasShared('models', 'SmolLM2-135M-Instruct'))('memory for what is shared', () => {
	const run = async (per_subject: number, ...more: string[]) => {
		const dir = folder();
		const file = path.join(dir, 'e.eval.yaml');
		const evaluation = {
			dataset_path: path.join(shared, 'data', 'mmlu'),
			limit: { per_subject },
			num_fewshot: 5,
			models: [{ path: path.join(shared, 'models', 'SmolLM2-135M-Instruct') }],
			variants: { original: 'mmlu/original' },
		};
		writeFileSync(file, JSON.stringify(evaluation));
		const out = path.join(dir, 'run');
		const { code, stderr } = await evalLens(['run', file, '--out', out, '--json', '--no-cache', ...more]);
		expect(code, stderr).toBe(0);
		return out;
	};

	it('of 256 MB is enough for all of MMLU’s subjects', { timeout: 3_600_000 }, async () => {
		const out = await run(isLong ? 20 : 1, '--memory', '256');
		const [model] = recordOf(out).models;
		expect(model?.plan?.cacheBudget).toBe(256e6);
		expect(samplesOf(out).size).toBe(57 * (isLong ? 20 : 1));
	});
});
