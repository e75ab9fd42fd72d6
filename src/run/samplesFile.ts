import { createHash } from 'node:crypto';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { promptText } from '../protocol/prompt';
import type { Sample, SegmentReference } from '../protocol/sample';
import type { Asked, Scored } from '../task/multipleChoice';
import { Journal, readJournal } from './journal';
import { runFiles } from './runFolder';

/** A line of segments.jsonl: a text that prompts are made of, once. */
export interface SegmentLine {
	/** First 16 hex digits of the SHA-256 of the text as JSON. */
	readonly id: string;
	readonly text: string;
}

/** A line of examples.jsonl: what the results show of a question. */
export interface ExampleLine {
	readonly key: string;
	readonly content_hash: string;
	readonly subject: string | null;
	readonly question: string;
	readonly choices: readonly string[];
	readonly answer: number;
}

/** The samples a run folder holds so far, and the places where the next lines belong. */
export interface Recorded {
	readonly samples: readonly Sample[];
	readonly segmentIds: ReadonlySet<string>;
	readonly bytes: { readonly samples: number; readonly segments: number };
}

export async function readRecorded(folder: string): Promise<Recorded> {
	const samplesFile = path.join(folder, runFiles.samples);
	const [samples, segments] = await Promise.all([
		readJournal(samplesFile),
		readJournal(path.join(folder, runFiles.segments)),
	]);
	return {
		samples: samples.lines.map((line, i) => parseLine<Sample>(line, samplesFile, i)),
		segmentIds: new Set(
			segments.lines.map((line, i) => parseLine<SegmentLine>(line, path.join(folder, runFiles.segments), i).id),
		),
		bytes: { samples: samples.bytes, segments: segments.bytes },
	};
}

/** The files are written by us alone: a line that is JSON has the shape it was written with. */
export function parseLine<T>(line: string, file: string, index: number): T {
	try {
		return JSON.parse(line) as T;
	} catch (error) {
		throw inputFailure('run.samples-broken', { line: index + 1, file }, error);
	}
}

/** Appends samples to a run folder: the texts a sample refers to are written before it. */
export class SampleWriter {
	readonly #known: Set<string>;

	private constructor(
		private readonly samples: Journal,
		private readonly segments: Journal,
		known: ReadonlySet<string>,
	) {
		this.#known = new Set(known);
	}

	static async open(folder: string, recorded: Recorded): Promise<SampleWriter> {
		return new SampleWriter(
			await Journal.open(path.join(folder, runFiles.samples), recorded.bytes.samples),
			await Journal.open(path.join(folder, runFiles.segments), recorded.bytes.segments),
			recorded.segmentIds,
		);
	}

	async write(model: string, asked: Asked, scored: Scored): Promise<void> {
		const segments: SegmentReference[] = [];
		for (const { text, ...segment } of asked.prompt.segments) {
			// Of the JSON, in which a lone surrogate stays what it is.
			const id = sha256(JSON.stringify(text)).slice(0, 16);
			if (!this.#known.has(id)) {
				await this.segments.append({ id, text } satisfies SegmentLine);
				this.#known.add(id);
			}
			segments.push({ ...segment, text: id });
		}
		await this.samples.append({
			key: asked.question.key,
			content_hash: asked.question.row.contentHash,
			subject: asked.question.subject,
			model,
			variant: asked.variant.name,
			prompt_sha256: sha256(promptText(asked.prompt)),
			n_tokens: asked.nTokens,
			truncated: asked.truncated,
			continuations: asked.prompt.continuations,
			...scored,
			segments,
		} satisfies Sample);
	}

	async sync(): Promise<void> {
		await this.segments.sync();
		await this.samples.sync();
	}

	async close(): Promise<void> {
		await this.segments.close();
		await this.samples.close();
	}
}

function sha256(text: string): string {
	return createHash('sha256').update(text, 'utf8').digest('hex');
}
