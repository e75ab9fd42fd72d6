import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonRandom } from '../../src/data/mersenneTwister';
import { freePort } from '../../src/launch/freePort';
import type { Sample } from '../../src/protocol/sample';
import type { Job } from '../../src/run/jobBook';
import type { RunRecord } from '../../src/run/record';
import { evalLens, startEvalLens } from '../commandLine';
import { demoModel, root } from '../paths';
import { demoServerCommand } from '../servers/demoServerCommand';
import { temporaryFolders } from '../temporaryFolder';

/** `npm run test:long` takes all fifty; the ordinary run takes a fifth of them, from the same seed. */
const points = process.env.EVAL_LENS_LONG_TESTS ? 50 : 10;
const questions = 40;
const folder = temporaryFolders(afterAll);

interface Remote {
	readonly file: string;
	readonly out: string;
	readonly log: string;
	readonly port: number;
	/** Of the user's cache, where jobs are kept. */
	readonly env: Readonly<Record<string, string>>;
}

/** An evaluation of the demo questions whose model a server computes, which is started for it. */
async function remote({ delay = 0, loading = 0 } = {}): Promise<Remote> {
	const dir = folder();
	const log = path.join(dir, 'prompts.log');
	const port = await freePort();
	const command = await demoServerCommand({ delay, loading, log });
	const file = path.join(dir, 'remote.eval.yaml');
	const evaluation = {
		dataset_path: path.join(root, 'examples', 'demo-questions'),
		limit: questions,
		num_fewshot: 5,
		models: [{ path: demoModel, launch: { local: { command, port } } }],
		variants: { original: 'mmlu/original', harness: 'mmlu/harness-2023-01' },
	};
	// JSON is YAML.
	writeFileSync(file, JSON.stringify(evaluation));
	return { file, out: path.join(dir, 'run'), log, port, env: { EVAL_LENS_CACHE: path.join(dir, 'cache') } };
}

const argsOf = ({ file, out }: Remote) => ['run', file, '--out', out, '--json', '--no-cache'];
const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8'));
const record = ({ out }: Remote) => read<RunRecord>(path.join(out, 'run.json'));
const jobs = ({ out }: Remote) => read<{ jobs: Job[] }>(path.join(out, 'jobs.json')).jobs;
const lines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n').filter(Boolean);

function samples(out: string): Map<string, Sample> {
	const all = lines(path.join(out, 'samples.jsonl')).map((line): Sample => JSON.parse(line));
	const byKey = new Map(all.map(sample => [`${sample.variant} ${sample.key}`, sample]));
	expect(byKey.size, 'a sample stands there twice').toBe(all.length);
	return byKey;
}

async function isListening(port: number): Promise<boolean> {
	return fetch(`http://127.0.0.1:${port}/health`).then(
		response => response.ok,
		() => false,
	);
}

/** Differences of log-probabilities, and that answers are the same where they are not a toss-up. */
function compare(one: ReadonlyMap<string, Sample>, other: ReadonlyMap<string, Sample>): number {
	expect([...one.keys()].sort()).toEqual([...other.keys()].sort());
	let largest = 0;
	for (const [key, sample] of one) {
		const twin = other.get(key);
		expect(twin?.prompt_sha256).toBe(sample.prompt_sha256);
		sample.logprobs.forEach((logprob, i) => {
			largest = Math.max(largest, Math.abs(logprob - (twin?.logprobs[i] ?? Number.NaN)));
		});
	}
	return largest;
}

describe('a run whose model a server computes', () => {
	let local: Map<string, Sample>;

	beforeAll(async () => {
		const { file, out, env } = await remote();
		const evaluation = read<{ models: object[] }>(file);
		writeFileSync(file, JSON.stringify({ ...evaluation, models: [{ path: demoModel }] }));
		const { code, stderr } = await evalLens(['run', file, '--out', out, '--json', '--no-cache'], { env });
		expect(code, stderr).toBe(0);
		local = samples(out);
	});

	it('has the numbers of a run on this computer, says what computed them, and leaves nothing running', async () => {
		const run = await remote({ loading: 2500 });
		const { code, stderr } = await evalLens(argsOf(run), { env: run.env });
		expect(code, stderr).toBe(0);
		expect(compare(local, samples(run.out))).toBeLessThan(1e-4);
		expect(record(run).models).toMatchObject([
			{
				engine: 'endpoint',
				engine_version: 'vllm 0.20.0',
				endpoint: {
					launch: 'local',
					server: 'vllm',
					model: 'demo',
					route: 'completions, by token',
					probe: { tokens: 'ids', repeat_difference: 0 },
					counts: { retries: { 'server-error': 0, broken: 0, malformed: 0, timeout: 0 } },
				},
			},
		]);
		expect(jobs(run)).toMatchObject([{ launch: { kind: 'local' }, ended: expect.any(String), maximalDollars: null }]);
		expect(await isListening(run.port)).toBe(false);
	});

	it('ends its job when it is cancelled, and goes on with another', async () => {
		const run = await remote({ delay: 60 });
		const { child, finished } = startEvalLens(argsOf(run), { env: run.env });
		await until(() => sizeOf(run) >= 5);
		child.kill('SIGINT');
		expect((await finished).code).toBe(130);
		expect(record(run).state).toBe('cancelled');
		expect(await isListening(run.port)).toBe(false);
		const { code, stderr } = await evalLens(argsOf(run), { env: run.env });
		expect(code, stderr).toBe(0);
		expect(compare(local, samples(run.out))).toBeLessThan(1e-4);
		expect(jobs(run).map(job => job.ended)).toEqual([expect.any(String), expect.any(String)]);
	});

	it.skipIf(process.platform === 'win32')('leaves its job to who took the run over while it stood still', async () => {
		const run = await remote({ delay: 60 });
		const lock = path.join(run.out, 'lock');
		const { child, finished } = startEvalLens(argsOf(run), { env: run.env });
		await until(() => sizeOf(run) >= 5);
		child.kill('SIGSTOP');
		try {
			writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere' }));
			await pause(2500);
		} finally {
			child.kill('SIGCONT');
		}
		const { code, stderr } = await finished;
		expect(code, stderr).toBe(3);
		expect(stderr).toContain('Process 1 on elsewhere took over the run');
		expect(stderr).toContain('was not ended: the process that took the run over goes on with it');
		expect(read(lock)).toEqual({ pid: 1, host: 'elsewhere' });
		expect(await isListening(run.port)).toBe(true);
		utimesSync(lock, new Date(0), new Date(0));
		const next = await evalLens(argsOf(run), { env: run.env });
		expect(next.code, next.stderr).toBe(0);
		expect(compare(local, samples(run.out))).toBeLessThan(1e-4);
		expect(jobs(run)).toMatchObject([{ ended: expect.any(String) }]);
		expect(await isListening(run.port)).toBe(false);
	});

	it(`is picked up where it stood after its host was killed, at ${points} points`, { timeout: 1_200_000 }, async () => {
		const random = new PythonRandom(20260728);
		const run = await remote({ delay: 15 });
		let killed = 0;
		for (let point = 0; point < points; point++) {
			const at = Math.floor(((point + random.below(1000) / 1000) / points) * 2 * questions);
			const { child, finished } = startEvalLens(argsOf(run), { env: run.env });
			let isOver = false;
			void finished.then(() => {
				isOver = true;
			});
			// Before anything is computed, too: the first points fall while the server starts.
			await until(() => isOver || sizeOf(run) >= at);
			killed += child.kill('SIGKILL') ? 1 : 0;
			await finished;
			// The job goes on: whoever comes next finds it in the book, also where its start could not be told of.
			expect(jobs(run).filter(job => job.ended === null).length).toBeLessThanOrEqual(1);
		}
		const { code, stderr } = await evalLens(argsOf(run), { env: run.env });
		expect(code, stderr).toBe(0);
		expect(compare(local, samples(run.out))).toBeLessThan(1e-4);
		expect(killed).toBeGreaterThan(points / 2);
		expect(jobs(run).every(job => job.ended !== null)).toBe(true);
		expect(await isListening(run.port)).toBe(false);
		// Each prompt once, and again what was under way at a kill and what each sitting looks at first.
		// Eight are under way at first, and one more after each full round of answers: within 80, fifteen at most.
		const atOnce = 15;
		const distinct = new Set(lines(run.log)).size;
		const looks = 2 + 2 * 4 + 1;
		expect(lines(run.log).length).toBeLessThanOrEqual(distinct + (killed + 1) * (atOnce + looks));
	});
});

function sizeOf({ out }: Remote): number {
	try {
		return lines(path.join(out, 'samples.jsonl')).length;
	} catch {
		return -1;
	}
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) {
		await pause(20);
	}
}
