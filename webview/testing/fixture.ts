import { compareVariants } from '../../src/compare/comparison';
import { emptyColumns, setSample } from '../../src/compare/sampleColumns';
import { summarise } from '../../src/compare/summary';
import { message } from '../../src/protocol/messages';
import type { Segment } from '../../src/protocol/prompt';
import type { ReportData, ReportExample, ReportSample } from '../../src/protocol/reportData';
import type { Comparison, Result } from '../../src/protocol/results';
import type { Sample } from '../../src/protocol/sample';
import { exampleKey, type FixtureFormat, formats, questionTexts } from './fixtureFormats';

export interface FixtureOptions {
	readonly examples?: number;
	readonly models?: readonly string[];
	/** Texts that replace those of the first examples. */
	readonly questions?: readonly string[];
	/** Leaves the last examples of the last variant out. */
	readonly missing?: number;
}

const CHOICES = 4;

/** An invented run: seeded, so that every test and every screenshot sees the same one. */
export function fixtureRun({
	examples = 100,
	models = ['demo-model'],
	questions = [],
	missing = 0,
}: FixtureOptions = {}): ReportData {
	const random = mulberry32(7);
	const rows: ReportExample[] = Array.from({ length: examples }, (_, i) => ({
		key: exampleKey(i),
		subject: ['us_foreign_policy', 'international_law', 'world_religions'][i % 3] ?? null,
		question: (questions[i] ?? questionTexts[i % questionTexts.length] ?? '').slice(0, 200),
		gold: Math.floor(random() * CHOICES),
		choices: [
			'It encouraged greater involvement',
			'It was the antithesis of empire',
			'It created a standing army',
			'It centralised power',
		],
	}));
	const segments = new Map<string, number>();
	const lineOf = (segment: Segment) => {
		const line = JSON.stringify(segment);
		const index = segments.get(line) ?? segments.size;
		segments.set(line, index);
		return index;
	};
	const results: Result[] = [];
	const comparisons: Comparison[] = [];
	const columns: ReportData['columns'][number][] = [];
	const lines: string[] = [];
	const subjects = rows.map(({ subject }) => subject);
	for (const model of models) {
		const lean = rows.map(() => Array.from({ length: CHOICES }, () => random()));
		const ofFormat = formats.map((format, f) => {
			const kept = f === formats.length - 1 ? examples - missing : examples;
			const samples = rows.slice(0, kept).map((row, i) => sample(row, model, format, lean[i] ?? [], random));
			columns.push({ model, variant: format.name });
			lines.push(
				rows
					.map((row, i) => {
						const one = samples[i];
						const own = questions[i] ?? questionTexts[i % questionTexts.length] ?? '';
						return one ? JSON.stringify(reportSample(one, format.segments(row, own).map(lineOf))) : '';
					})
					.join('\n'),
			);
			const listed = emptyColumns(examples);
			for (const [place, one] of samples.entries()) {
				setSample(listed, place, 0, one);
			}
			results.push(
				summarise(listed, subjects, {
					model,
					variant: format.name,
					skipped: 0,
					errors: 0,
					aggregate: format.aggregate,
				}),
			);
			return { name: format.name, samples: listed };
		});
		const [base, ...others] = ofFormat;
		if (base) {
			comparisons.push(...compareVariants(model, base, others));
		}
	}
	return {
		overview: {
			header: {
				name: 'mmlu-formats',
				state: 'done',
				notes: [message('compare.filter-open-quote', {})],
				started: '2026-11-20T09:30:00.000Z',
				seconds: 12.4,
				dataset: { path: 'cais/mmlu', split: 'test', revision: 'c30699e8356da336a370243923dbaf21066bb9fe', examples },
				models: models.map(name => ({
					name,
					revision: '12fd25f77366fa6b3b4b768ec3050bf629380bac',
					dtype: 'q4',
					engine: 'onnx 1.30.0',
					device: 'cpu',
					cost: null,
				})),
				chance: 1 / CHOICES,
			},
			variants: formats.map(({ name, preset }) => ({ name, preset })),
			results,
			comparisons,
		},
		examples: rows,
		columns,
		samples: lines,
		segments: [...segments.keys()].join('\n'),
	};
}

function reportSample(one: Sample, segments: readonly number[]): ReportSample {
	return {
		gold: one.gold,
		segments,
		nTokens: one.n_tokens,
		truncated: one.truncated,
		continuations: one.continuations,
		logprobs: one.logprobs,
		labelMass: one.label_mass,
		prediction: one.prediction,
		correct: one.correct,
		...(one.generated === undefined ? {} : { generated: one.generated }),
	};
}

/** The fixture's sample of an example under a variant. */
export function fixtureSample(data: ReportData, variant: string, example: number): ReportSample | undefined {
	const column = data.columns.findIndex(one => one.variant === variant);
	const line = data.samples[column]?.split('\n')[example];
	return line ? JSON.parse(line) : undefined;
}

function sample(
	row: ReportExample,
	model: string,
	format: FixtureFormat,
	lean: readonly number[],
	random: () => number,
): Sample {
	const logits = lean.map(
		(own, i) => own * 1.6 + random() * format.noise + (i === row.gold ? format.skill : 0) + (i === 2 ? format.bias : 0),
	);
	const norm = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
	const logprobs = logits.map(logit => logit - norm + Math.log(format.mass) - format.length);
	const best = logprobs.indexOf(Math.max(...logprobs));
	const prediction = format.generates && random() < 0.06 ? null : best;
	return {
		key: row.key,
		content_hash: '0123456789abcdef',
		subject: row.subject,
		model,
		variant: format.name,
		prompt_sha256: '0'.repeat(64),
		n_tokens: format.tokens,
		truncated: false,
		continuations: format.continuations(row),
		logprobs,
		label_mass: logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0),
		prediction,
		gold: row.gold,
		correct: prediction === row.gold,
		...(format.generates ? { generated: prediction === null ? ' The' : ` ${'ABCD'[prediction]}` } : {}),
		...(format.aggregate === 'acc_norm'
			? { prediction_norm: best, correct_norm: best === row.gold || random() < 0.1 }
			: {}),
		segments: [],
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
