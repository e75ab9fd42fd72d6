import path from 'node:path';
import type { Segment } from '../protocol/prompt';
import type { Sample } from '../protocol/sample';
import { LineFile } from './lineFile';
import { sampleOf } from './readSamples';
import { runFiles } from './runFolder';
import type { SampleTable } from './sampleTable';
import { SegmentReader } from './segments';
import type { VariantTable } from './variantTable';

/** A sample and its prompt, as read from the disk. */
export interface SampleWithPrompt {
	readonly sample: Sample;
	readonly segments: readonly Segment[];
}

/** The sample at a place; undefined where there is none. */
export async function recordedSample(
	table: SampleTable,
	variant: VariantTable,
	place: number,
): Promise<SampleWithPrompt | undefined> {
	// A run that has just begun has no files to look into.
	return (variant.bytes[place] ?? 0) > 0 ? withFiles(table, read => read(variant, place)) : undefined;
}

/** Places [from, to) of the examples. */
export interface PlaceRange {
	readonly from: number;
	readonly to: number;
}

/** The samples of some variants, each variant's in the order of the examples; one at a time is in memory. */
export async function* recordedSamples(
	table: SampleTable,
	variants: readonly VariantTable[],
	{ from, to }: PlaceRange,
): AsyncGenerator<SampleWithPrompt> {
	if (!variants.some(({ bytes }) => bytes.some(length => length > 0))) {
		return;
	}
	const files = await openFiles(table);
	try {
		for (const variant of variants) {
			for (let place = from; place < to; place++) {
				const sample = await files.read(variant, place);
				if (sample) {
					yield sample;
				}
			}
		}
	} finally {
		await files.close();
	}
}

type Read = (variant: VariantTable, place: number) => Promise<SampleWithPrompt | undefined>;

async function withFiles<T>(table: SampleTable, use: (read: Read) => Promise<T>): Promise<T> {
	const files = await openFiles(table);
	try {
		return await use(files.read);
	} finally {
		await files.close();
	}
}

async function openFiles({ dir, segments }: SampleTable): Promise<{ readonly read: Read; close(): Promise<void> }> {
	const file = path.join(dir, runFiles.samples);
	const samplesFile = await LineFile.open(file);
	const segmentsFile = await LineFile.open(segments.file).catch(async error => {
		await samplesFile.close();
		throw error;
	});
	const reader = new SegmentReader(segments, segmentsFile);
	return {
		async read({ model, variant, start, bytes }, place) {
			const length = bytes[place] ?? 0;
			if (length === 0) {
				return undefined;
			}
			const sample = sampleOf(await samplesFile.text(start[place] ?? 0, length), file, place);
			if (sample.model !== model || sample.variant !== variant) {
				throw new Error(`${file} changed since it was read`);
			}
			return { sample, segments: await reader.of(sample) };
		},
		async close() {
			await samplesFile.close();
			await segmentsFile.close();
		},
	};
}
