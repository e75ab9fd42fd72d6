import { createHash } from 'node:crypto';
import path from 'node:path';
import { promptText } from '../protocol/prompt';
import type { Sample, SegmentReference } from '../protocol/sample';
import type { Asked, Scored } from '../task/multipleChoice';
import { Journal } from './journal';
import type { Recorded, SegmentLine } from './readSamples';
import { runFiles } from './runFolder';

/** Appends samples to a run folder: the texts a sample refers to are written before it. */
export class SampleWriter {
	readonly #known: Set<string>;

	private constructor(
		private readonly samples: Journal,
		private readonly segments: Journal,
		known: Iterable<string>,
	) {
		this.#known = new Set(known);
	}

	static async open(folder: string, recorded: Recorded): Promise<SampleWriter> {
		return new SampleWriter(
			await Journal.open(path.join(folder, runFiles.samples), recorded.bytes.samples),
			await Journal.open(path.join(folder, runFiles.segments), recorded.bytes.segments),
			recorded.segments.keys(),
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

function sha256(text: string): string {
	return createHash('sha256').update(text, 'utf8').digest('hex');
}
