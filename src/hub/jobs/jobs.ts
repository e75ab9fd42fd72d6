import * as z from 'zod';
import { type CancellationToken, neverCancelled } from '../../protocol/cancellation';
import { inputFailure, runFailure } from '../../protocol/failure';
import { withSignal } from '../abort';
import type { Hub } from '../hub';
import type { HubInit } from '../hubFetch';
import { hubJson, type JsonAnswer } from '../hubJson';
import { nextPage } from '../nextPage';
import { type Job, type JobReference, jobAnswer } from './job';
import { isMissing, jobRefusal } from './refusals';

/** What is to run, in the words of the API. */
export interface JobRequest {
	readonly dockerImage: string;
	/** Run as it is: the entry point of the image is not used. */
	readonly command: readonly string[];
	readonly flavor: string;
	/** The Hub ends the job then; its own default of 30 minutes is never meant. */
	readonly timeoutSeconds: number;
	/** How often it is started anew after an error, counting the first. */
	readonly attempts: number;
	/** Names and values of at most 100 letters, digits, `.`, `_` and `-`; `name` is shown on the Hub. */
	readonly labels: Readonly<Record<string, string>>;
	readonly expose: { readonly ports: readonly number[] };
	/** Kept encrypted by the Hub, and never told again. */
	readonly secrets: Readonly<Record<string, string>>;
}

export interface JobFilter {
	/** Null: whatever they are called. */
	readonly label: readonly [name: string, value: string] | null;
	/** Empty: any. */
	readonly stages: readonly string[];
}

/** More jobs than this many pages hold nobody has under one label. */
const maximumPages = 100;

/** The page of a job, for a browser. */
export function jobUrl(hub: Pick<Hub, 'endpoint'>, { namespace, id }: JobReference): string {
	return `${hub.endpoint}/jobs/${encodeURIComponent(namespace)}/${encodeURIComponent(id)}`;
}

/** Below it stands all that the API knows of the jobs of one account; with `id`, of one job. */
export function jobApi(hub: Pick<Hub, 'endpoint'>, namespace: string, id?: string): string {
	const job = id === undefined ? '' : `/${encodeURIComponent(id)}`;
	return `${hub.endpoint}/api/jobs/${encodeURIComponent(namespace)}${job}`;
}

/**
 * Starts a job: costs begin. Sent once, whatever happens on the way, and not cancelled by anybody: who does not get the
 * answer does not know whether there is a job, and has to look for its label.
 * @throws Failure: `jobs.…` and `hub.bad-token` where it was refused; any other leaves open whether the job was made.
 */
// A plain POST: runJob of @huggingface/hub leaves out `expose`.
export async function submitJob(hub: Hub, namespace: string, request: JobRequest): Promise<Job> {
	const init = {
		method: 'POST',
		body: JSON.stringify(request),
		headers: { 'Content-Type': 'application/json' },
		repeatable: false,
	};
	const { value } = await ask(hub, namespace, jobApi(hub, namespace), jobAnswer(namespace), neverCancelled, init);
	return value;
}

/** @returns null: there is no such job (any more), or this account may not see it. */
export async function getJob(hub: Hub, { namespace, id }: JobReference, token: CancellationToken): Promise<Job | null> {
	await requireAccount(hub);
	try {
		const url = jobApi(hub, namespace, id);
		return (await withSignal(token, signal => hubJson(hub, url, jobAnswer(namespace), signal))).value;
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}
		throw jobRefusal(error, hub, namespace);
	}
}

/**
 * The jobs of an account, in the Hub's order (newest first).
 * @throws Failure where the Hub refuses or cannot be reached: there is no list of a part.
 */
export async function listJobs(
	hub: Hub,
	namespace: string,
	{ label, stages }: JobFilter,
	token: CancellationToken,
): Promise<readonly Job[]> {
	const listing = jobApi(hub, namespace);
	const query = new URLSearchParams([
		...stages.map((stage): [string, string] => ['stage', stage]),
		...(label ? [['label', label.join('=')] satisfies [string, string]] : []),
	]);
	const jobs: Job[] = [];
	let url: string | null = query.size > 0 ? `${listing}?${query}` : listing;
	for (let pages = 0; url !== null; pages++) {
		if (pages >= maximumPages) {
			throw runFailure('hub.too-large', { host: new URL(url).host });
		}
		const answer: JsonAnswer<readonly unknown[]> = await ask(hub, namespace, url, z.array(z.unknown()), token);
		jobs.push(...answer.value.flatMap(entry => jobsOf(entry, namespace)));
		url = nextPage(listing, answer.headers.get('Link'));
	}
	// What is found here may be cancelled: a server that filters otherwise must not bring jobs of others into it.
	return jobs.filter(
		job => (!label || job.labels.get(label[0]) === label[1]) && (stages.length === 0 || stages.includes(job.stage)),
	);
}

/** A job without a proper id is left out: nothing can be done with it. */
function jobsOf(entry: unknown, namespace: string): readonly Job[] {
	const { data } = jobAnswer(namespace).safeParse(entry);
	return data ? [data] : [];
}

/** Asks the Hub to end a job, which takes a moment. */
export async function cancelJob(hub: Hub, { namespace, id }: JobReference, token: CancellationToken): Promise<void> {
	await requireAccount(hub);
	const url = `${jobApi(hub, namespace, id)}/cancel`;
	try {
		await withSignal(token, async signal => {
			const response = await hub.fetch(url, { method: 'POST', repeatable: true, signal });
			await response.body?.cancel();
		});
	} catch (error) {
		throw jobRefusal(error, hub, namespace);
	}
}

async function ask<T>(
	hub: Hub,
	namespace: string,
	url: string,
	schema: z.ZodType<T>,
	token: CancellationToken,
	init?: HubInit,
): Promise<JsonAnswer<T>> {
	await requireAccount(hub);
	try {
		return await withSignal(token, signal => hubJson(hub, url, schema, signal, init));
	} catch (error) {
		throw jobRefusal(error, hub, namespace);
	}
}

/** Asked before the Hub is, whose refusals of nobody are as those of a token without rights. */
export async function requireAccount(hub: Hub): Promise<string> {
	const held = await hub.token();
	if (held === null) {
		throw inputFailure('jobs.sign-in', {});
	}
	return held.value;
}
