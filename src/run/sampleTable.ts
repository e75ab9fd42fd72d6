import path from 'node:path';
import { noRow, setSample } from '../compare/sampleColumns';
import { inputFailure } from '../protocol/failure';
import type { Sample } from '../protocol/sample';
import { type JournalLine, journalSize } from './journal';
import { type ExampleLine, readExamples, readSampleLines, type SamplesRead } from './readSamples';
import { runFiles } from './runFolder';
import { readIndex, writeIndex } from './sampleIndex';
import { SegmentPlaces } from './segments';
import { emptyTable, type VariantTable, variantId, widened } from './variantTable';

/**
 * The samples of a run by example. A place is the example's line in examples.jsonl, so that nothing depends on the order in
 * which samples were written. Texts stay on the disk.
 */
export class SampleTable {
	readonly #places: Map<string, number>;
	readonly #variants = new Map<string, VariantTable>();
	/** Rows of the data other than the run's own that a key once stood for, by content hash; numbered from 1. */
	readonly #otherRows = new Map<string, number>();
	readonly segments: SegmentPlaces;
	#read: SamplesRead = { end: 0, lines: 0 };

	private constructor(
		readonly dir: string,
		private readonly lines: ExampleLine[],
		/** Of examples.jsonl, before it was read. */
		private readonly examplesSize: number,
	) {
		this.#places = new Map(lines.map(({ key }, place) => [key, place]));
		this.segments = new SegmentPlaces(path.join(dir, runFiles.segments));
	}

	/**
	 * Reads a run's samples: from their index where there is one that fits, else line by line.
	 * @param total How many samples the run has in all: one that has them gets an index.
	 */
	static async read(dir: string, total: number): Promise<SampleTable> {
		const size = await journalSize(path.join(dir, runFiles.examples));
		const table = new SampleTable(dir, await readExamples(dir), size);
		const index = await readIndex(dir, table.lines.length);
		if (index) {
			for (const variant of index.variants) {
				table.#variants.set(variantId(variant), variant);
			}
			table.#read = index.read;
			return table;
		}
		const known = table.lines.length;
		await table.#advance();
		if (table.size === total && table.#otherRows.size === 0 && table.lines.length === known) {
			await writeIndex(dir, known, { variants: [...table.#variants.values()], read: table.#read });
		}
		return table;
	}

	/** The examples by place: those of the slice, then those that only samples know. */
	get examples(): readonly ExampleLine[] {
		return this.lines;
	}

	/** How many samples there are. */
	get size(): number {
		return this.#read.lines;
	}

	placeOf(key: string): number | undefined {
		return this.#places.get(key);
	}

	of(model: string, variant: string): VariantTable {
		const found = this.#variants.get(variantId({ model, variant })) ?? emptyTable({ model, variant }, 0);
		return found.start.length < this.lines.length ? widened(found, this.lines.length) : found;
	}

	/** Reads what was appended since; all of it where the files are others than they were. */
	async reread(total: number): Promise<SampleTable> {
		const size = (name: string) => journalSize(path.join(this.dir, name));
		// A run that had just begun may not have had its questions yet.
		if ((await size(runFiles.samples)) < this.#read.end || (await size(runFiles.examples)) !== this.examplesSize) {
			return SampleTable.read(this.dir, total);
		}
		await this.#advance();
		return this;
	}

	async #advance(): Promise<void> {
		this.#read = await readSampleLines(this.dir, this.segments, this.#read, (sample, line) => this.#take(sample, line));
	}

	#take(sample: Sample, line: JournalLine): void {
		const place = this.#placeFor(sample);
		const id = variantId(sample);
		let table = this.#variants.get(id) ?? emptyTable(sample, this.lines.length);
		if (table.start.length <= place) {
			table = widened(table, 2 * this.lines.length);
		}
		this.#variants.set(id, table);
		if (table.columns.row[place] !== noRow) {
			const { key, model, variant } = sample;
			throw inputFailure('compare.sample-twice', { key, model, variant });
		}
		setSample(table.columns, place, this.#rowNumber(sample, place), sample);
		table.start[place] = line.start;
		table.bytes[place] = line.bytes;
	}

	#placeFor({ key, content_hash, subject, gold }: Sample): number {
		let place = this.#places.get(key);
		if (place === undefined) {
			place = this.lines.length;
			this.#places.set(key, place);
			this.lines.push({ key, content_hash, subject, question: '', choices: [], answer: gold });
		}
		return place;
	}

	#rowNumber({ content_hash }: Sample, place: number): number {
		if (content_hash === this.lines[place]?.content_hash) {
			return 0;
		}
		const number = this.#otherRows.get(content_hash) ?? this.#otherRows.size + 1;
		this.#otherRows.set(content_hash, number);
		return number;
	}
}
