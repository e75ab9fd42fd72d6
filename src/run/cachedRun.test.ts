import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { enginePath } from '../../test/buildEngine';
import { writeEvaluation } from '../../test/evaluationFolder';
import { quantisedDecoder } from '../../test/quantisedDecoder';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import type { Sample } from '../protocol/sample';
import { evaluate } from './evaluate';
import type { EvaluateOptions } from './options';

const newFolder = temporaryFolders();

let engine: string;
beforeAll(async () => {
	engine = await enginePath();
});

const variants = {
	one: 'mmlu/original',
	two: 'mmlu/helm',
	three: { extends: 'mmlu/original', description: 'Think of numbers.\n\n' },
	four: { extends: 'mmlu/original', num_fewshot: 2 },
	five: { extends: 'mmlu/helm', num_fewshot: 0 },
};
/** Examples of the evaluation folder, and so samples of a variant. */
const examples = 4;

/** A run into a folder of its own, so that none continues another. */
async function run(file: string, changes: Partial<EvaluateOptions> = {}) {
	const out = path.join(newFolder(), 'run');
	const options = { file, out, enginePath: engine, version: '0', token: neverCancelled, ...changes };
	const { dir, record } = await evaluate(options);
	return { record, model: record.models[0], samples: samplesOf(dir) };
}

/** By variant and key: in which order they were computed is no part of them. */
function samplesOf(dir: string): ReadonlyMap<string, Sample> {
	const lines = readFileSync(path.join(dir, 'samples.jsonl'), 'utf8').trim().split('\n');
	const samples = lines.filter(line => line !== '').map((line): Sample => JSON.parse(line));
	const byKey = new Map(samples.map(sample => [`${sample.variant} ${sample.key}`, sample]));
	expect(byKey.size).toBe(samples.length);
	return byKey;
}

function cacheFile(file: string): string {
	const folder = path.join(path.dirname(file), '.evals', '.cache');
	const [name, ...others] = readdirSync(folder);
	expect(others).toEqual([]);
	return path.join(folder, name ?? '');
}

/** Pieces that are cut in another way give the same numbers but for the last bits. */
function expectAlmost(sample: Sample, expected: Sample | undefined): void {
	const close = (value: number | null | undefined) => (typeof value === 'number' ? expect.closeTo(value, 4) : value);
	expect(sample).toEqual({
		...expected,
		logprobs: expected?.logprobs.map(close),
		label_mass: close(expected?.label_mass),
	});
}

describe('a run whose answers are known', () => {
	it('starts no engine, and has the same samples', async () => {
		const file = writeEvaluation(newFolder(), { variants });
		const first = await run(file);
		expect(first.record.state).toBe('done');
		expect(first.model).toMatchObject({ from_cache: 0, plan: { chunking: 'shared' }, threads: expect.any(Number) });
		const { tokens } = first.model ?? expect.fail('no model');
		expect(tokens.computed).toBe(tokens.planned);
		expect(tokens.distinct).toBeLessThanOrEqual(tokens.planned);
		expect(tokens.planned).toBeLessThan(tokens.naive);

		// Where it is forked, it ends at once.
		const broken = path.join(newFolder(), 'engine.cjs');
		writeFileSync(broken, 'process.exit(9);');
		const again = await run(file, { enginePath: broken });
		expect(again.record).toMatchObject({ state: 'done', done: 5 * examples, reason: null });
		expect(again.model).toMatchObject({
			from_cache: 5 * examples,
			plan: null,
			graph: null,
			tokens: { planned: 0, computed: 0 },
			seconds: { load: 0, score: 0 },
		});
		expect(again.samples).toEqual(first.samples);

		const without = await run(file, { enginePath: broken, cache: false });
		expect(without.record).toMatchObject({ state: 'failed', done: 0, reason: { code: 'engine.crashed' } });
	});
});

describe('a run of a model that quantises activations', () => {
	const evaluationOf = async (model: object) =>
		writeEvaluation(newFolder(), { models: [{ path: await quantisedDecoder(newFolder()), ...model }] });

	it('says how its prompts are cut, also where the cache answers alone', async () => {
		const file = await evaluationOf({});
		const first = await run(file);
		expect(first.model?.notes.map(({ code }) => code)).toEqual(['engine.chunk-sensitive']);
		const again = await run(file);
		expect(again.model).toMatchObject({ from_cache: 2 * examples, plan: null, notes: first.model?.notes });
		expect(again.samples).toEqual(first.samples);
	});

	it('keeps no answers that depend on what else is in the run', async () => {
		const file = await evaluationOf({ chunking: 'shared' });
		const first = await run(file);
		expect(first.record.state).toBe('done');
		expect(first.model?.notes.map(({ code }) => code)).toEqual(['engine.chunk-shared']);
		expect(existsSync(path.join(path.dirname(file), '.evals', '.cache'))).toBe(false);
		const again = await run(file);
		expect(again.model).toMatchObject({ from_cache: 0, plan: { chunking: 'shared' }, notes: first.model?.notes });
		expect(again.model?.tokens.computed).toBe(first.model?.tokens.computed);
	});
});

describe('a run one of whose five variants changed', () => {
	it('computes the tokens of that one alone', async () => {
		const folder = newFolder();
		const first = await run(writeEvaluation(folder, { variants }));
		const three = { extends: 'mmlu/original', description: 'Think of other things.\n\n' };
		const changed = await run(writeEvaluation(folder, { variants: { ...variants, three } }));
		expect(changed.record.state).toBe('done');
		const alone = await run(writeEvaluation(folder, { variants: { three } }), { cache: false });
		expect(changed.model?.from_cache).toBe(4 * examples);
		// All is planned; of that, what the new variant needs is computed.
		expect(alone.model?.tokens.computed).toBeGreaterThan(0);
		expect(changed.model?.tokens.computed).toBe(alone.model?.tokens.computed);
		expect(changed.model?.tokens.planned).toBeGreaterThan(alone.model?.tokens.planned ?? Number.NaN);
		for (const [key, sample] of changed.samples) {
			expectAlmost(sample, (key.startsWith('three ') ? alone : first).samples.get(key));
		}
		expect(changed.samples.size).toBe(5 * examples);
	});
});

describe('a cache with a damaged entry', () => {
	it('has it computed anew, and knows it then', async () => {
		const file = writeEvaluation(newFolder(), { variants });
		const first = await run(file);
		const cache = cacheFile(file);
		const entries = readFileSync(cache, 'utf8');
		const damaged = entries.replace(
			/"logprob":-?\d+\.(\d)/,
			(text, digit) => text.slice(0, -1) + ((Number(digit) + 1) % 10),
		);
		expect(damaged).not.toBe(entries);
		writeFileSync(cache, damaged);

		const again = await run(file);
		expect(again.record.state).toBe('done');
		expect(again.model?.from_cache).toBe(5 * examples - 1);
		expect(again.model?.tokens.computed).toBeGreaterThan(0);
		expect(again.samples.size).toBe(5 * examples);
		// It is computed as it was planned the first time.
		expect(again.samples).toEqual(first.samples);
		const third = await run(file);
		expect(third.model?.from_cache).toBe(5 * examples);
		expect(third.samples).toEqual(again.samples);
	});
});
