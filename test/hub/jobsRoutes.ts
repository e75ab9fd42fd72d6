import { type Access, bearer } from './access';
import { type JobsStandIn, StandInJob, type SubmittedJob, vllmOutput } from './jobs';
import { flavors, hardwareAnswer } from './jobsHardware';
import type { Answer, SeenRequest } from './standIn';

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
