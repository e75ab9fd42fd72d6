import { type CancellationToken, Cancelled, throwIfCancelled } from '../../protocol/cancellation';
import { Failure, runFailure } from '../../protocol/failure';
import { withSignal } from '../abort';
import { textMember } from '../body';
import type { Hub } from '../hub';
import { plainLine } from '../plainText';
import { maximumTries, waitBefore } from '../retry';
import { events, NoEventStream } from './eventStream';
import { isOver, type JobReference } from './job';
import { getJob, jobApi, requireAccount } from './jobs';
import { jobRefusal, statusOf } from './refusals';

/** Milliseconds. */
export interface LogTiming {
	/** Without a new line, after which the job is asked whether it is over, and the log of one that is ends. */
	readonly quiet: number;
	/** Without a byte, after which a connection is taken as cut. The Hub sends a comment every 30 s. */
	readonly dead: number;
	/** Without a further line, after which the last lines are taken as complete. */
	readonly tail: number;
}

export const usualLogTiming: LogTiming = { quiet: 5000, dead: 75_000, tail: 1000 };

const lineLimit = 4000;
/** The first line may take longer than others after it. */
const pausesBefore = 3;
const longestPause = 30_000;

/** Where following stands. */
interface Progress {
	/** Lines that were told. Every connection begins with the first line again. */
	told: number;
	/** The job was seen to be over. */
	isOver: boolean;
}

/**
 * Calls `onLine` once with each line of a job's log from its beginning, without tokens and terminal codes; resolves when the
 * job is over and there are no more. The stream of a job that is over may stay open, one of a job that lives may end: only
 * the job itself tells.
 * @throws Failure where the log cannot be had, or the connection breaks several times without bringing anything; Cancelled.
 */
export async function followLog(
	hub: Hub,
	job: JobReference,
	onLine: (line: string) => void,
	token: CancellationToken,
	timing: LogTiming = usualLogTiming,
): Promise<void> {
	const progress: Progress = { told: 0, isOver: false };
	for (let vain = 0; ; ) {
		const { told, isOver: wasOver } = progress;
		const end = await connection(hub, job, onLine, progress, token, timing);
		// Only what was asked for after the end is sure to be all: an older connection may have died unnoticed.
		if (end !== 'broken' && wasOver) {
			return;
		}
		progress.isOver ||= await isJobOver(hub, job, token);
		vain = progress.told > told ? 0 : vain + 1;
		if (end === 'broken' && vain >= maximumTries) {
			throw runFailure('hub.cut-off', { host: new URL(hub.endpoint).host });
		}
		if (end === 'broken' || !progress.isOver) {
			const pause = Math.min(waitBefore(null, Math.max(1, vain), hub.clock), longestPause);
			await withSignal(token, signal => hub.clock.sleep(pause, signal));
		}
	}
}

/**
 * One connection to the log.
 * @returns `closed`: it ended as it should, the job is over and nothing came any more, or there is no log yet; `broken`: it
 * was cut.
 */
async function connection(
	hub: Hub,
	job: JobReference,
	onLine: (line: string) => void,
	progress: Progress,
	token: CancellationToken,
	timing: LogTiming,
): Promise<'closed' | 'broken'> {
	let position = 0;
	const receive = async (text: string | null): Promise<boolean> => {
		if (text === null) {
			progress.isOver ||= await isJobOver(hub, job, token);
			return !progress.isOver;
		}
		if (position++ >= progress.told) {
			progress.told++;
			onLine(lineOf(text));
		}
		return true;
	};
	try {
		await read(hub, `${jobApi(hub, job.namespace, job.id)}/logs`, receive, token, timing);
		return 'closed';
	} catch (error) {
		throwIfCancelled(token);
		if (isBreak(error)) {
			return 'broken';
		}
		// A job that has not begun has no log; whether there is such a job, the caller asks.
		if ([400, 404, 409].includes(statusOf(error) ?? 0)) {
			return 'closed';
		}
		throw jobRefusal(error, hub, job.namespace);
	}
}

/**
 * The last lines of a job's log so far, up to `count`; none where there is no log.
 * @throws Failure where the log cannot be had.
 */
export async function lastLines(
	hub: Hub,
	job: JobReference,
	count: number,
	token: CancellationToken,
	timing: LogTiming = usualLogTiming,
): Promise<readonly string[]> {
	const lines: string[] = [];
	const latest = performance.now() + 10 * timing.tail;
	let pauses = 0;
	const receive = async (text: string | null) => {
		if (text !== null) {
			lines.push(lineOf(text));
		} else if (lines.length > 0 || ++pauses >= pausesBefore) {
			return false;
		}
		return performance.now() < latest;
	};
	try {
		const url = `${jobApi(hub, job.namespace, job.id)}/logs?tail=${count}`;
		await read(hub, url, receive, token, { ...timing, quiet: timing.tail });
	} catch (error) {
		throwIfCancelled(token);
		if (!isBreak(error) && ![400, 404, 409].includes(statusOf(error) ?? 0)) {
			throw jobRefusal(error, hub, job.namespace);
		}
	}
	return lines.slice(-count);
}

/** Hands on events until `receive` wants no more, or the stream ends. */
async function read(
	hub: Hub,
	url: string,
	receive: (text: string | null) => Promise<boolean>,
	token: CancellationToken,
	timing: LogTiming,
): Promise<void> {
	await requireAccount(hub);
	await withSignal(token, async signal => {
		const { body } = await hub.fetch(url, { headers: { Accept: 'text/event-stream' }, signal });
		if (body) {
			for await (const text of events(body, timing)) {
				if (!(await receive(text))) {
					return;
				}
			}
		}
	});
}

/** Not an answer that refuses, nor a fault of ours: another connection may bring the rest. */
function isBreak(error: unknown): boolean {
	return !(error instanceof Failure || error instanceof Cancelled || error instanceof NoEventStream);
}

async function isJobOver(hub: Hub, job: JobReference, token: CancellationToken): Promise<boolean> {
	try {
		const found = await getJob(hub, job, token);
		return found === null || isOver(found);
	} catch (error) {
		// A Hub that fails for a while does not end a job.
		if (error instanceof Failure && error.kind === 'run') {
			return false;
		}
		throw error;
	}
}

/** An event is `{"data": "line", "timestamp": "…"}`; what is not, is shown as it came. */
function lineOf(event: string): string {
	return plainLine(textMember(event, 'data') ?? event, lineLimit);
}
