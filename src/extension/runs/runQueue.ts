import { CancellationSource, type CancellationToken } from '../../protocol/cancellation';
import { type Event, EventSource } from '../../protocol/event';
import type { RunProgress } from '../../run/progress';
import type { RunRecord } from '../../run/record';

/** What a person asked to be run. */
export interface RunRequest {
	/** Absolute path of the evaluation file. */
	readonly file: string;
	/** How the evaluation is named while nothing is known of it. */
	readonly name: string;
	/** Instead of the file's own limit. */
	readonly limit?: number;
	/** The run folder to continue; absent: as `evaluate` chooses. */
	readonly out?: string;
}

/** A run of this window, from asking for it until it has ended. */
export interface ActiveRun {
	readonly request: RunRequest;
	readonly state: 'queued' | 'running';
	/** Known once the run folder exists. */
	readonly dir: string | null;
	readonly record: RunRecord | null;
	readonly progress: RunProgress | null;
	cancel(): void;
}

export interface EndedRun {
	readonly request: RunRequest;
	/** Null where it was cancelled before it began, or could not begin. */
	readonly result: { readonly dir: string; readonly record: RunRecord } | null;
	/** What kept it from beginning. */
	readonly error: unknown;
}

/** Does the work of a run; src/run's `evaluate` with what the window knows filled in. */
export type Execute = (
	request: RunRequest,
	observe: {
		readonly token: CancellationToken;
		onProgress(progress: RunProgress): void;
		onStart(dir: string, record: RunRecord): void;
	},
) => Promise<{ readonly dir: string; readonly record: RunRecord }>;

/** Runs one evaluation at a time, in the order they were asked for: a model fills the processor, two would both be slow. */
export class RunQueue {
	readonly #changed = new EventSource<void>();
	readonly #ended = new EventSource<EndedRun>();
	#runs: readonly Job[] = [];

	/** A run was asked for, began, went on or ended. */
	readonly onDidChange: Event<void> = this.#changed.event;
	readonly onDidEnd: Event<EndedRun> = this.#ended.event;

	constructor(private readonly execute: Execute) {}

	/** The running one first, then those that wait. */
	get runs(): readonly ActiveRun[] {
		return this.#runs;
	}

	/** The run in this folder, if this window runs it. */
	in(dir: string): ActiveRun | undefined {
		return this.#runs.find(run => run.dir === dir);
	}

	/** Resolves when the run has ended, however it ended. */
	add(request: RunRequest): Promise<EndedRun> {
		return new Promise(resolve => {
			const job: Job = {
				request,
				state: 'queued',
				dir: null,
				record: null,
				progress: null,
				source: new CancellationSource(),
				resolve,
				cancel: () => this.#cancel(job),
			};
			this.#runs = [...this.#runs, job];
			this.#changed.fire();
			this.#next();
		});
	}

	cancelAll(): void {
		for (const run of [...this.#runs].reverse()) {
			run.cancel();
		}
	}

	/**
	 * Cancels what this computer computes, and what waits. A run that a server computes is left as it stands, as if its process
	 * were killed: a cancellation would end the job, which goes on until somebody resumes the run or ends the job.
	 */
	leave(): void {
		for (const run of [...this.#runs].reverse()) {
			if (!isOnServer(run)) {
				run.cancel();
			}
		}
	}

	#cancel(job: Job): void {
		job.source.cancel();
		if (job.state === 'queued') {
			this.#end(job, null, undefined);
		}
	}

	#next(): void {
		const [job] = this.#runs;
		if (job?.state === 'queued') {
			job.state = 'running';
			this.#changed.fire();
			void this.#run(job);
		}
	}

	async #run(job: Job): Promise<void> {
		try {
			const result = await this.execute(job.request, {
				token: job.source.token,
				onProgress: progress => {
					job.progress = progress;
					this.#changed.fire();
				},
				onStart: (dir, record) => {
					job.dir = dir;
					job.record = record;
					this.#changed.fire();
				},
			});
			this.#end(job, result, undefined);
		} catch (error) {
			this.#end(job, null, error);
		}
	}

	#end(job: Job, result: EndedRun['result'], error: unknown): void {
		this.#runs = this.#runs.filter(other => other !== job);
		const ended = { request: job.request, result, error };
		this.#changed.fire();
		this.#ended.fire(ended);
		job.resolve(ended);
		this.#next();
	}
}

/** Of a run of several models: whether a server computes the one that it is at. */
function isOnServer({ record, progress }: ActiveRun): boolean {
	const spec = record?.evaluation.models.find(({ name }) => name === progress?.model);
	return (spec?.launch ?? null) !== null;
}

interface Job extends ActiveRun {
	state: 'queued' | 'running';
	dir: string | null;
	record: RunRecord | null;
	progress: RunProgress | null;
	readonly source: CancellationSource;
	resolve(ended: EndedRun): void;
}
