import { createHash } from 'node:crypto';
import type { Segment } from '../protocol/prompt';
import type { Sample, SegmentReference } from '../protocol/sample';
import { journalLines } from './journal';
import type { LineFile } from './lineFile';
import { brokenLine, parseLine } from './lines';

/**
 * A line of segments.jsonl: what prompts are made of, each once. The id is the first 16 hex digits of the SHA-256 of the rest.
 * - A segment, without its place among the shots; versions up to 0.2.0 wrote its text alone.
 * - A beginning that many prompts share, such as the shots of a subject.
 */
export type SegmentLine =
	| ({ readonly id: string } & Omit<Segment, 'shot'>)
	| { readonly id: string; readonly text: string }
	| { readonly id: string; readonly segments: readonly SegmentReference[] };

const idLength = 16;
const idStart = '{"id":"'.length;

/** Of the JSON, in which a lone surrogate stays what it is. */
export function segmentId(of: Omit<Segment, 'shot'> | readonly SegmentReference[]): string {
	const parts = 'kind' in of ? [of.kind, of.text, of.key ?? null] : of;
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, idLength);
}

/** The id by which a reference finds its line. */
export function referredId(reference: SegmentReference): string {
	return typeof reference === 'string' ? reference : 'text' in reference ? reference.text : reference[0];
}

interface LinePlace {
	readonly start: number;
	readonly bytes: number;
	readonly index: number;
}

/** Where each line of a segments.jsonl stands, by id: the texts themselves stay on the disk. */
export class SegmentPlaces {
	readonly #places = new Map<string, LinePlace>();
	#lines = 0;
	#end = 0;

	constructor(readonly file: string) {}

	/** Where the whole lines that are known end, in bytes. */
	get end(): number {
		return this.#end;
	}

	ids(): Iterable<string> {
		return this.#places.keys();
	}

	has(id: string): boolean {
		return this.#places.has(id);
	}

	/** Looks at what was appended since the last time. */
	async advance(): Promise<void> {
		for await (const lines of journalLines(this.file, this.#end)) {
			for (const { text, start, bytes } of lines) {
				if (!text.startsWith('{"id":"') || text[idStart + idLength] !== '"') {
					throw brokenLine(this.file, this.#lines);
				}
				this.#places.set(text.slice(idStart, idStart + idLength), { start, bytes, index: this.#lines++ });
				this.#end = start + bytes + 1;
			}
		}
	}

	/** @throws Error where there is no such line: whoever recorded a sample wrote its texts before. */
	async line(id: string, file: LineFile): Promise<SegmentLine> {
		let place = this.#places.get(id);
		if (!place) {
			// Of a run that has an index nothing was looked at yet.
			await this.advance();
			place = this.#places.get(id);
		}
		if (!place) {
			throw new Error(`segment ${id} of a recorded sample is gone`);
		}
		return parseLine(await file.text(place.start, place.bytes), isSegmentLine, this.file, place.index);
	}
}

/** Looks up the segments of samples; what it read last it need not read again. */
export class SegmentReader {
	readonly #known = new Map<string, readonly Segment[]>();

	constructor(
		private readonly places: SegmentPlaces,
		private readonly file: LineFile,
	) {}

	async of({ segments }: Pick<Sample, 'segments'>): Promise<Segment[]> {
		const found: Segment[] = [];
		for (const reference of segments) {
			found.push(...(await this.#referred(reference)));
		}
		return found;
	}

	async #referred(reference: SegmentReference): Promise<readonly Segment[]> {
		if (typeof reference !== 'string' && 'text' in reference) {
			const line = await this.places.line(reference.text, this.file);
			return [{ ...reference, text: 'text' in line ? line.text : '' }];
		}
		const segments = await this.#byId(referredId(reference));
		return typeof reference === 'string' ? segments : segments.map(one => ({ ...one, shot: reference[1] }));
	}

	async #byId(id: string): Promise<readonly Segment[]> {
		let segments = this.#known.get(id);
		if (!segments) {
			segments = await this.#read(id);
			if (this.#known.size >= mostKnown) {
				this.#known.clear();
			}
			this.#known.set(id, segments);
		}
		return segments;
	}

	async #read(id: string): Promise<readonly Segment[]> {
		const line = await this.places.line(id, this.file);
		if ('segments' in line) {
			return this.of(line);
		}
		if (!('kind' in line)) {
			throw new Error(`segment ${id} has no kind, and its sample gives none`);
		}
		const { id: _, ...segment } = line;
		return [segment];
	}
}

/** Questions are as many as the data has; what repeats, shots and descriptions, is far less. */
const mostKnown = 4096;

function isSegmentLine(value: unknown): value is SegmentLine {
	if (typeof value !== 'object' || value === null) {
		return false;
	}
	return 'segments' in value ? Array.isArray(value.segments) : 'text' in value && typeof value.text === 'string';
}
