import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/protocol/results';
import type { Sample } from '../../src/protocol/sample';
import { evalLens } from '../commandLine';
import { demoEvaluation, demoModel, root } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

/** What the training's own evaluation, in Python, measured on the same file. */
interface Expected {
	readonly model_sha256: string;
	readonly formats: Readonly<Record<string, { readonly n: number; readonly accuracy: number }>>;
	readonly samples: readonly (Pick<Sample, 'key' | 'prompt_sha256' | 'n_tokens' | 'logprobs' | 'prediction'> & {
		readonly format: string;
	})[];
}

const expected: Expected = JSON.parse(readFileSync(path.join(root, 'examples', 'training', 'expected.json'), 'utf8'));
const folder = temporaryFolders();

describe('the demo', () => {
	it('gives the numbers of an independent program, and shows a format effect', async () => {
		const model = readFileSync(path.join(demoModel, 'onnx', 'model.onnx'));
		expect(createHash('sha256').update(model).digest('hex')).toBe(expected.model_sha256);
		const out = path.join(folder(), 'run');
		const { code, stdout, stderr } = await evalLens(['run', demoEvaluation, '--out', out, '--json', '--no-cache']);
		expect(code, stderr).toBe(0);
		const results: Result[] = JSON.parse(stdout).results;
		const samples: Sample[] = readFileSync(path.join(out, 'samples.jsonl'), 'utf8')
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		// The training names formats; the evaluation names the harness's variant shorter.
		const variantOf = (format: string) => (format === 'harness-2023-01' ? 'harness' : format);

		expect(expected.samples.length).toBeGreaterThan(100);
		for (const one of expected.samples) {
			const sample = samples.find(s => s.key === one.key && s.variant === variantOf(one.format));
			expect(sample).toMatchObject({ prompt_sha256: one.prompt_sha256, n_tokens: one.n_tokens });
			expect(sample?.prediction).toBe(one.prediction);
			one.logprobs.forEach((logprob, i) => {
				expect(Math.abs((sample?.logprobs[i] ?? Number.NaN) - logprob)).toBeLessThan(0.001);
			});
		}
		for (const [format, { n, accuracy }] of Object.entries(expected.formats)) {
			const result = results.find(r => r.variant === variantOf(format));
			expect(result?.n).toBe(n);
			expect(result?.accuracy).toBeCloseTo(accuracy, 3);
		}

		const accuracies = results.map(r => r.accuracy ?? 0);
		expect(Math.max(...accuracies)).toBeGreaterThan(0.5);
		expect(Math.max(...accuracies) - Math.min(...accuracies)).toBeGreaterThan(0.1);
	});
});
