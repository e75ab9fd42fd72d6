import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evalLens } from '../commandLine';
import { row, type Splits, writeEvaluation } from '../evaluationFolder';
import { demoModel, root } from '../paths';
import { temporaryFolders } from '../temporaryFolder';

const folder = temporaryFolders();

/** Runs an evaluation that must end as bad input, having written no run; returns what it said. */
async function complaint(fields: Parameters<typeof writeEvaluation>[1], splits?: Splits, command = 'run') {
	const dir = folder();
	const { code, stdout, stderr } = await evalLens([command, writeEvaluation(dir, fields, splits)]);
	expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
	expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
	expect(existsSync(path.join(dir, '.evals'))).toBe(false);
	return stderr.replaceAll(dir, '');
}

describe('the evaluation file', () => {
	it('names the place of a YAML error', async () => {
		expect(await complaint('dataset_path: data\nvariants: {a: [}\n')).toMatch(/e\.eval\.yaml:2:\d+: error: .*YAML/);
	});

	it('reports all problems at once, each with its place and a suggestion', async () => {
		const said = await complaint('dataset_path: data\nnum_fewshots: 5\nlimit: many\nvariants:\n  a: mmlu/orignal\n');
		expect(said).toMatch(/:2:1: error: `num_fewshots` is not a field; did you mean `num_fewshot`\?/);
		expect(said).toMatch(/:3:8: error: `limit` must be a whole number.*this is the text "many"/);
		expect(said).toMatch(/:5:6: error: .*`mmlu\/orignal`.*did you mean `mmlu\/original`\?/);
	});

	it('refuses a key that stands twice', async () => {
		expect(await complaint('dataset_path: data\nnum_fewshot: 1\nnum_fewshot: 2\n')).toMatch(
			/:3:1: error: `num_fewshot` stands here twice/,
		);
	});

	it('is asked for where it does not exist', async () => {
		const { code, stderr } = await evalLens(['run', path.join(folder(), 'none.eval.yaml')]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/none\.eval\.yaml cannot be read/);
	});

	it('may be without models for a preview, but not for a run', async () => {
		const fields = { models: undefined };
		expect(await complaint(fields)).toMatch(/names no model/);
		const { code } = await evalLens(['preview', writeEvaluation(folder(), fields)]);
		expect(code).toBe(0);
	});

	it('answers for a dataset and a model of the Hub in a sentence', async () => {
		const offline = async (fields: Parameters<typeof writeEvaluation>[1]) => {
			const { code, stdout, stderr } = await evalLens(['run', writeEvaluation(folder(), fields)]);
			expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: '' });
			return stderr;
		};
		expect(await offline({ dataset_path: 'cais/mmlu' })).toMatch(/not in the cache.*cais\/mmlu/);
		expect(await offline({ models: ['HuggingFaceTB/SmolLM2-135M'] })).toMatch(/HuggingFaceTB\/SmolLM2-135M/);
		expect(await complaint({ dataset_path: 'dta' })).toMatch(/There is no file or folder at dataset_path "dta"/);
	});
});

describe('the data', () => {
	it('lacks the file of a split', async () => {
		expect(await complaint({ test_split: 'tset' })).toMatch(/no file for the split "tset".*It holds:.*test\.jsonl/);
	});

	it('lacks a column', async () => {
		expect(await complaint({ columns: { question: 'qestion' } })).toMatch(
			/no column "qestion".*Did you mean "question"/,
		);
	});

	it('is empty', async () => {
		expect(await complaint({}, { test: '' })).toMatch(/test\.jsonl has no rows/);
		expect(await complaint({ where: { subject: 'law' } })).toMatch(/No row .*is left after where/);
	});

	it('has a line that is no JSON', async () => {
		expect(await complaint({}, { test: '{"question": 1}\n{"question"' })).toMatch(/test\.jsonl, line 2, is not JSON/);
	});

	it('has rows that are no questions: named by key', async () => {
		const bad = [row(0), row(1, { choices: ['one'] }), row(2, { answer: 4 }), row(3)];
		expect(await complaint({}, { test: bad })).toMatch(/2 rows cannot be asked.*test\/1, test\/2/);
	});

	it('has equal ids', async () => {
		const twins = [row(0, { id: 'x' }), row(1, { id: 'y' }), row(2, { id: 'x' })];
		expect(await complaint({ id_column: 'id', num_fewshot: 0 }, { test: twins })).toMatch(
			/rows 0 and 2 have the same id "x"/,
		);
	});

	it('has fewer shots than asked for', async () => {
		expect(await complaint({ num_fewshot: 6 })).toMatch(/numbers/);
	});
});

describe('rows left out', () => {
	it('are counted and named, and the keys of the others stay', async () => {
		const dir = folder();
		const bad = [row(0), row(1, { choices: ['one'] }), row(2), row(3, { answer: 'E' })];
		const file = writeEvaluation(dir, { on_bad_row: 'skip' }, { test: bad });
		const { code, stdout, stderr } = await evalLens(['run', file, '--json']);
		expect(code, stderr).toBe(0);
		const { run, results } = JSON.parse(stdout);
		expect(results.map((r: { n: number; skipped: number }) => [r.n, r.skipped])).toEqual([
			[2, 2],
			[2, 2],
		]);
		expect(keysIn(run)).toEqual(['test/0', 'test/2', 'test/0', 'test/2']);
		const record = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'));
		expect(record.dataset.skipped.map((bad: { key: string }) => bad.key)).toEqual(['test/1', 'test/3']);
	});
});

describe('templates', () => {
	const own = (doc_to_text: string) => ({ variants: { mine: { doc_to_text, doc_to_choice: ['A', 'B', 'C', 'D'] } } });

	it('use a variable that does not exist', async () => {
		expect(await complaint(own('{{ qestion }}'))).toMatch(/qestion/);
		expect(await complaint(own('{{ qestion }}'), {}, 'preview')).toMatch(/qestion/);
	});

	it('throw', async () => {
		expect(await complaint(own('{{ question.nothing.there }}'))).toMatch(/doc_to_text/);
		expect(await complaint(own('{% for c in %}'))).toMatch(/doc_to_text/);
	});

	it('make a prompt longer than the window', async () => {
		const long = own('{{ question }}{% for i in range(3000) %} word{% endfor %}');
		expect(await complaint(long)).toMatch(/The prompt of test\/0 under mine has \d+ tokens.*on_too_long: cut/);
		const dir = folder();
		const file = writeEvaluation(dir, { ...long, on_too_long: 'cut' });
		const { code, stdout, stderr } = await evalLens(['run', file, '--json']);
		expect(code, stderr).toBe(0);
		expect(JSON.parse(stdout).results[0].truncated).toBe(4);
	});
});

describe('the model folder', () => {
	/** A copy of the demo model, changed. */
	async function brokenModel(change: (model: string) => void): Promise<string> {
		const dir = folder();
		const model = path.join(dir, 'model');
		cpSync(demoModel, model, { recursive: true });
		change(model);
		const { code, stderr } = await evalLens(['run', writeEvaluation(dir, { models: [{ path: 'model' }] })]);
		expect(code, stderr).toBe(2);
		expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
		return `${code} ${stderr}`;
	}

	it('does not exist', async () => {
		expect(await complaint({ models: [{ path: 'no-model' }] })).toMatch(/no model folder/);
	});

	it('has no ONNX file', async () => {
		expect(await brokenModel(model => rmSync(path.join(model, 'onnx'), { recursive: true }))).toMatch(
			/^2 [\s\S]*no ONNX file/,
		);
	});

	it('has no tokenizer', async () => {
		expect(await brokenModel(model => rmSync(path.join(model, 'tokenizer.json')))).toMatch(
			/^2 [\s\S]*no tokenizer\.json/,
		);
	});

	it('has an ONNX file that is cut off', async () => {
		const said = await brokenModel(model => truncateSync(path.join(model, 'onnx', 'model.onnx'), 100_000));
		expect(said).toMatch(/model\.onnx is no whole ONNX model.*download it again/);
	});

	it('holds another kind of model', async () => {
		const other = path.join(root, 'test', 'fixtures', 'tiny-decoder', 'wrong-architecture');
		const said = await brokenModel(model => {
			rmSync(model, { recursive: true });
			cpSync(other, model, { recursive: true });
		});
		expect(said).toMatch(/not a text decoder/);
	});

	it('lacks the dtype that is asked for', async () => {
		expect(await complaint({ models: [{ path: demoModel, dtype: 'q4' }] })).toMatch(/no ONNX file for dtype q4.*fp32/);
	});
});

describe('hostile text', () => {
	it('passes through unchanged', { timeout: 300_000 }, async () => {
		const texts = [
			'<script>alert(1)</script><img src=x onerror=alert(2)>',
			'{{ 7 * 7 }} {% raw %}',
			'a\u0000b\r\nc\u0085\u200b',
			'lone \ud800 surrogate',
			'../../../etc/passwd',
			'one million '.repeat(83_334),
		];
		const dir = folder();
		const test = texts.map((text, i) => row(i, { question: text }));
		const file = writeEvaluation(
			dir,
			{ variants: { ['__proto__']: 'mmlu/original', constructor: 'mmlu/helm' } },
			{ test },
		);
		const { code, stdout, stderr } = await evalLens(['run', file, '--json']);
		expect(code, stderr.slice(0, 2000)).toBe(0);
		const { run, results, comparisons } = JSON.parse(stdout);
		expect(results.map((r: { variant: string; n: number }) => [r.variant, r.n])).toEqual([
			['__proto__', 6],
			['constructor', 6],
		]);
		expect(comparisons[0]).toMatchObject({ base: '__proto__', variant: 'constructor', n: 6, missing: 0 });
		for (const format of ['html', 'jsonl', 'csv', 'parquet']) {
			const exported = await evalLens(['export', run, '--format', format]);
			expect(exported.code, exported.stderr).toBe(0);
		}
		const shown = await evalLens(['preview', file, '--example', 'all', '--json']);
		const prompts = shown.stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		texts.forEach((text, i) => {
			const { prompt, segments } = prompts[i];
			expect(prompt.includes(text)).toBe(true);
			expect(segments.map((s: { text: string }) => s.text).join('')).toBe(prompt);
		});
	});
});

describe('the command line', () => {
	it('refuses options and runs that do not exist', async () => {
		const dir = folder();
		const file = writeEvaluation(dir);
		for (const args of [
			[],
			['run'],
			['run', file, '--limit', '0'],
			['export', dir, '--format', 'docx'],
			['sing', file],
		]) {
			const { code, stderr } = await evalLens(args);
			expect(code, args.join(' ')).toBe(2);
			expect(stderr).not.toBe('');
		}
		const { code, stderr } = await evalLens(['compare', dir]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/not a run folder/);
	});

	it('does not mix two evaluations in one folder', async () => {
		const dir = folder();
		const out = path.join(dir, 'out');
		mkdirSync(out);
		const first = await evalLens(['run', writeEvaluation(dir), '--out', out]);
		expect(first.code, first.stderr).toBe(0);
		const second = await evalLens(['run', writeEvaluation(dir, { num_fewshot: 2 }), '--out', out]);
		expect(second.code).toBe(2);
		expect(second.stderr).toMatch(/another evaluation/);
	});

	it('says which example is out of range', async () => {
		const { code, stderr } = await evalLens(['preview', writeEvaluation(folder()), '--example', '4']);
		expect(code).toBe(2);
		expect(stderr).toMatch(/no example 4: the slice has 4/);
	});

	it('compares with another base, and names the variants there are', async () => {
		const dir = folder();
		const out = path.join(dir, 'out');
		await evalLens(['run', writeEvaluation(dir), '--out', out]);
		const ok = await evalLens(['compare', out, '--base', 'helm', '--json']);
		expect(JSON.parse(ok.stdout)).toMatchObject([{ base: 'helm', variant: 'original', n: 4 }]);
		const { code, stderr } = await evalLens(['compare', out, '--base', 'hlem']);
		expect(code).toBe(2);
		expect(stderr).toMatch(/hlem is not a variant.*original, helm/);
	});
});

function keysIn(run: string): string[] {
	const lines = readFileSync(path.join(run, 'samples.jsonl'), 'utf8').trimEnd().split('\n');
	return lines.map(line => JSON.parse(line).key);
}

describe('assertions', () => {
	it('end with exit code 1 and say what was asked and what came', async () => {
		const dir = folder();
		const file = writeEvaluation(dir, {
			assert: [
				{ metric: 'n', min: 5 },
				{ metric: 'missing', max: 0 },
			],
		});
		const { code, stderr } = await evalLens(['run', file]);
		expect(code).toBe(1);
		expect(stderr).toMatch(/n is 4, but must be at least 5 \(original/);
		expect(stderr).not.toMatch(/missing is/);
	});
});
