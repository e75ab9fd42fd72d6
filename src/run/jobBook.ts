import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { launchKinds, type StartedLaunch } from '../config/launch';
import { inputFailure } from '../protocol/failure';
import { guard } from './journal';
import { runFiles } from './runFolder';

/** Something that was started elsewhere for a run. Plain data: another process follows and stops it by this alone. */
export interface Job {
	/** Carried by the job wherever it runs. */
	readonly label: string;
	/** How it was started: the evaluation may say something else by now. */
	readonly launch: StartedLaunch;
	/** Of the run, that it computes. */
	readonly model: string;
	/** ISO 8601: when it was about to be started. */
	readonly started: string;
	/** What its launcher needs to find it again; null: nobody knows whether it came to be. */
	readonly handle: unknown;
	/** Null: not seen to end. */
	readonly ended: string | null;
	/** Dollars an hour while it runs; null: not billed, or not known. */
	readonly dollarsAnHour: number | null;
	/** The most it may cost. */
	readonly maximalDollars: number | null;
	/** What it cost, once it has ended, as far as that is known. */
	readonly dollars: number | null;
}

const bookSchema = z.object({
	jobs: z.array(
		z.object({
			label: z.string(),
			launch: z.custom<StartedLaunch>(isStarted),
			model: z.string(),
			started: z.string(),
			handle: z.unknown(),
			ended: z.string().nullable(),
			dollarsAnHour: z.number().nullable(),
			maximalDollars: z.number().nullable(),
			dollars: z.number().nullable(),
		}),
	),
});

/** Dollars for so many seconds of a job; null: nothing is billed, or it is not known. */
export function dollarsFor({ dollarsAnHour }: Pick<Job, 'dollarsAnHour'>, billedSeconds: number | null): number | null {
	return billedSeconds === null || dollarsAnHour === null ? null : (billedSeconds / 3600) * dollarsAnHour;
}

/** jobs.json is written by us alone: a launch of a kind that is known has the rest of its shape. */
function isStarted(value: unknown): value is StartedLaunch {
	const kinds: readonly unknown[] = launchKinds.filter(kind => kind !== 'url');
	return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(value.kind);
}

/** The jobs of a run, oldest first; none where nothing was started elsewhere. */
export async function readJobs(dir: string): Promise<readonly Job[]> {
	const file = path.join(dir, runFiles.jobs);
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		// Node's file system throws errors that carry a code.
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return [];
		}
		throw error;
	}
	try {
		return bookSchema.parse(JSON.parse(text)).jobs;
	} catch (error) {
		throw inputFailure('run.jobs-broken', { file }, error);
	}
}

const writing = new Map<string, Promise<void>>();

/**
 * Puts a job into the book, or changes what stands there of it: on the disk before this resolves. Of one process one is
 * written after the other, since each reads what stands there.
 */
export async function noteJob(dir: string, job: Job): Promise<void> {
	const before = writing.get(dir) ?? Promise.resolve();
	const written = before.catch(() => {}).then(() => writeJob(dir, job));
	writing.set(dir, written);
	try {
		await written;
	} finally {
		if (writing.get(dir) === written) {
			writing.delete(dir);
		}
	}
}

async function writeJob(dir: string, job: Job): Promise<void> {
	const others = (await readJobs(dir)).filter(({ label }) => label !== job.label);
	const file = path.join(dir, runFiles.jobs);
	const temporary = `${file}.${process.pid}.tmp`;
	await guard(file, async () => {
		await writeFile(temporary, `${JSON.stringify({ jobs: [...others, job] }, null, '\t')}\n`, { flush: true });
		await rename(temporary, file);
	});
}
