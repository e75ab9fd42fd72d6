import { rename } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteFile } from 'hyparquet-writer';
import { promptText } from '../protocol/prompt';
import { guard } from './journal';
import type { OpenRun } from './openRun';

/** A column of samples.parquet and of the CSV export. */
interface SampleColumn {
	readonly name: string;
	readonly type: 'text' | 'integer' | 'number' | 'truth' | 'texts' | 'numbers';
	readonly data: readonly (string | number | boolean | null | readonly (string | number)[])[];
}

/**
 * Writes a run's samples.parquet: a row a sample, columns to list and filter by first, the prompt's text in a column of its own
 * so that a list opens without reading it. Loads as it is in pandas, DuckDB and the Hub's viewer.
 */
export async function writeParquet(run: OpenRun, file: string): Promise<void> {
	const temporary = `${file}.tmp`;
	const columns = sampleColumns(run);
	await guard(file, async () => {
		await parquetWriteFile({
			filename: temporary,
			schema: [{ name: 'samples', num_children: columns.length }, ...columns.flatMap(schemaOf)],
			columnData: columns.map(({ name, data }) => ({ name, data: [...data] })),
		});
		await rename(temporary, file);
	});
}

/** The samples by column, in the order of the run. */
export function sampleColumns({ samples, examples, prompt }: OpenRun): SampleColumn[] {
	return [
		{ name: 'key', type: 'text', data: samples.map(s => s.key) },
		{ name: 'content_hash', type: 'text', data: samples.map(s => s.content_hash) },
		{ name: 'subject', type: 'text', data: samples.map(s => s.subject) },
		{ name: 'model', type: 'text', data: samples.map(s => s.model) },
		{ name: 'variant', type: 'text', data: samples.map(s => s.variant) },
		{ name: 'gold', type: 'integer', data: samples.map(s => s.gold) },
		{ name: 'prediction', type: 'integer', data: samples.map(s => s.prediction) },
		{ name: 'correct', type: 'truth', data: samples.map(s => s.correct) },
		{ name: 'label_mass', type: 'number', data: samples.map(s => s.label_mass) },
		{ name: 'logprobs', type: 'numbers', data: samples.map(s => s.logprobs) },
		{ name: 'continuations', type: 'texts', data: samples.map(s => s.continuations) },
		{ name: 'generated', type: 'text', data: samples.map(s => s.generated ?? null) },
		{ name: 'target', type: 'texts', data: samples.map(s => (s.target === undefined ? null : [s.target].flat())) },
		{ name: 'prediction_norm', type: 'integer', data: samples.map(s => s.prediction_norm ?? null) },
		{ name: 'correct_norm', type: 'truth', data: samples.map(s => s.correct_norm ?? null) },
		{ name: 'n_tokens', type: 'integer', data: samples.map(s => s.n_tokens) },
		{ name: 'truncated', type: 'truth', data: samples.map(s => s.truncated) },
		{ name: 'prompt_sha256', type: 'text', data: samples.map(s => s.prompt_sha256) },
		{ name: 'question', type: 'text', data: samples.map(s => examples.get(s.key)?.question ?? null) },
		{ name: 'prompt', type: 'text', data: samples.map(s => promptText(prompt(s))) },
	];
}

const elements = {
	text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
	integer: { type: 'INT32' },
	number: { type: 'DOUBLE' },
	truth: { type: 'BOOLEAN' },
} as const satisfies Record<string, Partial<SchemaElement>>;

/** Lists have the three levels that Parquet prescribes. */
function schemaOf({ name, type }: SampleColumn): SchemaElement[] {
	if (type === 'texts' || type === 'numbers') {
		const element = type === 'texts' ? elements.text : elements.number;
		return [
			{ name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
			{ name: 'list', repetition_type: 'REPEATED', num_children: 1 },
			{ name: 'element', repetition_type: 'OPTIONAL', ...element },
		];
	}
	return [{ name, repetition_type: 'OPTIONAL', ...elements[type] }];
}
