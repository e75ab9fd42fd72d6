import type { HubJobsLauncher } from '../../launch/hubJobs';
import type { LiveHubJob } from '../../launch/hubJobs/live';
import type { CancellationToken } from '../../protocol/cancellation';

/**
 * The jobs that live in any of some accounts, each once. One that may not be asked any more, as of an old run, hides no
 * jobs of the others.
 * @param namespaces null: the person's own account.
 * @throws What the first one said, where none could be asked.
 */
export async function liveJobsOf(
	launcher: Pick<HubJobsLauncher, 'live'>,
	namespaces: readonly (string | null)[],
	token: CancellationToken,
): Promise<readonly LiveHubJob[]> {
	const answers = await Promise.allSettled(namespaces.map(namespace => launcher.live(namespace, token)));
	const [first] = answers;
	if (first?.status === 'rejected' && answers.every(({ status }) => status === 'rejected')) {
		throw first.reason;
	}
	const jobs = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
	return [...new Map(jobs.map(job => [job.url, job])).values()];
}
