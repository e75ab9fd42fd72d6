import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openRun } from '../../src/run/openRun';
import { root } from '../paths';
import { temporaryFolders } from '../temporaryFolder';
import { makeRun, scalePresets } from './makeRun';

const data = path.join(root, '..', 'shared', 'data');
const folder = temporaryFolders(afterAll);

/** A tenth of MMLU. */
const examples = 1404;

/** Budgets for all of it, in bytes and milliseconds; of times ten times as much is allowed, for machines that are busy. */
const budget = { folder: 100e6, opening: 1000 };

it.skipIf(!existsSync(path.join(data, 'mmlu')))('a tenth of MMLU fits a tenth of the budgets', async () => {
	const dir = path.join(folder(), 'run');
	await makeRun({ dir, data, examples });
	const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(path.join(dir, name)).size, 0);
	expect(bytes).toBeLessThan(budget.folder / 10);
	expect(existsSync(path.join(dir, 'samples.index'))).toBe(true);
	const start = performance.now();
	const run = await openRun(dir);
	await run.columns({ model: run.results[0]?.model ?? '', base: scalePresets[0], variant: scalePresets[1] });
	expect(performance.now() - start).toBeLessThan(budget.opening);
	expect(run.results.map(({ n }) => n)).toEqual(scalePresets.map(() => examples));
});
