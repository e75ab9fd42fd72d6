import { isOver, type Job } from '../../hub/jobs/job';
import { type Message, message } from '../../protocol/messages';
import type { JobState } from '../contract';

/** Where a live job stands, as far as its stage tells. A stage that is not known lives until it is over. */
export function jobState(job: Job): JobState {
	if (isOver(job)) {
		return 'ended';
	}
	return job.stage === 'SCHEDULING' ? 'queued' : job.stage === 'RUNNING' ? 'running' : 'starting';
}

/** What is known of a job that has no log yet. */
export function waiting({ stage, flavor, message: reason }: Job): Message {
	if (stage !== 'SCHEDULING') {
		return message('jobs.other-stage', { stage });
	}
	return reason === null ? message('jobs.queued', { flavor }) : message('jobs.queued-because', { flavor, reason });
}

/** What vLLM, and the Hub before it, print on the way up; what stands first here comes last there. */
const phases = [
	[/Application startup complete|Uvicorn running on/i, 'jobs.serving'],
	[/CUDA graph|torch\.compile|Capturing|warm(ing)?[ -]?up|profiling/i, 'jobs.warming-up'],
	[/\bLoading (safetensors|model|weights|pt|.*checkpoint)|Starting to load model|Model loading took/i, 'jobs.loading'],
	[/Downloading|Fetching \d+ files|downloading weights/i, 'jobs.downloading'],
	[/Pulling (image|from|fs layer)|image pull/i, 'jobs.pulling'],
	[/^=+ Job started/, 'jobs.begun'],
] as const;

/** What a server is at, by the last line of its log that tells; null where none does. */
export function phaseOf(lines: readonly string[]): Message | null {
	for (const line of lines.toReversed()) {
		const phase = phases.find(([pattern]) => pattern.test(line));
		if (phase) {
			return message(phase[1], {});
		}
	}
	return null;
}

export function isServing(phase: Message | null): boolean {
	return phase?.code === 'jobs.serving';
}

/** Whether the Hub's own words leave open why a job failed, so that its log is worth a look. */
export function isUnexplained(job: Job): boolean {
	return job.stage === 'ERROR' && ending(job, [], '').code === 'jobs.failed';
}

/**
 * Why a job is over.
 * @param lines The last of its log.
 * @param url Its page.
 */
export function ending({ stage, message: said, timeout }: Job, lines: readonly string[], url: string): Message {
	if (stage === 'COMPLETED') {
		return message('jobs.completed', { url });
	}
	if (stage === 'CANCELED') {
		return message('jobs.canceled', {});
	}
	if (stage === 'DELETED') {
		return message('jobs.deleted', {});
	}
	if (/time[d ]*[ -]?out|time limit/i.test(said ?? '')) {
		return message('jobs.timed-out', { minutes: timeout === null ? '?' : Math.ceil(timeout / 60) });
	}
	if (/preempt|evict|node (was )?(lost|shut|drain)|spot/i.test(said ?? '')) {
		return message('jobs.preempted', { reason: said ?? '' });
	}
	const reason = said?.replace(/\.$/, '') ?? message('jobs.no-reason', {});
	const line = telling(lines);
	return line === null ? message('jobs.failed', { reason, url }) : message('jobs.failed-saying', { reason, line });
}

/** The last line that speaks of an error, else the last; a long one is cut. */
function telling(lines: readonly string[]): string | null {
	const spoken = lines.filter(line => line.trim() !== '' && !/^=+ Job/.test(line));
	const line = spoken.findLast(text => /error|exception|out of memory|killed|no such|not found/i.test(text));
	return (line ?? spoken.at(-1))?.trim().slice(0, 300) ?? null;
}

/**
 * Seconds that a job ran so far, by the Hub's count or else by the clock. Waiting for hardware is not billed; pulling the
 * image is, but the Hub does not tell the one from the other, so that a minute or so may be missing.
 */
export function billedSeconds({ ran, started, finished }: Job, now: number): number {
	if (ran !== null) {
		return ran;
	}
	if (started === null) {
		return 0;
	}
	return Math.max(0, ((finished === null ? now : Date.parse(finished)) - Date.parse(started)) / 1000);
}
