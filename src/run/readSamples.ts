import path from 'node:path';
import { logprobFromJson } from '../protocol/json';
import type { Sample } from '../protocol/sample';
import { type JournalLine, journalLines, journalSize } from './journal';
import { parseLine } from './lines';
import { runFiles } from './runFolder';
import { referredId, SegmentPlaces } from './segments';

/** A line of examples.jsonl: what the results show of a question. */
export interface ExampleLine {
	readonly key: string;
	readonly content_hash: string;
	readonly subject: string | null;
	readonly question: string;
	readonly choices: readonly string[];
	/** Null where the data has no choices. */
	readonly answer: number | null;
}

/** The samples that a run folder holds, by what they are of, and where the next lines of its files belong. */
export interface Recorded {
	readonly samples: readonly Pick<Sample, 'model' | 'variant' | 'key'>[];
	/** Ids of the texts that are there. */
	readonly segments: Iterable<string>;
	readonly bytes: { readonly samples: number; readonly segments: number };
}

/**
 * Reads what is recorded, for who goes on with it.
 * @throws Failure naming file and line of what is no sample.
 */
export async function readRecorded(dir: string): Promise<Recorded> {
	const segments = new SegmentPlaces(path.join(dir, runFiles.segments));
	const samples: Recorded['samples'][number][] = [];
	const { end } = await readSampleLines(dir, segments, { end: 0, lines: 0 }, ({ model, variant, key }) => {
		samples.push({ model, variant, key });
	});
	return { samples, segments: segments.ids(), bytes: { samples: end, segments: segments.end } };
}

/** How far samples.jsonl was read: in bytes, and in lines. */
export interface SamplesRead {
	readonly end: number;
	readonly lines: number;
}

/**
 * Reads the samples from a place on, in the order in which they were written. They count up to the first one whose texts are
 * not there: after a power failure the one file may have reached the disk and not the other.
 * @throws Failure naming file and line of what is no sample.
 */
export async function readSampleLines(
	dir: string,
	segments: SegmentPlaces,
	{ end, lines }: SamplesRead,
	take: (sample: Sample, line: JournalLine) => void,
): Promise<SamplesRead> {
	const file = path.join(dir, runFiles.samples);
	// In this order: a sample that is written meanwhile was preceded by its texts.
	const size = await journalSize(file);
	await segments.advance();
	for await (const batch of journalLines(file, end, size)) {
		for (const line of batch) {
			const sample = sampleOf(line.text, file, lines);
			if (!sample.segments.every(one => segments.has(referredId(one)))) {
				return { end, lines };
			}
			take(sample, line);
			end = line.start + line.bytes + 1;
			lines++;
		}
	}
	return { end, lines };
}

/** @param index Of the line, from 0, for the sentence that says that it is none. */
export function sampleOf(line: string, file: string, index: number): Sample {
	const sample = parseLine(line, isSample, file, index);
	return { ...sample, logprobs: sample.logprobs.map(logprobFromJson) };
}

/** Reads the questions of a run. */
export async function readExamples(dir: string): Promise<ExampleLine[]> {
	const file = path.join(dir, runFiles.examples);
	const examples: ExampleLine[] = [];
	for await (const batch of journalLines(file)) {
		for (const { text } of batch) {
			examples.push(parseLine(text, isExampleLine, file, examples.length));
		}
	}
	return examples;
}

// The files are written by us alone: the fields that tell a line of ours from another are looked at, not each.

function isSample(value: unknown): value is Sample {
	return has(value, 'key', 'string') && has(value, 'model', 'string') && lists(value, 'logprobs', 'segments');
}

function isExampleLine(value: unknown): value is ExampleLine {
	return has(value, 'key', 'string') && has(value, 'question', 'string') && lists(value, 'choices');
}

function has(value: unknown, field: string, type: 'string'): boolean {
	return typeof value === 'object' && value !== null && typeof Reflect.get(value, field) === type;
}

function lists(value: unknown, ...fields: string[]): boolean {
	return typeof value === 'object' && value !== null && fields.every(f => Array.isArray(Reflect.get(value, f)));
}
