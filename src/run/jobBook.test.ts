import { expect, it } from 'vitest';
import { temporaryFolders } from '../../test/temporaryFolder';
import { noteJob, readJobs } from './jobBook';

const folder = temporaryFolders();

it('keeps every job that is noted, many at once', async () => {
	const dir = folder();
	const launch = { kind: 'local', command: 'serve', port: 1 } as const;
	const labels = Array.from({ length: 30 }, (_, i) => `eval-lens-${i}`);
	await Promise.all(
		labels.map((label, i) =>
			noteJob(dir, {
				label,
				launch,
				model: 'm'.repeat(1 + 50 * (i % 3)),
				started: '2026-03-10T11:00:00Z',
				handle: null,
				ended: null,
				dollarsAnHour: null,
				maximalDollars: null,
				dollars: null,
			}),
		),
	);
	expect((await readJobs(dir)).map(({ label }) => label).sort()).toEqual(labels.sort());
});
