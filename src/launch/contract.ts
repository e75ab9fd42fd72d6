import type { Launch, LaunchKind } from '../config/launch';
import type { CancellationToken } from '../protocol/cancellation';
import type { Disposable } from '../protocol/event';
import type { Message } from '../protocol/messages';

/** What is to be served. */
export interface ServedModel {
	/** How results name it. */
	readonly name: string;
	/** On the Hub; null: the command of the launch knows what it serves. */
	readonly id: string | null;
	/** A commit where the Hub was asked, else as written. */
	readonly revision: string;
	/** As written; null: as the server chooses. */
	readonly dtype: string | null;
}

export interface LaunchRequest<K extends LaunchKind> {
	/** Names the job wherever it runs, so that it is found again: letters, digits and `-`, at most 60. */
	readonly label: string;
	readonly launch: Extract<Launch, { kind: K }>;
	readonly model: ServedModel;
}

/** What a launch may cost and how long it may last at most. */
export interface Estimate {
	/** Null: not billed by anyone that Eval Lens knows of. */
	readonly maximalCost: { readonly dollars: number; readonly dollarsAnHour: number } | null;
	/** After which the job ends by itself, in seconds; null: it does not. */
	readonly longest: number | null;
	/** What its hardware should do; null: not known. */
	readonly speed: Speed | null;
}

/** How fast a server is: while it computes, tokens or samples bind it, whichever take longer. */
export interface Speed {
	/** Seconds until it answers. */
	readonly starting: number;
	readonly tokensASecond: number;
	readonly samplesASecond: number;
}

/**
 * Where a job stands. `queued`: waits for hardware; `starting`: the server comes up; `running`: a server may answer at the
 * endpoint; `ended`: it is over, for the reason given; `lost`: nothing is known of it any more.
 */
export type JobState = 'queued' | 'starting' | 'running' | 'ended' | 'lost';

/** Whether a job in this state costs, or soon will. */
export function isLive(state: JobState): boolean {
	return state === 'queued' || state === 'starting' || state === 'running';
}

/** Whether a job in this state is over for good, as far as anyone can tell. */
export function isOver(state: JobState): boolean {
	return state === 'ended' || state === 'lost';
}

export interface JobStatus {
	readonly state: JobState;
	/** What happens there, or why it ended: `image pulling`, an exit code, a time limit. */
	readonly detail: Message | null;
	/** Seconds that are billed so far; null: nothing is, or it is not known. */
	readonly billedSeconds: number | null;
}

/**
 * A server that can be asked, for as long as this is not disposed: a tunnel may stand behind it. One that breaks is opened
 * anew at the same address by itself; until then requests are refused, as by a server that is away.
 */
export interface Reached extends Disposable {
	/** `http://127.0.0.1:PORT`, or `https://…`; without `/v1`. */
	readonly url: string;
	/** Sent with each request; the value is in no log. */
	readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/**
 * One way to turn a computer into an endpoint. A handle is plain data: written into the run folder as JSON, it is enough to
 * follow and stop the job from another process, or another day.
 */
export interface Launcher<K extends LaunchKind, H> {
	estimate(request: LaunchRequest<K>, token: CancellationToken): Promise<Estimate>;
	/**
	 * Starts the job. Its label alone finds it again, which the caller has written down before.
	 * @throws Failure; Cancelled. Where it was refused, the job does not run; where a connection broke or it was cancelled, it
	 * may, and `find` tells.
	 */
	start(request: LaunchRequest<K>, token: CancellationToken): Promise<H>;
	/**
	 * Finds what `start` began but could not tell of, by its label, be it over or not; null: there is none.
	 * @throws Failure where that cannot be known, such as a host that is not reached.
	 */
	find(request: LaunchRequest<K>, token: CancellationToken): Promise<H | null>;
	status(handle: H, token: CancellationToken): Promise<JobStatus>;
	/** Calls `onLine` with each line of the job's output from its beginning; resolves when there are no more. */
	logs(handle: H, onLine: (line: string) => void, token: CancellationToken): Promise<void>;
	/** The way to the server, once the job runs. */
	reach(handle: H, token: CancellationToken): Promise<Reached>;
	/**
	 * Ends the job for good; one that is over already is no error. Resolves when it is really gone.
	 * @throws Failure where it is not, or that cannot be known.
	 */
	stop(handle: H): Promise<void>;
}
