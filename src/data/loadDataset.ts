import { createHash } from 'node:crypto';
import type { ResolvedEvaluation, SliceSpec } from '../config/resolved';
import type { Place } from '../hub/place';
import { type CancellationToken, neverCancelled, throwIfCancelled } from '../protocol/cancellation';
import { inputFailure } from '../protocol/failure';
import { readingOf } from './answer';
import { requireMappedColumns } from './columns';
import type { DataSource } from './dataSource';
import type { BadRow, DataFile, LoadedDataset, Pools } from './dataset';
import { hubSource, isOnHub } from './hubSource';
import { localSource } from './localSource';
import { neededSplits } from './neededSplits';
import { type ColumnNeeds, columnNeeds } from './needs';
import { type QuestionRules, type ReadRow, readChoices, readQuestion, subjectOf } from './question';
import type { Question, Row } from './row';
import { sliceRows } from './slice';
import { rowsOfSplit } from './splitRows';
import type { ClassNames } from './table';

const namedRows = 10;

interface Split {
	readonly name: string;
	/** For sentences. */
	readonly path: string;
	readonly files: readonly DataFile[];
	/** After `where`. */
	readonly rows: readonly Row[];
	readonly classNames: ClassNames;
}

/**
 * Loads what an evaluation runs on: local files, or a dataset on the Hub. The test split is always read, of large files of
 * the Hub no more than the slice needs; a split of shots only where a variant needs it.
 * @throws Failure of kind `input` for a missing file, config, split or column, rows that are no questions, or nothing to run
 * on; of kind `run` where the Hub cannot be reached, or refuses.
 */
export async function loadDataset(
	evaluation: ResolvedEvaluation,
	place: Place,
	token: CancellationToken = neverCancelled,
): Promise<LoadedDataset> {
	const { dataset, slice, columns } = evaluation;
	const needs = columnNeeds(evaluation.variants);
	const source = await openSource(evaluation, place, token);
	const splits = await readSplits(evaluation, source, needs);
	const rowsOf = (name: string): readonly Row[] => splits.flatMap(split => (split.name === name ? split.rows : []));
	const classNames = new Map(splits.flatMap(split => [...split.classNames]));
	const read = readRows(
		splits.flatMap(split => split.rows),
		{ columns, needs, classNames },
		token,
	);
	const testRows = rowsOf(dataset.test_split);
	const sliced = sliceRows(testRows, slice, row => subjectOf(row, columns));
	const testPath = splits[0]?.path ?? dataset.path;
	requireRows(testPath, testRows, slice.where);

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
	const files = splits.flatMap(split => split.files);
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
		revision: source.commit ?? revisionOf(files),
	};
}

async function openSource(
	{ dataset }: ResolvedEvaluation,
	{ folder, hub, onDownload = () => {} }: Place,
	token: CancellationToken,
): Promise<DataSource> {
	return hub && (await isOnHub(dataset, folder))
		? hubSource(dataset, folder, { hub, onDownload }, token)
		: localSource(dataset, folder, token);
}

async function readSplits(
	evaluation: ResolvedEvaluation,
	source: DataSource,
	needs: ColumnNeeds,
): Promise<readonly Split[]> {
	const { dataset, slice, columns } = evaluation;
	const needed = neededSplits(evaluation, source.configs);
	const contents = await source.read(needed);
	return contents.map(({ path, table, files }, i) => {
		const { split = '', config = null } = needed[i] ?? {};
		if (table.rows.length === 0) {
			throw inputFailure('data.no-rows', { path });
		}
		requireMappedColumns(path, table.columns, columns, needs);
		const rows = rowsOfSplit(table, { path, split, config, idColumn: dataset.id_column, where: slice.where });
		return { name: split, path, files, rows, classNames: table.classNames };
	});
}

function requireRows(path: string, rows: readonly Row[], where: SliceSpec['where']): void {
	if (rows.length === 0) {
		const filters = where.map(({ column, values }) => `${column}: ${JSON.stringify(values)}`).join(', ');
		throw inputFailure('data.nothing-left', { path, where: filters });
	}
}

/** How answers are written is a property of the data set: all rows that are left decide it. */
function readRows(
	rows: readonly Row[],
	rules: Omit<QuestionRules, 'reading'>,
	token: CancellationToken,
): Map<Row, ReadRow> {
	throwIfCancelled(token);
	const { columns } = rules;
	const reading = readingOf(
		rows.flatMap(row => {
			const choices = readChoices(row.values.get(columns.choices) ?? null, columns.choices);
			return 'texts' in choices ? [{ answer: row.values.get(columns.answer) ?? null, choices: choices.texts }] : [];
		}),
	);
	return new Map(rows.map(row => [row, readQuestion(row, { ...rules, reading })]));
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
