import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runFailure } from '../protocol/failure';
import type { Message } from '../protocol/messages';
import { Journal, journalLines } from './journal';
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

	private constructor(private readonly file: string) {}

	/** What an earlier sitting could not have is asked for again. */
	static async open(dir: string): Promise<ErrorFile> {
		const file = path.join(dir, runFiles.errors);
		await rm(file, { force: true });
		return new ErrorFile(file);
	}

	has(variant: string, key: string): boolean {
		return this.#known.has(JSON.stringify([variant, key]));
	}

	async add(line: ErrorLine): Promise<void> {
		this.#journal ??= await Journal.open(this.file, 0);
		this.#known.set(JSON.stringify([line.variant, line.key]), line);
		await this.#journal.append(line);
	}

	async close(): Promise<void> {
		await this.#journal?.close();
	}

	/** @throws Failure naming how many there are, and why the first could not be had. */
	refuseAny(model: string): void {
		const [first] = this.#known.values();
		if (first) {
			const { variant, key, reason } = first;
			throw runFailure('run.samples-failed', { count: this.#known.size, model, variant, key, reason });
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
