import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { resolvedEvaluation } from '../../test/resolvedEvaluation';
import { temporaryFolders } from '../../test/temporaryFolder';
import { runCli } from './program';

const temporaryFolder = temporaryFolders();

/** Leaves an unfinished run of an evaluation behind. */
function leaveRun(folder: string, name: string, started: string): void {
	const dir = path.join(folder, '.evals', name, started);
	mkdirSync(dir, { recursive: true });
	const record = {
		format: 1,
		state: 'cancelled',
		started,
		evaluation_file: `../../../${name}.eval.yaml`,
		fingerprint: '',
		total: 1,
		done: 0,
		evaluation: resolvedEvaluation('data'),
		dataset: { skipped: [], skipped_from_pools: [] },
		models: [],
	};
	writeFileSync(path.join(dir, 'run.json'), JSON.stringify(record));
}

async function resume(folder: string) {
	let stderr = '';
	const write = (text: string) => {
		stderr += text;
	};
	const code = await runCli(['resume', folder], { folder: '', stdout: { write }, stderr: { write } });
	return { code, stderr };
}

test('a run that cannot go on is told of, and keeps no newer one waiting', async () => {
	const folder = temporaryFolder();
	leaveRun(folder, 'gone', '2026-03-01');
	leaveRun(folder, 'edited', '2026-03-02');
	writeFileSync(path.join(folder, 'edited.eval.yaml'), 'nonsense: 1\n');
	leaveRun(folder, 'gone-too', '2026-03-03');
	const { code, stderr } = await resume(folder);
	expect(code).toBe(2);
	const told = ['gone.eval.yaml', 'edited.eval.yaml:1:1: error:', 'gone-too.eval.yaml'].map(text =>
		stderr.indexOf(text),
	);
	expect(told, stderr).not.toContain(-1);
	expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test('a folder without unfinished runs is told of', async () => {
	expect(await resume(temporaryFolder())).toMatchObject({ code: 2 });
});
