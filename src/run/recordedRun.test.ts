import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetFormat, questionOf, resolvedEvaluation } from '../../test/resolvedEvaluation';
import { compareVariants } from '../compare/comparison';
import { columnsOf, sample as sampleOf } from '../compare/sampleBuilder';
import { summarise } from '../compare/summary';
import { promptText, type Segment } from '../protocol/prompt';
import type { Sample } from '../protocol/sample';
import { type OpenRun, openRun } from './openRun';
import { readRecorded } from './readSamples';
import type { RunRecord } from './record';
import { runFiles } from './runFolder';
import { SampleWriter } from './sampleWriter';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'recorded-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const model = 'model';
const variants = ['base', 'other', 'third'];
const examples = Array.from({ length: 9 }, (_, i) => ({
	key: `test/${i}`,
	content_hash: `${i}`.padStart(16, '0'),
	subject: ['law', 'art', null][i % 3] ?? null,
	question: `Question ${i}?`,
	choices: ['a', 'b', 'c', 'd'],
	answer: i % 4,
}));

/** What is recorded of an example under a variant. */
interface Entry {
	readonly example: number;
	readonly variant: string;
	readonly prediction: number | null;
	readonly mass: number;
	readonly truncated: boolean;
}

const everything = variants.flatMap(variant => examples.map((_, example) => ({ example, variant })));
/** Some samples of a run in any order, as a planner may visit them. */
const entries: fc.Arbitrary<Entry[]> = fc.shuffledSubarray(everything).chain(places =>
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

function segmentsOf({ example, variant }: Pick<Entry, 'example' | 'variant'>): Segment[] {
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

function recordedSample(entry: Entry): Sample {
	const { key = '', content_hash = '', subject = null, answer: gold = 0 } = examples[entry.example] ?? {};
	return sampleOf({
		...{ key, content_hash, subject, gold, model, variant: entry.variant },
		...{ prediction: entry.prediction, label_mass: entry.mass, truncated: entry.truncated },
		logprobs: [-1, Number.NEGATIVE_INFINITY, -1 - entry.mass, -4],
		n_tokens: entry.example,
	});
}

const format = presetFormat('mmlu/original');

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

let folders = 0;
async function newRun(total: number): Promise<string> {
	const dir = path.join(folder, String(folders++));
	mkdirSync(dir);
	writeFileSync(path.join(dir, runFiles.record), JSON.stringify(recordOf(total)));
	writeFileSync(path.join(dir, runFiles.examples), examples.map(line => `${JSON.stringify(line)}\n`).join(''));
	return dir;
}

async function append(dir: string, list: readonly Entry[]): Promise<void> {
	const writer = await SampleWriter.open(dir, await readRecorded(dir));
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

async function runWith(list: readonly Entry[], total = list.length): Promise<string> {
	const dir = await newRun(total);
	await append(dir, list);
	return dir;
}

/** All that a run says. */
async function said(run: OpenRun): Promise<unknown> {
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

const numRuns = 25;

describe('a recorded run', () => {
	it('says what its samples say, with their exact prompts', async () => {
		await fc.assert(
			fc.asyncProperty(entries, async list => {
				const run = await openRun(await runWith(list));
				const keys = examples.map(({ key }) => key);
				const of = (variant: string) => list.filter(one => one.variant === variant).map(recordedSample);
				const columns = (variant: string) => {
					const plain = columnsOf(of(variant), keys);
					// Of one run, each key stands for its own row.
					return { ...plain, row: plain.row.map((_, i) => (of(variant).some(one => one.key === keys[i]) ? 0 : -1)) };
				};
				const subjects = examples.map(({ subject }) => subject);
				expect(run.results).toEqual(
					variants.map(variant =>
						summarise(columns(variant), subjects, {
							model,
							variant,
							skipped: 0,
							errors: 0,
							aggregate: format.aggregate,
						}),
					),
				);
				const named = (name: string) => ({ name, samples: columns(name) });
				expect(run.comparisons).toEqual(compareVariants(model, named('base'), ['other', 'third'].map(named)));
				for (const entry of list) {
					const found = await run.sample(model, entry.variant, `test/${entry.example}`);
					const { segments: _, prompt_sha256: __, ...expected } = recordedSample(entry);
					expect(found?.sample).toMatchObject(expected);
					expect(found?.segments).toEqual(segmentsOf(entry));
				}
			}),
			{ numRuns },
		);
	});

	it('does not depend on the order in which samples were written', async () => {
		const reordered = entries.chain(list =>
			fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
		);
		await fc.assert(
			fc.asyncProperty(reordered, async ([list, other]) => {
				expect(await said(await openRun(await runWith(other)))).toEqual(await said(await openRun(await runWith(list))));
			}),
			{ numRuns },
		);
	});

	it('read again as it grows is the run read as a whole', async () => {
		await fc.assert(
			fc.asyncProperty(entries, fc.array(fc.nat(), { maxLength: 3 }), async (list, cuts) => {
				const dir = await newRun(everything.length);
				let run = await openRun(dir);
				let from = 0;
				for (const cut of [...cuts.map(cut => cut % (list.length + 1)).sort((a, b) => a - b), list.length]) {
					await append(dir, list.slice(from, cut));
					from = cut;
					run = await run.reread();
				}
				expect(await said(run)).toEqual(await said(await openRun(dir)));
			}),
			{ numRuns },
		);
	});

	it('is read anew where it is another run than before', async () => {
		const whole = everything.map((one, i) => ({ ...one, prediction: i % 4, mass: 0.5, truncated: false }));
		const dir = await runWith(whole);
		const run = await openRun(dir);
		rmSync(path.join(dir, runFiles.samples));
		rmSync(path.join(dir, runFiles.segments));
		await append(dir, whole.slice(0, 5));
		expect(await said(await run.reread())).toEqual(await said(await openRun(dir)));
	});

	it('knows the questions that were written after it was first looked at', async () => {
		const dir = await newRun(everything.length);
		const lines = readFileSync(path.join(dir, runFiles.examples), 'utf8');
		writeFileSync(path.join(dir, runFiles.examples), '');
		const run = await openRun(dir);
		writeFileSync(path.join(dir, runFiles.examples), lines);
		await append(dir, [{ example: 3, variant: 'base', prediction: 0, mass: 1, truncated: false }]);
		expect(await said(await run.reread())).toEqual(await said(await openRun(dir)));
		expect((await (await openRun(dir)).examples()).question).toHaveLength(9);
	});

	it('keeps texts once, whatever order shots have and however many prompts they stand in', async () => {
		const dir = await runWith(everything.map(one => ({ ...one, prediction: 0, mass: 1, truncated: false })));
		const lines = readFileSync(path.join(dir, runFiles.segments), 'utf8').trimEnd().split('\n');
		const texts = lines.flatMap(line => JSON.parse(line).text ?? []);
		// 9 descriptions, 2 shots as rows of 2 keys, 9 questions, 1 cue.
		expect(new Set(texts).size).toBe(9 + 2 + 9 + 1);
		expect(texts).toHaveLength(9 + 4 + 9 + 1);
	});

	it('refuses a sample that stands twice, and names it', async () => {
		const twice = { example: 7, variant: 'base', prediction: 0, mass: 1, truncated: false };
		await expect(runWith([twice, twice]).then(dir => openRun(dir))).rejects.toThrow(
			'test/7 stands twice among the samples of model under base',
		);
	});

	it('shows samples of examples that the slice does not know, and of rows that changed', async () => {
		const dir = await runWith(everything.map(one => ({ ...one, prediction: 0, mass: 1, truncated: false })));
		const lines = readFileSync(path.join(dir, runFiles.examples), 'utf8').trimEnd().split('\n');
		const changed = lines[2]?.replace('0000000000000002', 'ffffffffffffffff');
		writeFileSync(path.join(dir, runFiles.examples), `${[lines[1], changed].join('\n')}\n`);
		const run = await openRun(dir);
		expect(run.results.map(({ n }) => n)).toEqual([9, 9, 9]);
		expect(run.comparisons.map(({ n, missing }) => [n, missing])).toEqual([
			[9, 0],
			[9, 0],
		]);
		expect((await run.examples()).key.slice(0, 3)).toEqual(['test/1', 'test/2', 'test/0']);
	});

	it('reads folders of version 0.2.0, and goes on with them', async () => {
		const dir = await newRun(2);
		const { segments: _, ...old } = recordedSample({
			example: 0,
			variant: 'base',
			prediction: 1,
			mass: 0.5,
			truncated: true,
		});
		const texts = segmentsOf({ example: 0, variant: 'base' });
		const id = (i: number) => `${i}`.padStart(16, 'a');
		writeFileSync(
			path.join(dir, runFiles.segments),
			texts.map(({ text }, i) => `${JSON.stringify({ id: id(i), text })}\n`).join(''),
		);
		const segments = texts.map((segment, i) => ({ ...segment, text: id(i) }));
		writeFileSync(path.join(dir, runFiles.samples), `${JSON.stringify({ ...old, segments })}\n`);
		await append(dir, [{ example: 0, variant: 'other', prediction: 2, mass: 0.5, truncated: false }]);
		const run = await openRun(dir);
		expect((await run.sample(model, 'base', 'test/0'))?.segments).toEqual(texts);
		expect((await run.sample(model, 'other', 'test/0'))?.segments).toEqual(
			segmentsOf({ example: 0, variant: 'other' }),
		);
	});
});

describe('the index of a finished run', () => {
	const complete = everything.map((one, i) => ({
		...one,
		prediction: i % 5 === 4 ? null : i % 4,
		mass: i / 50,
		truncated: i % 7 === 0,
	}));

	/** A run that was opened once, what it says, and its index. */
	async function indexed() {
		const dir = await runWith(complete);
		const plain = await said(await openRun(dir));
		return { dir, plain, index: path.join(dir, runFiles.index) };
	}

	it('is the plain reading', async () => {
		await fc.assert(
			fc.asyncProperty(entries, async list => {
				const dir = await runWith(list);
				const plain = await said(await openRun(dir));
				expect(list.length > 0 ? statSync(path.join(dir, runFiles.index)).size : 1).toBeGreaterThan(0);
				expect(await said(await openRun(dir))).toEqual(plain);
			}),
			{ numRuns },
		);
	});

	it('is used where it fits', async () => {
		const dir = await runWith(complete);
		const file = path.join(dir, runFiles.samples);
		const then = new Date(1_700_000_000_000);
		utimesSync(file, then, then);
		const { results } = await openRun(dir);
		// A line that is none, far from the end, of the same length and time: only who reads all lines meets it.
		writeFileSync(file, readFileSync(file, 'utf8').replace('{"key"', '}"key"'));
		utimesSync(file, then, then);
		expect((await openRun(dir)).results).toEqual(results);
		rmSync(path.join(dir, runFiles.index));
		await expect(openRun(dir)).rejects.toThrow('Line 1 of');
	});

	it('is not made of a run that is not complete', async () => {
		const dir = await runWith(complete.slice(1), complete.length);
		await openRun(dir);
		expect(() => statSync(path.join(dir, runFiles.index))).toThrow('ENOENT');
	});

	it('is never believed where a byte of it changed or is missing', async () => {
		const { dir, plain, index } = await indexed();
		const whole = readFileSync(index);
		await fc.assert(
			fc.asyncProperty(
				fc.nat(whole.length - 1),
				fc.integer({ min: 1, max: 255 }),
				fc.boolean(),
				async (at, by, cut) => {
					const damaged = Buffer.from(whole);
					damaged[at] = (damaged[at] ?? 0) ^ by;
					writeFileSync(index, cut ? whole.subarray(0, at) : damaged);
					expect(await said(await openRun(dir))).toEqual(plain);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('is made anew where samples or examples are others than those it was made of', async () => {
		for (const name of [runFiles.samples, runFiles.examples]) {
			const { dir, plain } = await indexed();
			const file = path.join(dir, name);
			const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
			writeFileSync(file, `${[...lines.slice(1), lines[0]].join('\n')}\n`);
			const again = await said(await openRun(dir));
			if (name === runFiles.samples) {
				expect(again).toEqual(plain);
			} else {
				expect(Reflect.get(again as object, 'results')).toEqual(Reflect.get(plain as object, 'results'));
				expect((await (await openRun(dir)).examples()).key.at(-1)).toBe('test/0');
			}
		}
	});

	it('goes with a folder that is copied, or cannot be written', async () => {
		const { dir, plain, index } = await indexed();
		const later = new Date(Date.now() + 60_000);
		utimesSync(path.join(dir, runFiles.samples), later, later);
		rmSync(index);
		// A folder in the place of the file: nothing can be renamed onto it.
		mkdirSync(path.join(index, 'inside'), { recursive: true });
		expect(await said(await openRun(dir))).toEqual(plain);
	});
});
