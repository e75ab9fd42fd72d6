import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RunRecord } from '../../src/run/record';
import { evalLens } from '../commandLine';
import { writeEvaluation } from '../evaluationFolder';
import { temporaryFolders } from '../temporaryFolder';

const folder = temporaryFolders();

it('a plan tells what the run then computes, and what the cache spares', async () => {
	const file = writeEvaluation(folder());
	const plan = async () => {
		const { code, stdout, stderr } = await evalLens(['run', file, '--plan', '--json']);
		expect(code, stderr).toBe(0);
		const { models } = JSON.parse(stdout);
		expect(models).toHaveLength(1);
		return models[0];
	};
	const before = await plan();
	const { naive, one_request, distinct, planned } = before.tokens;
	expect(before).toMatchObject({ place: 'here', samples: 8, from_cache: 0 });
	expect(before.seconds).toBeGreaterThan(0);
	expect(before).not.toHaveProperty('written_at_most');
	expect(naive).toBeGreaterThan(one_request);
	expect(one_request).toBeGreaterThan(distinct);
	expect(planned).toBeGreaterThanOrEqual(distinct);
	expect(before.variants.map(({ variant }: { variant: string }) => variant)).toEqual(['original', 'helm']);
	expect(before.variants.reduce((sum: number, { adds }: { adds: number }) => sum + adds, 0)).toBe(distinct);

	const { code, stdout, stderr } = await evalLens(['run', file, '--json']);
	expect(code, stderr).toBe(0);
	const record: RunRecord = JSON.parse(readFileSync(path.join(JSON.parse(stdout).run, 'run.json'), 'utf8'));
	expect(record.models[0]?.tokens).toEqual({ ...before.tokens, computed: planned });

	const after = await plan();
	expect(after).toMatchObject({ from_cache: 8, seconds: 0, tokens: { distinct, planned: 0 } });
});

it('a plan tells what is written at most, until the cache answers', async () => {
	const generation_kwargs = { until: ['\n'], max_gen_toks: 6 };
	const variants = {
		written: { extends: 'mmlu/harness-generative', num_fewshot: 1, generation_kwargs },
		scored: { extends: 'mmlu/harness', num_fewshot: 1 },
	};
	const file = writeEvaluation(folder(), { variants });
	const plan = async () => {
		const { code, stdout, stderr } = await evalLens(['run', file, '--plan', '--json']);
		expect(code, stderr).toBe(0);
		return JSON.parse(stdout).models[0];
	};
	const before = await plan();
	expect(before.written_at_most).toEqual({ tokens: 4 * 6, seconds: expect.any(Number) });
	expect(before.written_at_most.seconds).toBeGreaterThan(0);
	expect(before.seconds).toBeGreaterThan(before.written_at_most.seconds);
	const { stdout: text } = await evalLens(['run', file, '--plan']);
	expect(text).toMatch(/^ {2}written, at most +24 *$/m);
	expect(text).toMatch(/Expected time: \d+ s, and up to \d+ s more for what the model writes\./);

	const { code, stderr } = await evalLens(['run', file, '--json']);
	expect(code, stderr).toBe(0);
	const after = await plan();
	expect(after).toMatchObject({ from_cache: 8, seconds: 0 });
	expect(after).not.toHaveProperty('written_at_most');
});

it('a plan is refused where the run would be', async () => {
	const { code, stderr } = await evalLens(['run', writeEvaluation(folder(), { models: undefined }), '--plan']);
	expect(code).toBe(2);
	expect(stderr).toContain('names no model');
});
