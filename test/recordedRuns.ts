import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll } from 'vitest';
import { sample as sampleOf } from '../src/compare/sampleBuilder';
import { promptText, type Segment } from '../src/protocol/prompt';
import type { Sample } from '../src/protocol/sample';
import type { OpenRun } from '../src/run/openRun';
import { readRecorded } from '../src/run/readSamples';
import type { RunRecord } from '../src/run/record';
import { runFiles } from '../src/run/runFolder';
import { SampleWriter } from '../src/run/sampleWriter';
import { presetFormat, questionOf, resolvedEvaluation } from './resolvedEvaluation';
import { temporaryFolders } from './temporaryFolder';

export const model = 'model';
export const variants = ['base', 'other', 'third'];
export const examples = Array.from({ length: 9 }, (_, i) => ({
	key: `test/${i}`,
	content_hash: `${i}`.padStart(16, '0'),
	subject: ['law', 'art', null][i % 3] ?? null,
	question: `Question ${i}?`,
	choices: ['a', 'b', 'c', 'd'],
	answer: i % 4,
}));

/** What is recorded of an example under a variant. */
export interface Entry {
	readonly example: number;
	readonly variant: string;
	readonly prediction: number | null;
	readonly mass: number;
	readonly truncated: boolean;
}

export const everything = variants.flatMap(variant => examples.map((_, example) => ({ example, variant })));
/** Some samples of a run in any order, as a planner may visit them. */
export const entries: fc.Arbitrary<Entry[]> = fc.shuffledSubarray(everything).chain(places =>
	fc.tuple(
		...places.map(place =>
			fc.record({
				example: fc.constant(place.example),
				variant: fc.constant(place.variant),
				prediction: fc.constantFrom(0, 1, 2, 3, null),
				mass: fc.double({ min: 0, max: 1, noNaN: true }),
				truncated: fc.boolean(),
			}),
		),
	),
);

export function segmentsOf({ example, variant }: Pick<Entry, 'example' | 'variant'>): Segment[] {
	const subject = `${examples[example]?.subject}`;
	return [
		{ kind: 'description', text: `About ${subject}, ${variant}.\n` },
		...[0, 1].map(shot => ({
			kind: 'shot' as const,
			text: `Shot ${(shot + example) % 2} 😀`,
			shot,
			key: `dev/${shot}`,
		})),
		{ kind: 'question', text: examples[example]?.question ?? '' },
		{ kind: 'answer_cue', text: '\nAnswer:' },
	];
}

export function recordedSample(entry: Entry): Sample {
	const { key = '', content_hash = '', subject = null, answer: gold = 0 } = examples[entry.example] ?? {};
	return sampleOf({
		...{ key, content_hash, subject, gold, model, variant: entry.variant },
		...{ prediction: entry.prediction, label_mass: entry.mass, truncated: entry.truncated },
		logprobs: [-1, Number.NEGATIVE_INFINITY, -1 - entry.mass, -4],
		n_tokens: entry.example,
	});
}

export const format = presetFormat('mmlu/original');

function recordOf(total: number): RunRecord {
	// What a record must have for a run to be read; the rest tells what computed it.
	return {
		format: 1,
		state: 'done',
		reason: null,
		fingerprint: '',
		started: '',
		finished: '',
		seconds: 1,
		total,
		done: total,
		evaluation: {
			...resolvedEvaluation('data'),
			models: [{ name: model }],
			variants: variants.map(name => ({ name, preset: null, format })),
		},
		dataset: { revision: '', examples: examples.length, files: [], skipped: [], skipped_from_pools: [] },
		models: [],
	} as unknown as RunRecord;
}

const folder = temporaryFolders(afterAll);

/** The folder of a run without samples. */
export async function newRun(total: number): Promise<string> {
	const dir = folder();
	writeFileSync(path.join(dir, runFiles.record), JSON.stringify(recordOf(total)));
	writeFileSync(path.join(dir, runFiles.examples), examples.map(line => `${JSON.stringify(line)}\n`).join(''));
	return dir;
}

/** Records samples as a run does. */
export async function append(dir: string, list: readonly Entry[]): Promise<void> {
	const writer = await SampleWriter.open(dir, await readRecorded(dir), async () => {});
	for (const entry of list) {
		const { key, content_hash, subject, logprobs, label_mass, prediction, gold, correct } = recordedSample(entry);
		const question = questionOf({ key, subject });
		await writer.write(
			model,
			{
				question: { ...question, row: { ...question.row, contentHash: content_hash } },
				variant: { name: entry.variant, preset: null, format },
				prompt: { segments: segmentsOf(entry), continuations: [' A', ' B', ' C', ' D'] },
				nTokens: entry.example,
				truncated: entry.truncated,
				requests: [],
				places: [],
			},
			{ logprobs, label_mass, prediction, gold, correct },
		);
	}
	await writer.close();
}

export async function runWith(list: readonly Entry[], total = list.length): Promise<string> {
	const dir = await newRun(total);
	await append(dir, list);
	return dir;
}

/** All that a run says. */
export async function said(run: OpenRun): Promise<unknown> {
	const samples = [];
	for await (const { sample, segments } of run.samples()) {
		samples.push({ ...sample, segments, prompt: promptText({ segments }) });
	}
	const choices = variants.map(variant => ({ model, base: 'base', variant }));
	return {
		...(await run.overview()),
		examples: await run.examples(),
		columns: await Promise.all(choices.map(choice => run.columns(choice))),
		pairs: await Promise.all(examples.map(({ key }) => run.pair({ model, base: 'base', variant: 'other', key }))),
		samples,
	};
}
