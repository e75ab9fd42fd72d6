import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { floatWeights } from '../src/engine/graph/floatWeights';
import type { Model } from '../src/engine/graph/model';
import type { Pass } from '../src/engine/graph/pass';
import { squares } from '../src/engine/graph/squares';
import { withModel } from '../src/engine/graph/withModel';
import { writeCopy } from '../src/engine/graph/writeCopy';
import { neverCancelled } from '../src/protocol/cancellation';
import type { Sample } from '../src/protocol/sample';
import { inDoublePrecision } from './doublePrecision';
import { evaluated } from './evaluated';
import { everyFormat, nothingInFront } from './everyFormat';
import { demoEvaluation, hasShared, root, shared } from './paths';
import { temporaryFolders } from './temporaryFolder';

/** The largest difference of a log-probability that cutting prompts in another way may make. */
const tolerance = 1e-4;

const demoQuestions = path.join(path.dirname(demoEvaluation), 'demo-questions');
const folder = temporaryFolders();
const isLong = Boolean(process.env.EVAL_LENS_LONG_TESTS);

/** Samples by format and question. */
type Samples = ReadonlyMap<string, Sample>;

/** Runs formats on models, each with its way of cutting prompts. */
async function samplesOf<Way extends string>(
	ways: Readonly<Record<Way, { readonly path: string; readonly chunking: string }>>,
	fields: object,
	formats: object,
): Promise<Record<Way, Samples>> {
	const names = Object.keys(ways) as Way[]; // the keys of a record are its ways
	const models = Object.values(ways);
	const { samples, record } = await evaluated(folder(), { num_fewshot: 5, models, variants: formats, ...fields });
	const found: Partial<Record<Way, Samples>> = {};
	for (const [i, name] of names.entries()) {
		const own = samples.filter(({ model }) => model === record.models[i]?.name);
		found[name] = new Map(own.map(sample => [`${sample.variant} ${sample.key}`, sample]));
	}
	return found as Record<Way, Samples>; // each name has its samples now
}

/** How far log-probabilities are from others, by format, in nats. */
function differences(samples: Samples, others: Samples): Map<string, number[]> {
	expect(samples.size).toBe(others.size);
	const found = new Map<string, number[]>();
	for (const [id, sample] of samples) {
		const other = others.get(id) ?? expect.fail(`no ${id}`);
		expect(sample.n_tokens, id).toBe(other.n_tokens);
		expect(sample.truncated, id).toBe(other.truncated);
		expect(sample.generated, id).toBe(other.generated);
		const all = found.get(sample.variant) ?? [];
		all.push(...sample.logprobs.map((logprob, i) => Math.abs(logprob - (other.logprobs[i] ?? Number.NaN))));
		found.set(sample.variant, all);
	}
	return found;
}

const largest = (values: readonly number[]) => values.reduce((worst, value) => Math.max(worst, value), 0);
const rootMeanSquare = (values: readonly number[]) =>
	Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

function tell(what: string, found: ReadonlyMap<string, readonly number[]>, by = largest): void {
	const lines = [...found].map(([format, all]) => {
		const worst = by === largest ? '' : `, ${largest(all).toExponential(1)} at most`;
		return `\n  ${by(all).toExponential(1)} ${format}${worst}`;
	});
	console.log(`${what}, in nats:${lines.join('')}`);
}

/** That no format is further away than the tolerance, as `by` measures it; the figures are told. */
function expectNear(what: string, samples: Samples, others: Samples, by = largest): void {
	const found = differences(samples, others);
	tell(what, found, by);
	for (const [format, all] of found) {
		expect(by(all), `${what}, ${format}`).toBeLessThan(tolerance);
	}
}

async function expectEqual(
	model: string,
	fields: object,
	questions: number,
	formats: object = everyFormat,
): Promise<void> {
	const way = (chunking: string) => ({ path: model, chunking });
	const ways = { shared: way('shared'), fixed: way('fixed'), whole: way('whole') };
	const { shared, fixed, whole } = await samplesOf(ways, fields, formats);
	expect(whole.size).toBe(questions * Object.keys(formats).length);
	expectNear(`${path.basename(model)}, shared and whole`, shared, whole);
	expectNear(`${path.basename(model)}, fixed and whole`, fixed, whole);
}

describe('prompts that are cut by the planner give what whole prompts give', () => {
	it.each(['full-logits', 'sentencepiece-like', 'fused'])('on %s, in fp32', { timeout: 900_000 }, async name => {
		const model = path.join(root, 'test/fixtures/tiny-decoder', name);
		const formats = { ...everyFormat, ...nothingInFront };
		await expectEqual(model, { dataset_path: demoQuestions, on_too_long: 'cut', limit: 100 }, 100, formats);
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
			const fp32 = await copyOf(real, model => changed(floatWeights, model));
			await expectEqual(fp32, mmlu('us_foreign_policy', questions), questions);
		});

		// After a token or two without a context, rounding to float32 alone moves a text's log-probability by up to a
		// thousandth: two graphs cannot agree there, so the uncut prompts go through the graph that scores.
		it('where nothing stands in front, in q4 and fp32', { timeout: 900_000 }, async () => {
			const some = isLong ? 100 : 20;
			const rewritten = (model: Model) => changed(squares, changed(floatWeights, model));
			const scoring = await copyOf(real, rewritten);
			const exact = await copyOf(real, model => inDoublePrecision(rewritten(model)));
			const { whole, truth, file, ...cut } = await samplesOf(
				{
					'q4 shared': { path: real, chunking: 'shared' },
					'q4 fixed': { path: real, chunking: 'fixed' },
					'fp32 shared': { path: scoring, chunking: 'shared' },
					'fp32 fixed': { path: scoring, chunking: 'fixed' },
					whole: { path: scoring, chunking: 'whole' },
					file: { path: real, chunking: 'whole' },
					truth: { path: exact, chunking: 'whole' },
				},
				mmlu('us_foreign_policy', some),
				nothingInFront,
			);
			expect(truth.size).toBe(2 * some);
			for (const [way, samples] of Object.entries(cut)) {
				expectNear(`${way} and whole`, samples, whole);
				expectNear(`${way} and float64, on average (root mean square)`, samples, truth, rootMeanSquare);
			}
			expectNear('the graph of the file and float64, on average', file, truth, rootMeanSquare);
			tell('the graph of the file and whole', differences(file, whole));
		});
	});
});

function changed(pass: Pass, model: Model): Model {
	const outcome = pass(model);
	return outcome.kind === 'applied' ? outcome.model : expect.fail(`${pass.name}: ${outcome.kind}`);
}

/** The q4 model with its graph rewritten, as a model of its own. */
async function copyOf(model: string, rewrite: (model: Model) => Model): Promise<string> {
	const copy = path.join(folder(), 'rewritten');
	mkdirSync(path.join(copy, 'onnx'), { recursive: true });
	for (const name of ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']) {
		symlinkSync(path.join(model, name), path.join(copy, name));
	}
	const file = path.join(model, 'onnx/model_q4.onnx');
	await withModel(file, neverCancelled, (read, source) =>
		writeCopy({ file, source }, rewrite(read), path.join(copy, 'onnx'), () => {}),
	);
	return copy;
}
