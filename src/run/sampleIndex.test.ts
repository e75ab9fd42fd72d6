import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entries, everything, runWith, said } from '../../test/recordedRuns';
import { openRun } from './openRun';
import { runFiles } from './runFolder';

const numRuns = 25;

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
			{ numRuns: 200 },
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
