import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { inputFailure } from '../protocol/failure';
import { guard } from './journal';
import type { RunRecord } from './record';

/** The files of a run folder (docs/contract.md). */
export const runFiles = {
	record: 'run.json',
	samples: 'samples.jsonl',
	/** Samples that could not be had, with their reasons; the next sitting asks for them again. */
	errors: 'errors.jsonl',
	/** What was started elsewhere to compute the run, written before it was started. */
	jobs: 'jobs.json',
	segments: 'segments.jsonl',
	examples: 'examples.jsonl',
	parquet: 'samples.parquet',
	index: 'samples.index',
	lock: 'lock',
} as const;

/** Where the runs of an evaluation file go: `.evals/<evaluation>/` beside it. */
export function evaluationRunsFolder(evaluationFile: string): string {
	const name = path.basename(evaluationFile).replace(/(\.eval)?\.ya?ml$/i, '');
	return path.join(path.dirname(evaluationFile), '.evals', name);
}

/** A new run's id: when it started, sortable by name, and four hex digits against twins. */
export function newRunId(now: Date): string {
	const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
	return `${time}-${randomBytes(2).toString('hex')}`;
}

/** Replaces run.json as a whole: a reader sees the old one or the new one. */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
	const file = path.join(folder, runFiles.record);
	const temporary = `${file}.${process.pid}.tmp`;
	await guard(file, async () => {
		try {
			// On the disk before it takes the old one's place.
			await writeFile(temporary, `${JSON.stringify(record, null, '\t')}\n`, { flush: true });
			await rename(temporary, file);
		} catch (error) {
			await rm(temporary, { force: true });
			throw error;
		}
	});
}

/** Reads run.json; null where there is none. One that is no run record is an input failure. */
export async function readRecord(folder: string): Promise<RunRecord | null> {
	const file = path.join(folder, runFiles.record);
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			return null;
		}
		throw inputFailure('run.record-unreadable', { file, code: code ?? '' }, error);
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw inputFailure('run.record-broken', { file }, error);
	}
	if (!isRecord(value)) {
		throw inputFailure('run.record-broken', { file });
	}
	return value;
}

/** What is read of a record everywhere; a version that writes more raises `format`. */
const recordSchema = z.looseObject({
	format: z.literal(1),
	state: z.enum(['running', 'done', 'cancelled', 'failed']),
	fingerprint: z.string(),
	total: z.number(),
	done: z.number(),
	evaluation: z.looseObject({
		name: z.string(),
		models: z.array(z.looseObject({ name: z.string() })),
		variants: z.array(z.looseObject({ name: z.string(), format: z.looseObject({}) })),
		assertions: z.array(z.looseObject({})),
	}),
	dataset: z.looseObject({ skipped: z.array(z.unknown()), skipped_from_pools: z.array(z.unknown()) }),
	models: z.array(z.looseObject({ name: z.string(), notes: z.array(z.unknown()) })),
});

/** run.json is written by us alone: with these fields in place, the rest has the shape of this build. */
function isRecord(value: unknown): value is RunRecord {
	return recordSchema.safeParse(value).success;
}

export interface FoundRun {
	readonly dir: string;
	readonly record: RunRecord;
}

/** The runs of an evaluation file, newest first. Folders whose run.json is missing or broken are passed over. */
export async function runsOf(evaluationFile: string): Promise<FoundRun[]> {
	const folder = evaluationRunsFolder(evaluationFile);
	const names = await readdir(folder).catch(() => []);
	const found = await Promise.all(
		names
			.sort()
			.reverse()
			.map(async name => {
				const dir = path.join(folder, name);
				const record = await readRecord(dir).catch(() => null);
				return record ? { dir, record } : null;
			}),
	);
	return found.filter(run => run !== null);
}

export async function createRunFolder(dir: string): Promise<void> {
	await guard(dir, () => mkdir(dir, { recursive: true }));
}

/** The runs of all evaluations in a folder (`.evals/<evaluation>/<run>`), in no order. Broken records are passed over. */
export async function runsBelow(folder: string): Promise<FoundRun[]> {
	const runs = path.join(folder, '.evals');
	const found: FoundRun[] = [];
	for (const evaluation of await readdir(runs).catch(() => [])) {
		for (const run of await readdir(path.join(runs, evaluation)).catch(() => [])) {
			const dir = path.join(runs, evaluation, run);
			const record = await readRecord(dir).catch(() => null);
			if (record) {
				found.push({ dir, record });
			}
		}
	}
	return found;
}
