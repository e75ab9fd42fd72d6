import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evalLens } from './commandLine';
import type { GoldenScore } from './goldenScores';
import { hasShared, shared } from './paths';
import { temporaryFolders } from './temporaryFolder';

const model = path.join(shared, 'models', 'SmolLM2-135M-Instruct');
const folder = temporaryFolders();

describe.skipIf(!hasShared('golden', 'scores.jsonl'))('scores of an independent program', () => {
	for (const group of goldenGroups()) {
		const [{ preset, subject, num_fewshot }] = group;
		it(`${preset}, ${subject}, ${num_fewshot} shots: ${group.length} questions`, { timeout: 600_000 }, async () => {
			const dir = folder();
			const file = path.join(dir, 'golden.eval.yaml');
			writeFileSync(
				file,
				JSON.stringify({
					dataset_path: path.join(shared, 'data', 'mmlu'),
					where: { subject },
					num_fewshot,
					limit: Math.max(...group.map(row => row.test_index)) + 1,
					models: [{ path: model }],
					variants: { golden: preset },
				}),
			);
			const run = path.join(dir, 'run');
			const { code, stderr } = await evalLens(['run', file, '--out', run, '--json', '--no-cache']);
			expect(code, stderr).toBe(0);
			// In the order of the file: its rows are counted by their keys.
			const samples = readLines(path.join(run, 'samples.jsonl')).sort((a, b) => rowOf(a.key) - rowOf(b.key));
			let worst = 0;
			for (const row of group) {
				const sample = samples[row.test_index];
				expect(sample.prompt_sha256).toBe(row.prompt_sha256);
				expect(sample.n_tokens).toBe(row.n_tokens);
				expect(sample.continuations).toEqual(row.continuations);
				expect(sample.gold).toBe(row.gold);
				row.logprobs.forEach((logprob, i) => {
					worst = Math.max(worst, Math.abs(sample.logprobs[i] - logprob));
				});
				expect(Math.abs(sample.label_mass - row.label_mass)).toBeLessThan(0.001);
				const perCharacter = preset === 'mmlu/olmes-cf' ? row.predictions_by_normalisation?.per_char_space : undefined;
				if (marginOf(row.logprobs) > 0.002) {
					const prediction = perCharacter ?? row.prediction;
					expect(sample.prediction, sample.key).toBe(prediction);
					expect(sample.correct, sample.key).toBe(prediction === row.gold);
					expect(sample.generated).toBe(row.generated);
				}
				if (row.predictions_by_normalisation && preset === 'mmlu/harness-2023-01') {
					expect(sample.prediction_norm, sample.key).toBe(row.predictions_by_normalisation.per_char_nospace);
				}
			}
			console.log(`${preset} ${subject} ${num_fewshot}: largest difference ${worst.toExponential(1)} nat`);
			expect(worst).toBeLessThan(0.001);
		});
	}
});

function goldenGroups(): [GoldenScore, ...GoldenScore[]][] {
	const groups = new Map<string, [GoldenScore, ...GoldenScore[]]>();
	for (const row of readLines(path.join(shared, 'golden', 'scores.jsonl')) as GoldenScore[]) {
		const name = `${row.preset} ${row.subject} ${row.num_fewshot}`;
		const group = groups.get(name);
		if (group) {
			group.push(row);
		} else {
			groups.set(name, [row]);
		}
	}
	return [...groups.values()];
}

function rowOf(key: string): number {
	return Number(key.split('/').at(-1));
}

/** Between the best and the second best choice. */
function marginOf(logprobs: readonly number[]): number {
	const [best = 0, second = 0] = [...logprobs].sort((a, b) => b - a);
	return best - second;
}

function readLines(file: string) {
	try {
		return readFileSync(file, 'utf8')
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
	} catch {
		// Absent: the suite is skipped, and says so.
		return [];
	}
}
