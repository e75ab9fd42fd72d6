import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Format } from '../../src/config/format';
import type { ResolvedEvaluation } from '../../src/config/resolved';
import type { LoadedDataset } from '../../src/data/dataset';
import { loadDataset } from '../../src/data/loadDataset';
import type { Question } from '../../src/data/row';
import { createRenderer } from '../../src/prompt/render';
import { createShotPicker } from '../../src/prompt/shots';
import type { Prompt } from '../../src/protocol/prompt';
import { openRun } from '../../src/run/openRun';
import { writeParquet } from '../../src/run/parquet';
import { type ExampleLine, readRecorded } from '../../src/run/readSamples';
import type { RunRecord } from '../../src/run/record';
import { runFiles, writeRecord } from '../../src/run/runFolder';
import { SampleWriter } from '../../src/run/sampleWriter';
import { presetFormat, resolvedEvaluation } from '../resolvedEvaluation';

/** Five families that differ in text, scoring and length. */
export const scalePresets = [
	'mmlu/original',
	'mmlu/helm',
	'mmlu/harness-2023-01',
	'mmlu/harness',
	'mmlu/lighteval-0.10-leaderboard',
] as const;

export interface MadeRun {
	readonly dir: string;
	/** Folder that holds `mmlu/`, the questions as Parquet files. */
	readonly data: string;
	readonly presets?: readonly string[];
	/** The first so many questions of the test split. */
	readonly examples?: number;
	/** Stops after so many samples, as a run that still goes on. */
	readonly samples?: number;
	readonly seed?: number;
}

const model = 'HuggingFaceTB/SmolLM2-135M';
const window = 8192;

/**
 * Makes the folder of a finished run over MMLU's test questions: prompts from the product's renderer, five shots each, written by
 * the product's writer, in a planner's order (subject by subject, variants inside). Only the numbers are invented, seeded.
 */
export async function makeRun({ dir, data, presets = scalePresets, seed = 7, ...some }: MadeRun): Promise<void> {
	const formats = presets.map(name => presetFormat(name));
	const evaluation: ResolvedEvaluation = {
		...resolvedEvaluation('mmlu', { formats }),
		name: 'mmlu at scale',
		models: [
			{
				name: model,
				source: { id: model },
				launch: null,
				revision: 'main',
				dtype: null,
				device: 'cpu',
				chunking: null,
				on_device_failure: 'cpu_at_load',
			},
		],
		variants: formats.map((format, i) => ({ name: presets[i] ?? '', preset: presets[i] ?? null, format })),
	};
	const dataset = await loadDataset(evaluation, { folder: data });
	const examples = dataset.examples.slice(0, some.examples);
	const total = examples.length * presets.length;
	await mkdir(dir, { recursive: true });
	await writeFile(
		path.join(dir, runFiles.examples),
		examples.map(example => `${JSON.stringify(exampleLine(example))}\n`).join(''),
	);
	const record = recordOf(evaluation, dataset, examples.length, total);
	await writeRecord(dir, { ...record, state: 'running', finished: null, done: 0 });
	const done = await writeSamples(dir, { dataset, examples, formats, presets, seed, limit: some.samples ?? total });
	if (done < total) {
		await writeRecord(dir, { ...record, state: 'running', finished: null, done });
		return;
	}
	await writeParquet(await openRun(dir), path.join(dir, runFiles.parquet));
	await writeRecord(dir, { ...record, done });
}

interface Plan {
	readonly dataset: LoadedDataset;
	readonly examples: readonly Question[];
	readonly formats: readonly Format[];
	readonly presets: readonly string[];
	readonly seed: number;
	readonly limit: number;
}

async function writeSamples(dir: string, { dataset, examples, formats, presets, seed, limit }: Plan): Promise<number> {
	const random = mulberry32(seed);
	const renderers = formats.map((format, i) => ({
		variant: { name: presets[i] ?? '', preset: presets[i] ?? null, format },
		renderer: createRenderer(format, presets[i] ?? ''),
		shots: createShotPicker(format, dataset.pools),
	}));
	const subjects = bySubject(examples);
	const writer = await SampleWriter.open(dir, await readRecorded(dir), async () => {});
	let done = 0;
	try {
		for (const ofSubject of subjects.values()) {
			const lean = ofSubject.map(() => Array.from({ length: 4 }, () => 2 * random()));
			for (const { variant, renderer, shots } of renderers) {
				for (const [i, question] of ofSubject.entries()) {
					if (done === limit) {
						return done;
					}
					const prompt = renderer.render(question, shots(question));
					const asked = {
						question,
						variant,
						prompt,
						nTokens: tokensOf(prompt),
						truncated: false,
						requests: [],
						places: [],
					};
					await writer.write(model, asked, scored(question, prompt, variant.format, lean[i] ?? [], random));
					done++;
				}
			}
		}
		await writer.sync();
		return done;
	} finally {
		await writer.close();
	}
}

function bySubject(examples: readonly Question[]): Map<string | null, Question[]> {
	const groups = new Map<string | null, Question[]>();
	for (const example of examples) {
		const group = groups.get(example.subject) ?? [];
		group.push(example);
		groups.set(example.subject, group);
	}
	return groups;
}

/** A token is some four bytes of English; only the number's length matters here. */
function tokensOf({ segments }: Prompt): number {
	return 1 + Math.round(segments.reduce((sum, { text }) => sum + text.length, 0) / 4.2);
}

/** Numbers as a small model gives them: near chance, correlated between variants, most of the mass on the labels. */
function scored(question: Question, prompt: Prompt, format: Format, lean: readonly number[], random: () => number) {
	const logits = prompt.continuations.map(
		(_, i) => (lean[i] ?? 0) + 0.8 * random() + (i === question.answer ? 0.35 : 0) + (i === 2 ? 0.2 : 0),
	);
	const norm = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - Math.log(0.82 + 0.15 * random());
	const logprobs = logits.map(logit => logit - norm);
	const best = logprobs.indexOf(Math.max(...logprobs));
	const generates = format.scoring !== 'loglikelihood';
	const prediction = generates && random() < 0.04 ? null : best;
	return {
		logprobs,
		label_mass: logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0),
		prediction,
		gold: question.answer,
		correct: prediction === question.answer,
		...(generates ? { generated: prediction === null ? ' The' : ` ${'ABCD'[prediction]}` } : {}),
		...(format.aggregate === 'acc_norm' ? { prediction_norm: best, correct_norm: best === question.answer } : {}),
	};
}

function exampleLine({ key, row, subject, question, choices, answer }: Question): ExampleLine {
	return { key, content_hash: row.contentHash, subject, question, choices, answer };
}

function recordOf(
	evaluation: RunRecord['evaluation'],
	{ files, revision }: LoadedDataset,
	examples: number,
	total: number,
): RunRecord {
	return {
		format: 1,
		id: '20261120-093000-0000',
		state: 'done',
		reason: null,
		evaluation_file: '../../mmlu.eval.yaml',
		evaluation,
		fingerprint: createHash('sha256').update(JSON.stringify(evaluation)).digest('hex'),
		started: '2026-11-20T09:30:00.000Z',
		finished: '2026-11-20T10:30:00.000Z',
		seconds: 3600,
		total,
		done: total,
		dataset: { revision, examples, files, skipped: [], skipped_from_pools: [] },
		models: [
			{
				name: model,
				revision: '0123456789abcdef',
				dtype: 'q4',
				engine: 'onnx',
				engine_version: '1.30.0',
				device: 'cpu',
				threads: 2,
				window,
				files: [{ path: 'onnx/model_q4.onnx', sha256: '0'.repeat(64) }],
				tokenizer_sha256: '0'.repeat(64),
				notes: [],
				plan: null,
				graph: null,
				from_cache: 0,
				tokens: { naive: 0, one_request: 0, distinct: 0, planned: 0, computed: 0 },
				seconds: { load: 0, plan: 0, score: 0 },
			},
		],
		versions: { eval_lens: '0.2.0', node: process.version, platform: 'linux-x64' },
	};
}

/** A small seeded generator of numbers in [0, 1): mulberry32, public domain. */
function mulberry32(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
