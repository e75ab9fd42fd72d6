import type { Hub } from '../../hub/hub';
import { isOver, type JobReference } from '../../hub/jobs/job';
import { cancelJob, getJob, jobUrl } from '../../hub/jobs/jobs';
import { neverCancelled } from '../../protocol/cancellation';
import { Failure, runFailure } from '../../protocol/failure';

/** Milliseconds: a job that was told to end and has not by then is told of. */
const endPatience = 120_000;
const longestPause = 5000;

/**
 * Cancels a job and waits until the Hub says that it is over. What fails on the way is tried again until then.
 * @throws Failure where it is refused, where this account does not see it, or where the job lives on or the Hub fails for two minutes.
 */
export async function stopJob(hub: Hub, job: JobReference): Promise<void> {
	const begun = hub.clock.now();
	let refused: unknown = null;
	for (let tries = 1, isCancelled = false; ; tries++) {
		try {
			if (!isCancelled) {
				await cancelJob(hub, job, neverCancelled);
				isCancelled = true;
			}
			refused = null;
		} catch (error) {
			refused = error;
		}
		const now = await getJob(hub, job, neverCancelled).catch((error: unknown) => {
			refused ??= error;
			return undefined;
		});
		if (now && isOver(now)) {
			return;
		}
		if (now === null) {
			throw runFailure('jobs.not-seen', { url: jobUrl(hub, job) });
		}
		if (refused && !(refused instanceof Failure && refused.kind === 'run')) {
			throw refused;
		}
		if (hub.clock.now() - begun > endPatience) {
			const minutes = endPatience / 60_000;
			throw refused ?? runFailure('jobs.still-runs', { minutes, url: jobUrl(hub, job) });
		}
		await hub.clock.sleep(Math.min(1000 * tries, longestPause), undefined);
	}
}
