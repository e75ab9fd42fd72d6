import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EvaluationChanges, presetFormat, resolvedEvaluation } from '../../test/resolvedEvaluation';
import { temporaryFolders } from '../../test/temporaryFolder';
import { CancellationSource, Cancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { loadDataset } from './loadDataset';

const newFolder = temporaryFolders();

type Cells = Readonly<Record<string, Json>>;

const row = (n: number, changes: Cells = {}): Cells => ({
	question: `Question ${n}?`,
	subject: n % 2 ? 'odd_ones' : 'even_ones',
	choices: ['w', 'x', 'y', 'z'],
	answer: n % 4,
	...changes,
});
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n));
const jsonl = (cells: readonly Cells[]) => cells.map(cell => `${JSON.stringify(cell)}\n`).join('');

/** Writes files into a new folder; returns what loads the data set in it. */
function dataset(files: Readonly<Record<string, string | Uint8Array>>) {
	const folder = newFolder();
	for (const [name, content] of Object.entries(files)) {
		writeFileSync(path.join(folder, name), content);
	}
	return (changes: EvaluationChanges = {}, at = '.') => loadDataset(resolvedEvaluation(at, changes), { folder });
}

async function sentence(loading: Promise<unknown>): Promise<string> {
	const error = await loading.then(
		() => expect.fail('it loaded'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure && error.kind === 'input' ? error.message : expect.fail(String(error));
}

const shots = (num_fewshot: number) => [presetFormat('mmlu/original', { num_fewshot })];

describe('where rows come from', () => {
	it('reads only the splits that a variant needs', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(4)), 'dev.jsonl': jsonl(rows(2)), 'validation.jsonl': 'no rows' });
		expect((await load()).files.map(file => file.path)).toEqual(['test.jsonl']);
		const withShots = await load({ formats: shots(1) });
		expect(withShots.files.map(file => [file.path, file.rows])).toEqual([
			['test.jsonl', 4],
			['dev.jsonl', 2],
		]);
		expect(withShots.pools.get('odd_ones')?.fewshot.map(shot => shot.key)).toEqual(['dev/1']);
	});

	it('names splits as the evaluation does, and reads one of two roles once', async () => {
		const load = dataset({ 'train.jsonl': jsonl(rows(3)) });
		const loaded = await load({ dataset: { test_split: 'train', fewshot_split: 'train' }, formats: shots(1) });
		expect(loaded.files).toHaveLength(1);
		const pools = loaded.pools.get('even_ones');
		expect(pools?.test.map(question => question.key)).toEqual(['train/0', 'train/2']);
		expect(pools?.fewshot).toEqual(pools?.test);
	});

	it('takes a single file for the test split', async () => {
		const load = dataset({ 'mine.jsonl': jsonl(rows(2)) });
		expect((await load({}, 'mine.jsonl')).examples.map(question => question.key)).toEqual(['test/0', 'test/1']);
		expect(await sentence(load({ formats: shots(2) }, 'mine.jsonl'))).toMatch(
			/mine\.jsonl is one file.*split "dev".*num_fewshot to 0/,
		);
	});

	it('hashes files, and makes one revision of them', async () => {
		const text = jsonl(rows(2));
		const hex = (data: string) => createHash('sha256').update(data).digest('hex');
		const loaded = await dataset({ 'test.jsonl': text })();
		expect(loaded.files[0]?.sha256).toBe(hex(text));
		expect(loaded.revision).toBe(hex(`${hex(text)}\n`).slice(0, 16));
	});

	it('says what is missing', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(2)), 'notes.md': '' });
		expect(await sentence(load({}, 'nowhere'))).toMatch(/no file or folder at dataset_path "nowhere" \(looked for \//);
		expect(await sentence(load({}, 'notes.md'))).toMatch(/notes\.md is not a file that rows can be read from/);
		expect(await sentence(load({ formats: shots(1) }))).toMatch(/split "dev".*holds: notes\.md, test\.jsonl/);
		expect(await sentence(dataset({})())).toMatch(/is empty/);
		expect(await sentence(load({ dataset: { names: 'all' } }))).toMatch(/dataset_name/);
	});

	it('refuses two files for one split', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(1)), 'test.csv': 'question\n' });
		expect(await sentence(load())).toMatch(/two files for the split "test": test\.jsonl and test\.csv/);
	});

	it('stops when it is cancelled', async () => {
		const folder = newFolder();
		writeFileSync(path.join(folder, 'test.jsonl'), jsonl(rows(2)));
		const source = new CancellationSource();
		source.cancel();
		await expect(loadDataset(resolvedEvaluation('.'), { folder }, source.token)).rejects.toThrow(Cancelled);
	});
});

describe('columns', () => {
	it('are named by the evaluation', async () => {
		const load = dataset({
			'test.jsonl': jsonl([{ q: 'Why?', options: ['a', 'b'], label: 'B', field: 'ethics', question: 'not this' }]),
		});
		const columns = { question: 'q', choices: 'options', answer: 'label', subject: 'field' };
		const [question] = (await load({ columns })).examples;
		expect(question).toMatchObject({ question: 'Why?', choices: ['a', 'b'], answer: 1, given: 'B', subject: 'ethics' });
	});

	it('are asked for by name, with the nearest there is', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(1)) });
		expect(await sentence(load({ columns: { question: 'qestion' } }))).toBe(
			'test.jsonl has no column "qestion" (for columns.question). Did you mean "question"? It has: question, subject, choices, answer.',
		);
		expect(await sentence(load({ columns: { subject: 'topic' } }))).toMatch(
			/no column "topic" \(for columns\.subject\)/,
		);
		expect(await sentence(load({ slice: { where: [{ column: 'level', values: [1] }] } }))).toMatch(/\(for where\)/);
		expect(await sentence(load({ dataset: { id_column: 'id' } }))).toMatch(/\(for id_column\)/);
	});

	it('may lack a subject', async () => {
		const [question] = (await dataset({ 'test.jsonl': jsonl([{ question: 'Q', choices: ['a', 'b'], answer: 0 }]) })())
			.examples;
		expect(question?.subject).toBeNull();
	});
});

describe('where', () => {
	const keys = async (cells: readonly Cells[], values: readonly (string | number | boolean | null)[]) => {
		const load = dataset({ 'test.jsonl': jsonl(cells.map((cell, n) => row(n, cell))) });
		const loaded = await load({ slice: { where: [{ column: 'level', values }] } });
		return loaded.examples.map(question => question.row.index);
	};

	it.each([
		[
			[1, 2, 3],
			[2, 3],
			[1, 2],
		],
		[['1', '2', '02'], [2], [1]],
		[['x', 'X', null], ['x'], [0]],
		[[2, '2', 2.5], ['2'], [0, 1]],
		[[true, 'True', 'false', 1], [true], [0, 1]],
		[[null, '', 'null'], [null], [0]],
		[[['x'], 'x'], ['x'], [1]],
	] as const)('of %j keeps for %j the rows %j', async (levels, values, kept) => {
		expect(
			await keys(
				levels.map(level => ({ level })),
				values,
			),
		).toEqual(kept);
	});

	it('filters every split', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(6)), 'dev.jsonl': jsonl(rows(6)) });
		const where = [{ column: 'subject', values: ['odd_ones'] }];
		const loaded = await load({ slice: { where }, formats: shots(1) });
		expect([...loaded.pools.keys()]).toEqual(['odd_ones']);
		expect(loaded.pools.get('odd_ones')?.fewshot.map(shot => shot.key)).toEqual(['dev/1', 'dev/3', 'dev/5']);
	});

	it('that leaves nothing is an error, as is a file without rows', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(2)) });
		const where = [{ column: 'subject', values: ['law', 3] }];
		expect(await sentence(load({ slice: { where } }))).toBe(
			'No row of test.jsonl is left after where: subject: ["law",3].',
		);
		expect(await sentence(dataset({ 'test.jsonl': '\n' })())).toBe('test.jsonl has no rows.');
	});
});

describe('sample and limit', () => {
	const load = () => dataset({ 'test.jsonl': jsonl(rows(20)) });
	const indexes = async (slice: EvaluationChanges['slice']) =>
		(await load()({ slice: slice ?? {} })).examples.map(question => question.row.index);

	it('samples as Python does, in file order', async () => {
		// sorted(random.Random(7).sample(range(20), 5))
		expect(await indexes({ sample: { size: 5, seed: 7 } })).toEqual([1, 2, 4, 10, 12]);
		expect(await indexes({ sample: { size: 50, seed: 7 } })).toHaveLength(20);
	});

	it('limits the whole or each subject, in file order, after sampling', async () => {
		expect(await indexes({ limit: 3 })).toEqual([0, 1, 2]);
		expect(await indexes({ limit: { per_subject: 2 } })).toEqual([0, 1, 2, 3]);
		expect(await indexes({ sample: { size: 5, seed: 7 }, limit: 2 })).toEqual([1, 2, 4, 10, 12].slice(0, 2));
	});

	it('changes neither keys nor pools', { timeout: 60_000 }, async () => {
		const files = { 'test.jsonl': jsonl(rows(20)), 'dev.jsonl': jsonl(rows(5)) };
		const loadBoth = dataset(files);
		const all = await loadBoth({ formats: shots(1) });
		const contents = new Map(all.examples.map(question => [question.key, question.row.contentHash]));
		await fc.assert(
			fc.asyncProperty(
				fc.record({
					sample: fc.option(fc.record({ size: fc.integer({ min: 1, max: 25 }), seed: fc.nat() })),
					limit: fc.option(
						fc.oneof(fc.integer({ min: 1, max: 25 }), fc.record({ per_subject: fc.integer({ min: 1, max: 9 }) })),
					),
				}),
				async slice => {
					const { examples, pools, revision } = await loadBoth({ slice, formats: shots(1) });
					expect(examples.length).toBeGreaterThan(0);
					expect(examples.every(({ key, row }) => contents.get(key) === row.contentHash)).toBe(true);
					expect(examples.map(({ row }) => row.index)).toEqual(
						examples.map(({ row }) => row.index).toSorted((a, b) => a - b),
					);
					expect([pools, revision]).toEqual([all.pools, all.revision]);
				},
			),
			{ numRuns: 25 },
		);
	});
});

describe('keys', () => {
	it('count rows of the file, filtered or not', async () => {
		const where = [{ column: 'subject', values: ['odd_ones'] }];
		const loaded = await dataset({ 'test.jsonl': jsonl(rows(4)) })({ slice: { where } });
		expect(loaded.examples.map(question => question.key)).toEqual(['test/1', 'test/3']);
	});

	it('are ids where there is a column of them', async () => {
		const load = dataset({ 'test.jsonl': jsonl([row(0, { id: 'a/b' }), row(1, { id: 7 })]) });
		const loaded = await load({ dataset: { id_column: 'id' } });
		expect(loaded.examples.map(question => question.key)).toEqual(['test/a/b', 'test/7']);
	});

	it.each([
		[['x', 'y', 'x'], 'test.jsonl: rows 0 and 2 have the same id "x" in the id_column "id".'],
		[[1, '1'], 'test.jsonl: rows 0 and 1 have the same id "1" in the id_column "id".'],
		[['x', null], 'test.jsonl: row 1 has no text or number in the id_column "id".'],
		[['x', ''], 'test.jsonl: row 1 has no text or number in the id_column "id".'],
	] as const)('of %j are refused', async (ids, said) => {
		const load = dataset({ 'test.jsonl': jsonl(ids.map((id, n) => row(n, { id }))) });
		expect(await sentence(load({ dataset: { id_column: 'id' } }))).toBe(said);
	});

	it('stand beside a hash of the row’s canonical JSON', async () => {
		const [question] = (await dataset({ 'test.jsonl': jsonl(rows(1)) })()).examples;
		const text = '{"answer":0,"choices":["w","x","y","z"],"question":"Question 0?","subject":"even_ones"}';
		expect(question?.row.contentHash).toBe(createHash('sha256').update(text).digest('hex').slice(0, 16));
	});
});

describe('rows that are no questions', () => {
	const bad: readonly [Cells, RegExp][] = [
		[{ question: 7 }, /column "question" holds no text/],
		[{ choices: ['one'] }, /At least 2 choices are needed; it has 1/],
		[{ choices: 'none' }, /column "choices" holds no list/],
		[{ choices: "['a', 'b']" }, /as Python prints it/],
		[{ choices: ['a', null] }, /Choice 2 is neither text nor number/],
		[{ answer: 4 }, /answer 4 is not one of its 4 choices/],
		[{ answer: -1 }, /answer -1 is not/],
		[{ answer: 1.5 }, /answer 1\.5 is not/],
		[{ answer: 'E' }, /"E" in the column "answer" is neither/],
		[{ answer: null }, /holds no answer/],
		[{ answer: [0] }, /holds no answer/],
	];

	it.each(bad)('%j fails, named by key', async (cells, reason) => {
		const said = await sentence(dataset({ 'test.jsonl': jsonl([row(0), row(1, cells)]) })());
		expect(said).toMatch(/^The row test\/1 cannot be asked as a question: /);
		expect(said).toMatch(reason);
	});

	it('are named up to ten, and counted', async () => {
		const load = dataset({ 'test.jsonl': jsonl(rows(12).map(cells => ({ ...cells, answer: 9 }))) });
		expect(await sentence(load())).toMatch(/^12 rows cannot .*: test\/0, (test\/\d, ){8}test\/9, …\. test\/0: /);
	});

	it('are left out of examples and pools when they are to be skipped', async () => {
		const load = dataset({
			'test.jsonl': jsonl([row(0), row(1, { choices: [] }), row(2), row(3, { answer: 'E' })]),
			'dev.jsonl': jsonl([row(0, { answer: 9 }), row(2)]),
		});
		const loaded = await load({ on_bad_row: 'skip', formats: shots(1), slice: { limit: 3 } });
		expect(loaded.examples.map(question => question.key)).toEqual(['test/0', 'test/2']);
		expect(loaded.skipped.map(row => [row.key, row.reason.code])).toEqual([['test/1', 'data.too-few-choices']]);
		expect(loaded.skippedFromPools.map(row => row.key)).toEqual(['test/3', 'dev/0']);
		expect(loaded.pools.get('even_ones')?.fewshot.map(shot => shot.key)).toEqual(['dev/1']);
	});

	it('are an error where there are no others', async () => {
		const load = dataset({ 'test.jsonl': jsonl([row(0, { answer: 9 })]) });
		expect(await sentence(load({ on_bad_row: 'skip' }))).toMatch(
			/^No row chosen from test\.jsonl \(1 in all\) .* test\/0: Its answer 9/,
		);
	});
});
