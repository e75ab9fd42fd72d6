import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import type { AnyLauncher } from '../launch/launchers';
import { neverCancelled } from '../protocol/cancellation';
import { runFailure } from '../protocol/failure';
import { endOpenJobs, openJobs } from './endJob';
import { type Job, noteJob } from './jobBook';

const folder = temporaryFolders();

function job(label: string, changes: Partial<Job> = {}): Job {
	return {
		label,
		launch: { kind: 'ssh', host: 'gpu', command: 'serve', port: 8000 },
		model: 'large',
		started: '2026-03-10T11:00:00Z',
		handle: { label },
		ended: null,
		dollarsAnHour: null,
		maximalDollars: null,
		dollars: null,
		...changes,
	};
}

/** A place that knows no labels, and whose jobs all end but those named. */
function place(...stubborn: readonly string[]) {
	const launcher: Pick<AnyLauncher, 'find' | 'status' | 'stop'> = {
		find: async () => null,
		status: async () => ({ state: 'ended', detail: null, billedSeconds: null }),
		async stop(handle) {
			if (stubborn.some(label => isDeepStrictEqual(handle, { label }))) {
				throw runFailure('launch.slurm.not-running', { id: '1' });
			}
		},
	};
	// The others are never called here.
	return async () => launcher as AnyLauncher;
}

async function book(...jobs: readonly Job[]): Promise<string> {
	const dir = folder();
	for (const one of jobs) {
		await noteJob(dir, one);
	}
	return dir;
}

const labels = (jobs: readonly Job[]) => jobs.map(({ label }) => label);

test('what may still run is what was not seen to end, be it known where it is or not', async () => {
	const dir = await book(job('a'), job('b', { ended: '2026-03-10T12:00:00Z' }), job('c', { handle: null }));
	expect(labels(await openJobs(dir))).toEqual(['a', 'c']);
	expect(await openJobs(folder())).toEqual([]);
});

test('all of a run are ended; one that is not found stays in the book', async () => {
	const dir = await book(job('a'), job('b', { handle: null }), job('c'));
	expect(labels(await endOpenJobs(dir, place(), neverCancelled))).toEqual(['b']);
	expect(labels(await openJobs(dir))).toEqual(['b']);
});

test('one that does not end keeps no other running, and is told of', async () => {
	const dir = await book(job('a'), job('b'));
	await expect(endOpenJobs(dir, place('a'), neverCancelled)).rejects.toMatchObject({
		reason: { code: 'launch.slurm.not-running' },
	});
	expect(labels(await openJobs(dir))).toEqual(['a']);
});
