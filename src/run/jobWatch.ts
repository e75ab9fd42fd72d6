import { isLive, type JobStatus } from '../launch/contract';
import type { CancellationToken } from '../protocol/cancellation';
import { Cancelled } from '../protocol/cancellation';
import { endedJob, foundHandle, type LauncherFor } from './endJob';
import { type Job, noteJob } from './jobBook';
import type { JobNews, RunJobs } from './workspaceJobs';

/** Between two questions about a job that lives, and about one that is lost or could not be asked, in milliseconds. */
const askLiveEvery = 10_000;
const askOthersEvery = 60_000;

/** What is known of jobs, asked where they run; of each not more often than a person looks. */
export class JobWatch {
	readonly #news = new Map<string, JobNews>();
	readonly #underWay = new Set<string>();

	constructor(
		private readonly launcherFor: LauncherFor,
		private readonly now: () => number = Date.now,
	) {}

	readonly newsOf = (label: string): JobNews | undefined => this.#news.get(label);

	/** Forgets when it was asked, so that the next time asks about all. */
	refresh(): void {
		for (const [label, news] of this.#news) {
			this.#news.set(label, { ...news, asked: Number.NEGATIVE_INFINITY });
		}
	}

	/**
	 * Asks about the jobs whose news is old, all at once: a host that does not answer keeps no other waiting. One that has
	 * ended while nobody followed it is written down as such, and not asked for again.
	 * @param onNews Heard with each answer.
	 */
	async ask(runs: readonly RunJobs[], onNews: () => void, token: CancellationToken): Promise<void> {
		const due = runs.flatMap(run => run.jobs.filter(job => this.#isDue(run, job)).map(job => ({ run, job })));
		await Promise.all(
			due.map(async ({ run, job }) => {
				this.#underWay.add(job.label);
				try {
					this.#news.set(job.label, await this.#asked(run, job, token));
					onNews();
				} catch (error) {
					if (!(error instanceof Cancelled)) {
						throw error;
					}
				} finally {
					this.#underWay.delete(job.label);
				}
			}),
		);
	}

	#isDue({ follower }: RunJobs, { label, ended, handle }: Job): boolean {
		// What is being started has no handle yet: its run will tell.
		if (ended !== null || this.#underWay.has(label) || (handle === null && follower !== 'nobody')) {
			return false;
		}
		const news = this.#news.get(label);
		if (!news) {
			return true;
		}
		const isWell = news.problem === null && news.status !== null && isLive(news.status.state);
		return this.now() - news.asked >= (isWell ? askLiveEvery : askOthersEvery);
	}

	async #asked(run: RunJobs, job: Job, token: CancellationToken): Promise<JobNews> {
		const before = this.#news.get(job.label);
		try {
			const launcher = await this.launcherFor(job.launch);
			const handle = job.handle ?? before?.handle ?? (await foundHandle(launcher, job, token));
			const status = handle === null ? nowhere : await launcher.status(handle, token);
			if (status.state === 'ended' && run.follower === 'nobody') {
				await noteJob(run.dir, endedJob({ ...job, handle }, status, this.now()));
			}
			return { status, handle, problem: null, asked: this.now() };
		} catch (problem) {
			if (problem instanceof Cancelled) {
				throw problem;
			}
			return { status: before?.status ?? null, handle: before?.handle ?? null, problem, asked: this.now() };
		}
	}
}

const nowhere: JobStatus = { state: 'lost', detail: null, billedSeconds: null };
