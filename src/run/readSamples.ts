import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import { logprobFromJson } from '../protocol/json';
import type { Sample } from '../protocol/sample';
import { readJournal } from './journal';
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
	/** Null where the data has no choices. */
	readonly answer: number | null;
}

/** The samples that a run folder holds, and where the next lines of its files belong. */
export interface Recorded {
	readonly samples: readonly Sample[];
	/** Texts by id. */
	readonly segments: ReadonlyMap<string, string>;
	readonly bytes: { readonly samples: number; readonly segments: number };
}

/**
 * Reads what is recorded. Samples count up to the first one whose texts are not there: after a power failure the one file
 * may have reached the disk and not the other.
 * @throws Failure naming file and line of what is no sample.
 */
export async function readRecorded(dir: string): Promise<Recorded> {
	// In this order: a sample that is written meanwhile was preceded by its texts.
	const samples = await readJournal(path.join(dir, runFiles.samples));
	const segmentLines = await readJournal(path.join(dir, runFiles.segments));
	const segments = new Map(
		segmentLines.lines.map((line, i) => {
			const { id, text } = parse(line, isSegmentLine, path.join(dir, runFiles.segments), i);
			return [id, text];
		}),
	);
	const known: Sample[] = [];
	let bytes = 0;
	for (const [i, line] of samples.lines.entries()) {
		const sample = parse(line, isSample, path.join(dir, runFiles.samples), i);
		if (!sample.segments.every(segment => segments.has(segment.text))) {
			break;
		}
		known.push({ ...sample, logprobs: sample.logprobs.map(logprobFromJson) });
		bytes += Buffer.byteLength(line) + 1;
	}
	return { samples: known, segments, bytes: { samples: bytes, segments: segmentLines.bytes } };
}

/** Reads the questions of a run. */
export async function readExamples(dir: string): Promise<ExampleLine[]> {
	const file = path.join(dir, runFiles.examples);
	const { lines } = await readJournal(file);
	return lines.map((line, i) => parse(line, isExampleLine, file, i));
}

function parse<T>(line: string, is: (value: unknown) => value is T, file: string, index: number): T {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		// Said below, as of any other line that is none of ours.
	}
	if (!is(value)) {
		throw inputFailure('run.line-broken', { line: index + 1, file });
	}
	return value;
}

// The files are written by us alone: the fields that tell a line of ours from another are looked at, not each.

function isSample(value: unknown): value is Sample {
	return has(value, 'key', 'string') && has(value, 'model', 'string') && lists(value, 'logprobs', 'segments');
}

function isSegmentLine(value: unknown): value is SegmentLine {
	return has(value, 'id', 'string') && has(value, 'text', 'string');
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
