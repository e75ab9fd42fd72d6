import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runFailure } from '../protocol/failure';
import type { Message } from '../protocol/messages';
import { type BeforeWrite, Journal, journalLines } from './journal';
import { parseLine } from './lines';
import { runFiles } from './runFolder';

/** A sample that could not be had; a line of errors.jsonl. */
export interface ErrorLine {
	readonly model: string;
	readonly variant: string;
	readonly key: string;
	readonly reason: Message;
}

/** Samples that could not be had in this sitting: written as they come, begun anew with each sitting. */
export class ErrorFile {
	readonly #known = new Map<string, ErrorLine>();
	#journal: Journal | null = null;

	private constructor(
		private readonly file: string,
		private readonly beforeWrite: BeforeWrite,
	) {}

	/** What an earlier sitting could not have is asked for again. */
	static async open(dir: string, beforeWrite: BeforeWrite): Promise<ErrorFile> {
		const file = path.join(dir, runFiles.errors);
		await beforeWrite();
		await rm(file, { force: true });
		return new ErrorFile(file, beforeWrite);
	}

	has(model: string, variant: string, key: string): boolean {
		return this.#known.has(JSON.stringify([model, variant, key]));
	}

	async add(line: ErrorLine): Promise<void> {
		this.#journal ??= await Journal.open(this.file, 0, this.beforeWrite);
		this.#known.set(JSON.stringify([line.model, line.variant, line.key]), line);
		await this.#journal.append(line);
	}

	async close(): Promise<void> {
		await this.#journal?.close();
	}

	/** @throws Failure naming how many there are of the first model that has any, and why the first could not be had. */
	refuseAny(): void {
		const [first] = this.#known.values();
		if (first) {
			const { model, variant, key, reason } = first;
			const count = [...this.#known.values()].filter(line => line.model === model).length;
			throw runFailure('run.samples-failed', { count, model, variant, key, reason });
		}
	}
}

/** Samples that could not be had. */
export type ErrorCount = (model: string, variant: string) => number;

export async function countErrors(dir: string): Promise<ErrorCount> {
	const file = path.join(dir, runFiles.errors);
	const counts = new Map<string, number>();
	let lines = 0;
	for await (const batch of journalLines(file)) {
		for (const { text } of batch) {
			const { model, variant } = parseLine(text, isErrorLine, file, lines++);
			const key = JSON.stringify([model, variant]);
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
	}
	return (model, variant) => counts.get(JSON.stringify([model, variant])) ?? 0;
}

/** The file is written by us alone: the fields that tell a line of ours from another are looked at. */
function isErrorLine(value: unknown): value is ErrorLine {
	return typeof value === 'object' && value !== null && 'model' in value && 'variant' in value && 'reason' in value;
}
