import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import type { ColumnMapping, ResolvedEvaluation, SliceSpec } from '../config/resolved';
import { type CancellationToken, neverCancelled, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { readingOf } from './answer';
import { requireMappedColumns } from './columns';
import type { BadRow, DataFile, LoadedDataset, Pools } from './dataset';
import { locateDataset } from './locate';
import { type ReadRow, readChoices, readQuestion, subjectOf } from './question';
import { readFile } from './readFile';
import type { Question, Row } from './row';
import { sliceRows } from './slice';
import { rowsOfSplit } from './splitRows';

const namedRows = 10;

interface Split {
	readonly file: DataFile;
	/** After `where`. */
	readonly rows: readonly Row[];
}

/**
 * Loads what an evaluation runs on. The test split is always read; a split of shots only where a variant needs it.
 * @param place.folder Of the evaluation file: relative paths count from it.
 * @throws Failure of kind `input` for a missing file, split or column, rows that are no questions, or nothing to run on.
 */
export async function loadDataset(
	evaluation: ResolvedEvaluation,
	place: { readonly folder: string },
	token: CancellationToken = neverCancelled,
): Promise<LoadedDataset> {
	const { dataset, slice, columns } = evaluation;
	const splits = await readSplits(evaluation, place.folder, token);
	const rowsOf = (name: string): readonly Row[] => splits.get(name)?.rows ?? [];
	const read = readRows(
		[...splits.values()].flatMap(split => split.rows),
		columns,
		token,
	);
	const testRows = rowsOf(dataset.test_split);
	const sliced = sliceRows(testRows, slice, row => subjectOf(row, columns));
	const testPath = splits.get(dataset.test_split)?.file.path ?? dataset.path;
	requireRows(testPath, splits, dataset.test_split, slice.where);

	const bad = badRows(read.values());
	if (bad[0] && evaluation.on_bad_row === 'error') {
		throw badRowFailure(bad[0], bad);
	}
	const skipped = badRows(sliced.map(row => read.get(row)));
	const examples = questions(sliced, read);
	if (examples.length === 0 && skipped[0]) {
		const [first] = skipped;
		const { key, reason } = first;
		throw inputFailure('data.all-rows-bad', { path: testPath, count: skipped.length, key, reason });
	}
	const inSlice = new Set(skipped.map(row => row.key));
	const files = [...splits.values()].map(split => split.file);
	return {
		examples,
		pools: poolsBySubject({
			test: questions(testRows, read),
			validation: questions(rowsOf(dataset.validation_split), read),
			fewshot: questions(rowsOf(dataset.fewshot_split), read),
		}),
		skipped,
		skippedFromPools: bad.filter(row => !inSlice.has(row.key)),
		files,
		revision: revisionOf(files),
	};
}

/** By name, the test split first: two roles may name the same split. */
async function readSplits(
	evaluation: ResolvedEvaluation,
	folder: string,
	token: CancellationToken,
): Promise<ReadonlyMap<string, Split>> {
	const { dataset, slice, columns } = evaluation;
	const locate = await locateDataset(dataset, folder);
	const splits = new Map<string, Split>();
	for (const split of splitsNeeded(evaluation)) {
		const full = locate(split);
		throwIfCancelled(token);
		const table = await readFile(full, token);
		const path = relative(folder, full).split(sep).join('/');
		if (table.rows.length === 0) {
			throw inputFailure('data.no-rows', { path });
		}
		requireMappedColumns(path, table.columns, columns);
		const rows = rowsOfSplit(table, { path, split, idColumn: dataset.id_column, where: slice.where });
		splits.set(split, { file: { path, sha256: table.sha256, rows: table.rows.length }, rows });
	}
	return splits;
}

function splitsNeeded({ dataset, variants }: ResolvedEvaluation): Set<string> {
	const shotSplits = variants
		.filter(({ format }) => format.num_fewshot > 0)
		.map(({ format }) => (format.shots.split === 'fewshot' ? dataset.fewshot_split : dataset.validation_split));
	return new Set([dataset.test_split, ...shotSplits]);
}

function requireRows(path: string, splits: ReadonlyMap<string, Split>, split: string, where: SliceSpec['where']): void {
	if (splits.get(split)?.rows.length === 0) {
		const filters = where.map(({ column, values }) => `${column}: ${JSON.stringify(values)}`).join(', ');
		throw inputFailure('data.nothing-left', { path, where: filters });
	}
}

/** How answers are written is a property of the data set: all rows that are left decide it. */
function readRows(rows: readonly Row[], columns: ColumnMapping, token: CancellationToken): Map<Row, ReadRow> {
	throwIfCancelled(token);
	const reading = readingOf(
		rows.flatMap(row => {
			const choices = readChoices(row.values.get(columns.choices) ?? null, columns.choices);
			return 'texts' in choices ? [{ answer: row.values.get(columns.answer) ?? null, choices: choices.texts }] : [];
		}),
	);
	return new Map(rows.map(row => [row, readQuestion(row, columns, reading)]));
}

function questions(rows: readonly Row[], read: ReadonlyMap<Row, ReadRow>): Question[] {
	return rows.flatMap(row => {
		const result = read.get(row);
		return result && 'question' in result ? [result.question] : [];
	});
}

function badRows(results: Iterable<ReadRow | undefined>): BadRow[] {
	return [...results].flatMap(result => (result && 'bad' in result ? [result.bad] : []));
}

function badRowFailure(first: BadRow, all: readonly BadRow[]) {
	const { key, reason } = first;
	if (all.length === 1) {
		return inputFailure('data.bad-row', { key, reason });
	}
	const named = all.slice(0, namedRows).map(row => row.key);
	const keys = all.length > namedRows ? `${named.join(', ')}, …` : named.join(', ');
	return inputFailure('data.bad-rows', { count: all.length, keys, key, reason });
}

function poolsBySubject(splits: Pools): Map<string | null, Pools> {
	const pools = new Map<string | null, { test: Question[]; validation: Question[]; fewshot: Question[] }>();
	for (const split of ['test', 'validation', 'fewshot'] as const) {
		for (const question of splits[split]) {
			const pool = pools.get(question.subject) ?? { test: [], validation: [], fewshot: [] };
			pools.set(question.subject, pool);
			pool[split].push(question);
		}
	}
	return pools;
}

/** First 16 hex digits of the SHA-256 over the files' hashes, one a line, the test split's first. */
function revisionOf(files: readonly DataFile[]): string {
	const hashes = files.map(file => `${file.sha256}\n`).join('');
	return createHash('sha256').update(hashes).digest('hex').slice(0, 16);
}
