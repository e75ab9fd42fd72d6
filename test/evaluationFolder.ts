import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { demoModel } from './paths';

/** A row in MMLU's columns. */
export interface Row {
	readonly question: unknown;
	readonly subject?: unknown;
	readonly choices: unknown;
	readonly answer: unknown;
	readonly [column: string]: unknown;
}

/** A good row, told apart by its number. */
export function row(n: number, changes: Partial<Row> = {}): Row {
	return {
		question: `Which number is ${n}?`,
		subject: 'numbers',
		choices: [`${n}`, `${n + 1}`, `${n + 2}`, `${n + 3}`],
		answer: 0,
		...changes,
	};
}

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, i) => row(from + i));

/** Splits by name: rows become JSONL, a text is written as it is. */
export type Splits = Readonly<Record<string, readonly unknown[] | string>>;

const goodSplits: Splits = { test: rows(4), dev: rows(5, 100), validation: rows(6, 200) };

/**
 * Writes `e.eval.yaml` and its data into a folder and returns the file's path. Fields are those of a good evaluation,
 * changed by `fields`; a text stands for the whole file.
 */
export function writeEvaluation(
	folder: string,
	fields: Readonly<Record<string, unknown>> | string = {},
	splits: Splits = {},
): string {
	const data = path.join(folder, 'data');
	mkdirSync(data, { recursive: true });
	for (const [split, content] of Object.entries({ ...goodSplits, ...splits })) {
		const text = typeof content === 'string' ? content : content.map(one => `${JSON.stringify(one)}\n`).join('');
		writeFileSync(path.join(data, `${split}.jsonl`), text);
	}
	const file = path.join(folder, 'e.eval.yaml');
	const good = {
		dataset_path: 'data',
		num_fewshot: 1,
		models: [{ path: demoModel }],
		variants: { original: 'mmlu/original', helm: 'mmlu/helm' },
	};
	// JSON is YAML.
	writeFileSync(file, typeof fields === 'string' ? fields : JSON.stringify({ ...good, ...fields }, null, '\t'));
	return file;
}
