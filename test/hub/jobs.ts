import { type Access, bearer } from './access';
import { flavors, hardwareAnswer } from './jobsHardware';
import type { Output } from './send';
import type { Answer, SeenRequest } from './standIn';

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

export interface JobsRoutes {
	readonly jobs: JobsStandIn;
	/** `/api/jobs/…` */
	answer(request: SeenRequest, url: URL, sent: string): Answer;
	close(): Promise<void>;
}

export function jobsRoutes(): JobsRoutes {
	const all: StandInJob[] = [];
	const waiting: ((job: StandInJob) => void)[] = [];
	const jobs: JobsStandIn = {
		all,
		startsAfterMs: 0,
		output: vllmOutput,
		onJobStart: null,
		secondMs: 1000,
		cancelsAfterMs: 0,
		keepAliveMs: 30_000,
		logsEnd: true,
		hasCredit: true,
		pageSize: 100,
		next: () => new Promise(resolve => waiting.push(resolve)),
	};
	const make = (namespace: string, body: SubmittedJob) => {
		const job = new StandInJob(jobs, (all.length + 1).toString(16).padStart(24, '6a2b137a'), namespace, body);
		all.push(job);
		for (const resolve of waiting.splice(0)) {
			resolve(job);
		}
		if (jobs.startsAfterMs !== null) {
			setTimeout(() => void job.run(), jobs.startsAfterMs).unref();
		}
		return job;
	};
	return {
		jobs,
		answer: (request, url, sent) => route(jobs, make, request, url, sent),
		async close() {
			await Promise.all(all.map(job => job.end('DELETED')));
		},
	};
}

type Make = (namespace: string, body: SubmittedJob) => StandInJob;

function route(jobs: JobsStandIn, make: Make, request: SeenRequest, url: URL, sent: string): Answer {
	const [namespace = '', id, verb, ...more] = url.pathname.split('/').slice(3).map(decodeURIComponent);
	if (namespace === 'hardware' && id === undefined) {
		return { status: 200, body: hardwareAnswer };
	}
	const refused = refusal(bearer(request), namespace);
	if (refused || more.length > 0) {
		return refused ?? refuse(404, 'Not found');
	}
	if (id === undefined) {
		return request.method === 'POST' ? submit(jobs, make, namespace, sent) : list(jobs, namespace, url);
	}
	const job = jobs.all.find(one => one.id === id && one.namespace === namespace);
	if (!job) {
		return refuse(404, 'Job not found');
	}
	switch (`${request.method} ${verb ?? ''}`) {
		case 'GET ':
			return { status: 200, body: job.answer() };
		case 'GET logs': {
			const tail = url.searchParams.get('tail');
			return { status: 200, stream: output => job.logTo(output, tail === null ? null : Number(tail)) };
		}
		case 'POST cancel':
			return cancel(jobs, job);
		default:
			return refuse(404, 'Not found');
	}
}

function refuse(status: number, error: string): Answer {
	return { status, body: { error } };
}

function refusal(access: Access, namespace: string): Answer | null {
	if (access === 'none') {
		return refuse(401, 'Unauthorized');
	}
	if (access === 'nogate') {
		return refuse(403, 'Missing permissions: job.write');
	}
	return ['ada', 'acme'].includes(namespace) ? null : refuse(404, 'User or organization not found');
}

function submit(jobs: JobsStandIn, make: Make, namespace: string, sent: string): Answer {
	const body = JSON.parse(sent) as SubmittedJob; // our own client's request; what is wrong with it, problemOf says
	const problem = problemOf(body);
	if (problem) {
		return refuse(422, problem);
	}
	if (!jobs.hasCredit) {
		return refuse(402, 'Pre-paid credit balance is insufficient');
	}
	return { status: 200, body: make(namespace, body).answer() };
}

/** By the documented schema. */
function problemOf({ dockerImage, command, flavor, timeoutSeconds, labels, expose, environment }: SubmittedJob) {
	if (!dockerImage) {
		return 'dockerImage or spaceId is required';
	}
	if (command.length === 0 || command.some(word => typeof word !== 'string' || word === '')) {
		return 'command: expected texts';
	}
	if (!flavors.includes(flavor)) {
		return `flavor: unknown flavor "${flavor}"`;
	}
	if (timeoutSeconds !== undefined && !(Number.isInteger(timeoutSeconds) && timeoutSeconds > 0)) {
		return 'timeoutSeconds: expected a positive integer';
	}
	if (Object.entries(labels ?? {}).some(pair => pair.some(text => !/^[a-zA-Z0-9._-]{1,100}$/.test(text)))) {
		return 'labels: invalid';
	}
	if (Object.keys(environment ?? {}).some(name => !/^[a-zA-Z][_a-zA-Z0-9]+$/.test(name))) {
		return 'environment: invalid name';
	}
	return expose?.ports.some(port => !Number.isInteger(port) || port < 1 || port > 65535) ? 'expose: invalid' : null;
}

/** The newest first. */
function list({ all, pageSize }: JobsStandIn, namespace: string, url: URL): Answer {
	const query = url.searchParams;
	const stages = query.getAll('stage');
	const labels = query.getAll('label').map(label => label.split('='));
	const matching = all
		.filter(job => job.namespace === namespace)
		.filter(({ stage }) => stages.length === 0 || stages.includes(stage))
		.filter(({ request }) => labels.every(([name = '', value]) => request.labels?.[name] === value))
		.reverse();
	const start = Number(query.get('cursor') ?? 0);
	const next = new URL(url);
	next.searchParams.set('cursor', String(start + pageSize));
	return {
		status: 200,
		headers: start + pageSize < matching.length ? { Link: `<${next.href}>; rel="next"` } : {},
		body: matching.slice(start, start + pageSize).map(job => job.answer()),
	};
}

function cancel({ cancelsAfterMs }: JobsStandIn, job: StandInJob): Answer {
	if (cancelsAfterMs === 0) {
		void job.end('CANCELED');
	} else if (cancelsAfterMs !== null) {
		setTimeout(() => void job.end('CANCELED'), cancelsAfterMs).unref();
	}
	return { status: 200, body: job.answer() };
}
