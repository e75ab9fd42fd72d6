import type { Output } from './send';

/**
 * Jobs of the stand-in, in the shapes of the API's documentation. Whoever has the token `hf_test_good` may use those of the
 * accounts `ada` and `acme`; `hf_test_nogate` lacks the permission for jobs.
 *
 *   hub.jobs.onJobStart = async job => ({ url: await serve(job.request.command), stop });   // a real server behind a job
 *   hub.jobs.startsAfterMs = null;       // queued until job.run()
 *   job.end('ERROR', 'Job was preempted');
 */
export interface JobsStandIn {
	/** All that were made, the oldest first. */
	readonly all: readonly StandInJob[];
	/** 0; null: a job waits for hardware until `run` is called. */
	startsAfterMs: number | null;
	/** What the program of a job prints when it starts; like vLLM's. A job that never becomes ready prints less. */
	output: (job: StandInJob) => readonly string[];
	/** Brings up what the job serves, and says where; null: nothing answers at its address. */
	onJobStart: ((job: StandInJob) => Promise<JobServer>) | null;
	/** How long a second of jobs lasts: their time limits and durations go by it. 1000. */
	secondMs: number;
	/** From the request to cancel to the end; 0. Null: jobs do not end by it. */
	cancelsAfterMs: number | null;
	/** Comments in logs; 30 s. */
	keepAliveMs: number;
	/** Whether the log of a job that is over ends; else it stays open. */
	logsEnd: boolean;
	/** False: 402 for each new job. */
	hasCredit: boolean;
	/** Of lists; 100. */
	pageSize: number;
	/** The next job; for those who wait until one is made. */
	next(): Promise<StandInJob>;
}

export interface JobServer {
	/** Such as `http://127.0.0.1:PORT`. */
	readonly url: string;
	/** Called when the job is over. */
	readonly stop?: () => unknown;
}

/** The body of `POST /api/jobs/{namespace}`. */
export interface SubmittedJob {
	readonly dockerImage?: string;
	readonly command: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	readonly secrets?: Readonly<Record<string, string>>;
	readonly flavor: string;
	readonly timeoutSeconds?: number;
	readonly attempts?: number;
	readonly labels?: Readonly<Record<string, string>>;
	readonly expose?: { readonly ports: readonly number[] };
}

type LastStage = 'COMPLETED' | 'CANCELED' | 'ERROR' | 'DELETED';

export class StandInJob {
	/** Changeable, for one that nobody knows. */
	stage = 'SCHEDULING';
	message: string | null = null;
	/** What exposes its ports; changeable, for an answer that leads astray. */
	addresses: readonly string[] = [];
	readonly created = Date.now();
	started: number | null = null;
	finished: number | null = null;
	readonly #lines: string[] = [];
	readonly #readers = new Set<Output>();
	#server: JobServer | null = null;
	#limit: NodeJS.Timeout | undefined;

	constructor(
		private readonly jobs: JobsStandIn,
		readonly id: string,
		readonly namespace: string,
		readonly request: SubmittedJob,
	) {}

	get isOver(): boolean {
		return ['COMPLETED', 'CANCELED', 'ERROR', 'DELETED'].includes(this.stage);
	}

	/** Hardware was found. */
	async run(): Promise<void> {
		if (this.stage !== 'SCHEDULING') {
			return;
		}
		this.started = Date.now();
		this.stage = 'RUNNING';
		this.log(`===== Job started at ${new Date(this.started).toISOString()} =====`);
		this.#limit = setTimeout(
			() => void this.end('ERROR', 'Job timeout'),
			(this.request.timeoutSeconds ?? 1800) * this.jobs.secondMs,
		);
		this.#limit.unref();
		const port = this.request.expose?.ports[0];
		if (port !== undefined) {
			this.addresses = [`https://${this.id}--${port}.hf.jobs`];
		}
		if (this.jobs.onJobStart) {
			const server = await this.jobs.onJobStart(this);
			if (this.isOver) {
				await server.stop?.();
				return;
			}
			this.#server = server;
			this.addresses = [server.url];
		}
		this.log(...this.jobs.output(this));
	}

	log(...lines: readonly string[]): void {
		this.#lines.push(...lines);
		for (const reader of this.#readers) {
			reader.write(lines.map(eventOf).join(''));
		}
	}

	async end(stage: LastStage, message: string | null = null): Promise<void> {
		if (this.isOver) {
			return;
		}
		clearTimeout(this.#limit);
		this.stage = stage;
		this.message = message;
		this.finished = Date.now();
		if (this.jobs.logsEnd) {
			this.endLogs();
		}
		const server = this.#server;
		this.#server = null;
		await server?.stop?.();
	}

	/** Ends the streams of its log, as happens while a job goes on. */
	endLogs(): void {
		for (const reader of this.#readers) {
			reader.end();
		}
	}

	/** Every stream begins with the first line, or with the last `tail`. */
	logTo(output: Output, tail: number | null): void {
		output.write(
			this.#lines
				.slice(tail === null ? 0 : -tail)
				.map(eventOf)
				.join(''),
		);
		if (this.isOver && this.jobs.logsEnd) {
			output.end();
			return;
		}
		this.#readers.add(output);
		const timer = setInterval(() => output.write(': keep-alive\n\n'), this.jobs.keepAliveMs);
		output.onClose(() => {
			clearInterval(timer);
			this.#readers.delete(output);
		});
	}

	answer(): object {
		const { request, started, finished, created } = this;
		const now = Date.now();
		const seconds = (from: number, to: number) => Math.round((to - from) / this.jobs.secondMs);
		const end = finished ?? now;
		return {
			type: 'job',
			id: this.id,
			createdAt: iso(created),
			startedAt: iso(started),
			finishedAt: iso(finished),
			dockerImage: request.dockerImage ?? null,
			spaceId: null,
			command: request.command,
			arguments: [],
			environment: request.environment ?? {},
			secrets: Object.keys(request.secrets ?? {}),
			flavor: request.flavor,
			arch: 'amd64',
			labels: request.labels ?? {},
			volumes: [],
			timeoutSeconds: request.timeoutSeconds ?? 1800,
			attempts: request.attempts ?? 1,
			status: {
				stage: this.stage,
				message: this.message,
				exposeUrls: this.addresses,
				sshUrl: null,
				failureCount: this.stage === 'ERROR' ? 1 : 0,
			},
			durations: {
				schedulingSecs: seconds(created, started ?? end),
				runningSecs: started === null ? 0 : seconds(started, end),
				totalSecs: seconds(created, end),
			},
			owner: { id: '5f0c', name: this.namespace, type: this.namespace === 'ada' ? 'user' : 'org' },
			initiator: { type: 'user', id: '5f0c', name: 'ada' },
		};
	}
}

function iso(time: number | null): string | null {
	return time === null ? null : new Date(time).toISOString();
}

function eventOf(line: string): string {
	return `data: ${JSON.stringify({ data: line, timestamp: new Date().toISOString() })}\n\n`;
}

/** What vLLM prints on its way up, shortened. */
export function vllmOutput({ request }: StandInJob): readonly string[] {
	return [
		'INFO [api_server.py] vLLM API server version 0.22.0',
		`INFO [gpu_model_runner.py] Starting to load model ${request.command[2]}...`,
		'Loading safetensors checkpoint shards: 100% Completed | 1/1',
		'INFO [gpu_model_runner.py] Capturing CUDA graphs (decode, FULL): 100%',
		'INFO:     Application startup complete.',
	];
}
