import { createHash } from 'node:crypto';
import path from 'node:path';
import { promptText, type Segment } from '../protocol/prompt';
import type { Sample, SegmentReference } from '../protocol/sample';
import type { Asked, Scored } from '../task/multipleChoice';
import { type BeforeWrite, Journal } from './journal';
import type { Recorded } from './readSamples';
import { runFiles } from './runFolder';
import { type SegmentLine, segmentId } from './segments';

/** Appends samples to a run folder: what a sample refers to is written before it. */
export class SampleWriter {
	readonly #known: Set<string>;

	private constructor(
		private readonly samples: Journal,
		private readonly segments: Journal,
		known: Iterable<string>,
	) {
		this.#known = new Set(known);
	}

	static async open(folder: string, recorded: Recorded, beforeWrite: BeforeWrite): Promise<SampleWriter> {
		const { samples, segments } = recorded.bytes;
		return new SampleWriter(
			await Journal.open(path.join(folder, runFiles.samples), samples, beforeWrite),
			await Journal.open(path.join(folder, runFiles.segments), segments, beforeWrite),
			recorded.segments,
		);
	}

	async write(model: string, asked: Asked, scored: Scored): Promise<void> {
		await this.samples.append({
			key: asked.question.key,
			content_hash: asked.question.row.contentHash,
			subject: asked.question.subject,
			model,
			variant: asked.variant.name,
			prompt_sha256: createHash('sha256').update(promptText(asked.prompt), 'utf8').digest('hex'),
			n_tokens: asked.nTokens,
			truncated: asked.truncated,
			continuations: asked.prompt.continuations,
			...scored,
			segments: await this.#references(asked.prompt.segments),
		} satisfies Sample);
	}

	/** What stands before the question is the same for all questions of a subject, and becomes one reference. */
	async #references(segments: readonly Segment[]): Promise<readonly SegmentReference[]> {
		const references: SegmentReference[] = [];
		for (const { shot, ...segment } of segments) {
			const id = segmentId(segment);
			await this.#append({ id, ...segment });
			references.push(shot === undefined ? id : [id, shot]);
		}
		const question = segments.findIndex(({ kind }) => kind === 'question');
		if (question < 2) {
			return references;
		}
		const beginning = references.splice(0, question);
		const id = segmentId(beginning);
		await this.#append({ id, segments: beginning });
		return [id, ...references];
	}

	async #append(line: SegmentLine): Promise<void> {
		if (!this.#known.has(line.id)) {
			await this.segments.append(line);
			this.#known.add(line.id);
		}
	}

	/** A place to which `cutTo` goes back. */
	get end(): number {
		return this.samples.end;
	}

	/** Takes back the samples that were written since. Texts stay: what refers to none of them is harmless. */
	async cutTo(end: number): Promise<void> {
		await this.samples.cutTo(end);
	}

	/** Texts reach the disk before the samples that need them. */
	async sync(): Promise<void> {
		await this.segments.sync();
		await this.samples.sync();
	}

	async close(): Promise<void> {
		await this.segments.close();
		await this.samples.close();
	}
}
