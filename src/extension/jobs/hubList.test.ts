import { expect, test } from 'vitest';
import type { LiveHubJob } from '../../launch/hubJobs/live';
import { neverCancelled } from '../../protocol/cancellation';
import { runFailure } from '../../protocol/failure';
import { liveJobsOf } from './hubList';

const job = (id: string): LiveHubJob => ({
	handle: { namespace: 'acme', id },
	label: null,
	model: null,
	flavor: 'l4x1',
	created: null,
	stage: 'RUNNING',
	url: `https://hub/jobs/${id}`,
	billedSeconds: 0,
	dollarsAnHour: null,
});

/** Accounts with their jobs; others refuse. */
const hub = (accounts: Readonly<Record<string, readonly string[]>>) => ({
	async live(namespace: string | null) {
		const ids = accounts[namespace ?? 'me'];
		if (!ids) {
			throw runFailure('jobs.gone', { url: namespace ?? 'me' });
		}
		return ids.map(job);
	},
});

const list = (accounts: Parameters<typeof hub>[0], ...namespaces: readonly (string | null)[]) =>
	liveJobsOf(hub(accounts), namespaces, neverCancelled);

test('an account that may not be asked hides no jobs of the others, and each job is listed once', async () => {
	const jobs = await list({ me: ['1', '2'], acme: ['2', '3'] }, null, 'former', 'acme');
	expect(jobs.map(({ handle }) => handle.id)).toEqual(['1', '2', '3']);
	expect(await list({ me: [] }, null, 'former')).toEqual([]);
});

test('where none can be asked, why is told', async () => {
	await expect(list({}, null, 'former')).rejects.toMatchObject({ reason: { params: { url: 'me' } } });
});
