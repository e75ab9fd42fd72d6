import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareGraph } from '../src/engine/graph/prepareGraph';
import { evaluated } from './evaluated';
import { everyFormat } from './everyFormat';
import { demoEvaluation, hasShared, root, shared } from './paths';
import { temporaryFolders } from './temporaryFolder';

/** The largest difference of a log-probability that cutting prompts in another way may make. */
const tolerance = 1e-4;

const demoQuestions = path.join(path.dirname(demoEvaluation), 'demo-questions');
const folder = temporaryFolders();
const isLong = Boolean(process.env.EVAL_LENS_LONG_TESTS);

/** Runs all formats on a model, with prompts cut by the planner and in one piece, and returns the samples of each. */
async function bothWays(model: string, fields: object, formats: object) {
	const models = ['shared', 'fixed', 'whole'].map(chunking => ({ path: model, chunking }));
	const { samples } = await evaluated(folder(), { num_fewshot: 5, models, variants: formats, ...fields });
	const of = (chunking: string) =>
		new Map(
			samples
				.filter(sample => sample.model.endsWith(`(${chunking})`))
				.map(sample => [`${sample.variant} ${sample.key}`, sample]),
		);
	return { shared: of('shared'), fixed: of('fixed'), whole: of('whole') };
}

async function expectEqual(
	model: string,
	fields: object,
	questions: number,
	formats: object = everyFormat,
): Promise<void> {
	const { whole, ...others } = await bothWays(model, fields, formats);
	expect(whole.size).toBe(questions * Object.keys(formats).length);
	for (const [way, samples] of Object.entries(others)) {
		const worst = new Map<string, number>();
		expect(samples.size).toBe(whole.size);
		for (const [id, plain] of whole) {
			const sample = samples.get(id);
			expect(sample?.n_tokens, id).toBe(plain.n_tokens);
			expect(sample?.truncated, id).toBe(plain.truncated);
			for (const [i, logprob] of plain.logprobs.entries()) {
				const difference = Math.abs(logprob - (sample?.logprobs[i] ?? Number.NaN));
				worst.set(plain.variant, Math.max(worst.get(plain.variant) ?? 0, difference));
			}
		}
		const told = [...worst].map(([format, difference]) => `\n  ${difference.toExponential(1)} ${format}`).join('');
		console.log(`${path.basename(model)}, ${way}: largest differences of ${whole.size} samples, in nats:${told}`);
		for (const [format, difference] of worst) {
			expect(difference, `${way}, ${format}`).toBeLessThan(tolerance);
		}
	}
}

describe('prompts that are cut by the planner give what whole prompts give', () => {
	it.each(['full-logits', 'sentencepiece-like'])('on %s, in fp32', { timeout: 900_000 }, async name => {
		const model = path.join(root, 'test/fixtures/tiny-decoder', name);
		await expectEqual(model, { dataset_path: demoQuestions, on_too_long: 'cut', limit: 100 }, 100);
	});

	const real = path.join(shared, 'models', 'SmolLM2-135M-Instruct');
	const mmlu = (subject: string, limit: number) => ({
		dataset_path: path.join(shared, 'data', 'mmlu'),
		where: { subject },
		limit,
	});
	describe.skipIf(!hasShared('models', 'SmolLM2-135M-Instruct'))('on a real model', () => {
		const questions = isLong ? 100 : 2;

		it('in q4', { timeout: 7_200_000 }, async () => {
			await expectEqual(real, mmlu('us_foreign_policy', questions), questions);
		});

		it('in q4, where prompts are cut at 2,048 tokens', { timeout: 7_200_000 }, async () => {
			const some = isLong ? 10 : 1;
			const formats = { original: 'mmlu/original', harness: 'mmlu/harness', olmes: 'mmlu/olmes-mcf' };
			await expectEqual(real, mmlu('high_school_european_history', some), some, formats);
		});

		it('in fp32', { timeout: 7_200_000 }, async () => {
			await expectEqual(await writtenOut(real), mmlu('us_foreign_policy', questions), questions);
		});
	});
});

/** The same model with its weights in fp32. */
async function writtenOut(model: string): Promise<string> {
	const copy = path.join(folder(), 'SmolLM2-fp32');
	mkdirSync(copy);
	for (const name of ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']) {
		symlinkSync(path.join(model, name), path.join(copy, name));
	}
	const { file, floatWeights } = await prepareGraph({
		file: path.join(model, 'onnx/model_q4.onnx'),
		sha256: '0'.repeat(64),
		folder: path.join(copy, 'made'),
		passes: ['floatWeights'],
	});
	expect(floatWeights).toBe(true);
	mkdirSync(path.join(copy, 'onnx'));
	symlinkSync(file, path.join(copy, 'onnx/model.onnx'));
	symlinkSync(path.join(path.dirname(file), 'eval-lens-weights.bin'), path.join(copy, 'onnx/eval-lens-weights.bin'));
	return copy;
}
