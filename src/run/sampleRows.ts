import { promptText } from '../protocol/prompt';
import type { Sample } from '../protocol/sample';
import type { OpenRun } from './openRun';
import type { PlaceRange } from './recordedSamples';

/** A sample with the texts that samples.jsonl only refers to. */
export interface SampleRow {
	readonly sample: Sample;
	/** Null where the run does not know it. */
	readonly question: string | null;
	readonly prompt: string;
}

type Cell = string | number | boolean | null | readonly (string | number)[];

/** A column of samples.parquet and of the CSV export. */
export interface SampleColumn {
	readonly name: string;
	readonly type: 'text' | 'integer' | 'number' | 'truth' | 'texts' | 'numbers';
	/** Texts that begin as the one before does. */
	readonly long?: true;
	value(row: SampleRow): Cell;
}

export const sampleColumns: readonly SampleColumn[] = [
	{ name: 'key', type: 'text', value: ({ sample }) => sample.key },
	{ name: 'content_hash', type: 'text', value: ({ sample }) => sample.content_hash },
	{ name: 'subject', type: 'text', value: ({ sample }) => sample.subject },
	{ name: 'model', type: 'text', value: ({ sample }) => sample.model },
	{ name: 'variant', type: 'text', value: ({ sample }) => sample.variant },
	{ name: 'gold', type: 'integer', value: ({ sample }) => sample.gold },
	{ name: 'prediction', type: 'integer', value: ({ sample }) => sample.prediction },
	{ name: 'correct', type: 'truth', value: ({ sample }) => sample.correct },
	{ name: 'label_mass', type: 'number', value: ({ sample }) => sample.label_mass },
	{ name: 'logprobs', type: 'numbers', value: ({ sample }) => sample.logprobs },
	{ name: 'continuations', type: 'texts', value: ({ sample }) => sample.continuations },
	{ name: 'generated', type: 'text', value: ({ sample }) => sample.generated ?? null },
	{
		name: 'target',
		type: 'texts',
		value: ({ sample: { target } }) => (target === undefined ? null : [target].flat()),
	},
	{ name: 'prediction_norm', type: 'integer', value: ({ sample }) => sample.prediction_norm ?? null },
	{ name: 'correct_norm', type: 'truth', value: ({ sample }) => sample.correct_norm ?? null },
	{ name: 'n_tokens', type: 'integer', value: ({ sample }) => sample.n_tokens },
	{ name: 'truncated', type: 'truth', value: ({ sample }) => sample.truncated },
	{ name: 'prompt_sha256', type: 'text', value: ({ sample }) => sample.prompt_sha256 },
	{ name: 'question', type: 'text', value: ({ question }) => question },
	{ name: 'prompt', type: 'text', long: true, value: ({ prompt }) => prompt },
];

/** The samples of a run, all or those of some examples, in its order; one at a time is in memory. */
export async function* sampleRows(run: OpenRun, range?: PlaceRange): AsyncGenerator<SampleRow> {
	for await (const { sample, segments } of run.samples(range)) {
		yield { sample, question: run.example(sample.key)?.question ?? null, prompt: promptText({ segments }) };
	}
}
