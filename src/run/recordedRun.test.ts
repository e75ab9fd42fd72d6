import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	append,
	entries,
	everything,
	examples,
	format,
	model,
	newRun,
	recordedSample,
	runWith,
	said,
	segmentsOf,
	variants,
} from '../../test/recordedRuns';
import { compareVariants } from '../compare/comparison';
import { columnsOf } from '../compare/sampleBuilder';
import { summarise } from '../compare/summary';
import { openRun } from './openRun';
import { runFiles } from './runFolder';

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
