import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { resolvedEvaluation } from '../../test/resolvedEvaluation';
import { temporaryFolders } from '../../test/temporaryFolder';
import { neverCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import { canonicalJson, type Json } from '../protocol/json';
import { loadDataset } from './loadDataset';
import { readFile } from './readFile';

const newFolder = temporaryFolders();

type Cells = Readonly<Record<string, Json>>;

const jsonl = (cells: readonly Cells[]) => cells.map(cell => `${JSON.stringify(cell)}\n`).join('');

function write(name: string, content: string | Uint8Array): string {
	const file = path.join(newFolder(), name);
	writeFileSync(file, content);
	return file;
}

/** Rows as objects. */
async function read(name: string, content: string | Uint8Array) {
	const { columns, rows } = await readFile(write(name, content), neverCancelled);
	expect(rows.every(row => [...row.keys()].join() === columns.join())).toBe(true);
	return rows.map(row => Object.fromEntries(row));
}

async function sentence(name: string, content: string | Uint8Array): Promise<string> {
	const error = await readFile(write(name, content), neverCancelled).then(
		() => expect.fail('it was read'),
		(reason: unknown) => reason,
	);
	return error instanceof Failure ? error.message : expect.fail(String(error));
}

async function examplesOf(name: string, content: string | Uint8Array) {
	const file = write(name, content);
	return (await loadDataset(resolvedEvaluation(file), { folder: '/' })).examples;
}

const hostile = [
	'<script>alert(1)</script>',
	'{{ question }} {% raw %}',
	'nul \0, CR \r\n, next line \u0085, separator \u2028',
	'\ufeffmark in front',
	'  outer space \t',
	'\u{1f989}',
	'',
];

describe('JSONL', () => {
	it('keeps texts verbatim, lone surrogates too', async () => {
		const texts = [...hostile, 'lone \ud800 surrogate', 'x'.repeat(1_000_000)];
		expect(await read('a.jsonl', jsonl(texts.map(text => ({ text }))))).toEqual(texts.map(text => ({ text })));
	});

	it('has lines that end in LF or CR LF, may be blank, and a mark in front', async () => {
		expect(await read('a.jsonl', '\ufeff{"a":1}\r\n\r\n  \n{"a":"\\r\\n"}')).toEqual([{ a: 1 }, { a: '\r\n' }]);
	});

	it('has a line that is cut by the end of a chunk', async () => {
		const texts = Array.from({ length: 5 }, (_, i) => `é${'🦉'.repeat(20_000 + i)}`);
		expect(await read('a.jsonl', jsonl(texts.map(text => ({ text }))))).toEqual(texts.map(text => ({ text })));
	});

	it('makes null of what a line leaves out', async () => {
		expect(await read('a.jsonl', '{"a":1}\n{"b":[2]}\n')).toEqual([
			{ a: 1, b: null },
			{ a: null, b: [2] },
		]);
	});

	it('may have columns of any name', async () => {
		const { columns, rows } = await readFile(
			write('a.jsonl', '{"__proto__":"p","constructor":"c"}\n{"toString":1}'),
			neverCancelled,
		);
		expect(columns).toEqual(['__proto__', 'constructor', 'toString']);
		expect(rows.map(row => [...row.values()])).toEqual([
			['p', 'c', null],
			[null, null, 1],
		]);
	});

	it('names the line that is wrong', async () => {
		expect(await sentence('a.jsonl', '{"a":1}\n\n{"a"')).toMatch(/a\.jsonl, line 3, is not JSON: /);
		expect(await sentence('a.jsonl', '{"a":1}\n[1]\n')).toMatch(/a\.jsonl, line 2, is not a JSON object/);
		const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
		expect(await sentence('a.jsonl', bytes)).toMatch(/not UTF-8 text at line 2/);
	});
});

describe('JSON', () => {
	it('is one list of objects', async () => {
		expect(await read('a.json', '\ufeff[{"a": "\\ud800"}, {"b": 2}]')).toEqual([
			{ a: '\ud800', b: null },
			{ a: null, b: 2 },
		]);
		expect(await sentence('a.json', '{"data": []}')).toMatch(/not a list of objects/);
		expect(await sentence('a.json', '[{}, 1]')).toMatch(/entry 1 of the list is not an object/);
		expect(await sentence('a.json', '[{}')).toMatch(/is not JSON: /);
		expect(await sentence('a.json', Buffer.from([0x5b, 0x0a, 0xff]))).toMatch(/at line 2/);
	});
});

describe('CSV', () => {
	it('follows RFC 4180, all values as text', async () => {
		const csv = '\ufeffa,b\r\n1,"x ""y"",\r\nz"\r\n,  spaces \n"02",\r lone\n';
		expect(await read('a.csv', csv)).toEqual([
			{ a: '1', b: 'x "y",\r\nz' },
			{ a: '', b: '  spaces ' },
			{ a: '02', b: '\r lone' },
		]);
	});

	it('says what is wrong with it', async () => {
		expect(await sentence('a.csv', 'a,b\n1\n')).toMatch(/is not a CSV file that can be read: .*line 2/);
		expect(await sentence('a.csv', 'a,b,a\n1,2,3\n')).toMatch(/names the column "a" twice/);
		expect(await sentence('a.csv', 'a\n"open\n')).toMatch(/not a CSV file/);
	});
});

describe('Parquet', () => {
	const bytes = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'], more = {}) =>
		new Uint8Array(parquetWriteBuffer({ columnData, ...more }));

	it('keeps texts verbatim', async () => {
		const data = [...hostile, 'x'.repeat(1_000_000)];
		const file = bytes([{ name: '__proto__', data, type: 'STRING' }]);
		const { rows } = await readFile(write('a.parquet', file), neverCancelled);
		expect(rows.map(row => row.get('__proto__'))).toEqual(data);
	});

	it('makes JSON of what JSON cannot say', async () => {
		const file = bytes([
			{ name: 'whole', data: [7n, 2n ** 60n, null], type: 'INT64' },
			{ name: 'date', data: [new Date(0), null, null], type: 'TIMESTAMP' },
			{ name: 'bytes', data: [Uint8Array.of(0xff, 0xfe), Uint8Array.of(0x41), null], type: 'BYTE_ARRAY' },
			{ name: 'number', data: [Number.NaN, 0.5, null], type: 'DOUBLE' },
			{ name: 'flag', data: [true, false, null], type: 'BOOLEAN' },
		]);
		expect(await read('a.parquet', file)).toEqual([
			{ whole: 7, date: '1970-01-01T00:00:00.000Z', bytes: '//4=', number: null, flag: true },
			{ whole: '1152921504606846976', date: null, bytes: 'A', number: 0.5, flag: false },
			{ whole: null, date: null, bytes: null, number: null, flag: null },
		]);
	});

	it('is read over row groups in order', async () => {
		const data = Array.from({ length: 1000 }, (_, i) => i);
		const file = bytes([{ name: 'n', data, type: 'INT32' }], { rowGroupSize: 64 });
		expect((await read('a.parquet', file)).map(row => row.n)).toEqual(data);
	});

	it('says when it is none', async () => {
		expect(await sentence('a.parquet', 'PAR1 nothing else')).toMatch(/is not a Parquet file that can be read: /);
		const whole = bytes([{ name: 'n', data: [1, 2, 3], type: 'INT32' }]);
		expect(await sentence('a.parquet', whole.subarray(0, -9))).toMatch(/is not a Parquet file/);
	});
});

it('refuses other files', async () => {
	expect(await sentence('a.txt', '')).toMatch(/a\.txt is not a file that rows can be read from/);
});

it('says why a file cannot be read', async () => {
	await expect(readFile(path.join(newFolder(), 'none.jsonl'), neverCancelled)).rejects.toThrow(
		/cannot be read: ENOENT/,
	);
});

describe('one data set in four formats', () => {
	const text = fc.string({ unit: 'grapheme', maxLength: 12 });
	// Parquet and CSV are UTF-8, which has no lone surrogates.
	const cells = fc.record({
		question: text,
		subject: fc.option(text),
		choices: fc.array(text, { minLength: 2, maxLength: 5 }),
		answer: fc.integer({ min: 0, max: 1 }),
		score: fc.double({ noNaN: true, noDefaultInfinity: true }),
	});

	function parquet(data: readonly Cells[]): Uint8Array {
		const column = (name: string) => data.map(cell => cell[name]);
		const list = [
			{ name: 'choices', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
			{ name: 'list', repetition_type: 'REPEATED', num_children: 1 },
			{ name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
		] as const;
		return new Uint8Array(
			parquetWriteBuffer({
				schema: [
					{ name: 'root', num_children: 5 },
					{ name: 'question', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
					{ name: 'subject', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
					...list,
					{ name: 'answer', type: 'INT64', repetition_type: 'REQUIRED' },
					{ name: 'score', type: 'DOUBLE', repetition_type: 'REQUIRED' },
				],
				columnData: [
					{ name: 'question', data: column('question') },
					{ name: 'subject', data: column('subject') },
					{ name: 'choices', data: column('choices') },
					{ name: 'answer', data: data.map(cell => BigInt(Number(cell.answer))) },
					{ name: 'score', data: column('score') },
				],
			}),
		);
	}

	const csvCell = (value: Json) =>
		`"${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;
	const csv = (data: readonly Cells[]) =>
		[
			'question,choices,answer',
			...data.map(cell => [cell.question, cell.choices, cell.answer].map(v => csvCell(v ?? null))),
		]
			.map(line => `${line}\r\n`)
			.join('');

	it('has the same rows and hashes', { timeout: 60_000 }, async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 6 }), async data => {
				const [fromParquet, fromJsonl, fromJson, fromCsv] = await Promise.all([
					examplesOf('a.parquet', parquet(data)),
					examplesOf('a.jsonl', jsonl(data)),
					examplesOf('a.json', JSON.stringify(data)),
					examplesOf('a.csv', csv(data)),
				]);
				expect(fromJson).toEqual(fromJsonl);
				const shown = (examples: typeof fromParquet) =>
					examples?.map(({ row, ...rest }) => [canonicalJson(Object.fromEntries(row.values)), row.contentHash, rest]);
				expect(shown(fromParquet)).toEqual(shown(fromJsonl));
				const core = (examples: typeof fromParquet) =>
					examples?.map(({ question, choices, answer }) => ({ question, choices, answer }));
				expect(core(fromCsv)).toEqual(core(fromJsonl));
			}),
			{ numRuns: 60 },
		);
	});
});
