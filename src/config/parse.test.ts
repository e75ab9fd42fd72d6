import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { messageText } from '../protocol/messages';
import { parseEvaluation } from './parse';
import type { Problem, SourceRange } from './problem';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

function offsets(text: string, { start, end }: SourceRange): [number, number] {
	const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), m => m.index + m[0].length)];
	const offset = (line: number, column: number) => (starts[line] ?? Number.NaN) + column;
	return [offset(start.line, start.column), offset(end.line, end.column)];
}

function textAt(text: string, range: SourceRange): string {
	return text.slice(...offsets(text, range));
}

function report(text: string, { severity, message, range, replacement }: Problem): string {
	const { start, end } = range;
	const place = `${start.line + 1}:${start.column + 1}-${end.line + 1}:${end.column + 1}`;
	const mend = replacement === undefined ? '' : `\n    write ${replacement}`;
	return `${place} ${severity} at ${JSON.stringify(textAt(text, range))}\n    ${messageText(message)}${mend}`;
}

function problemsOf(text: string): string[] {
	return parseEvaluation(text).problems.map(problem => report(text, problem));
}

const valid = 'dataset_path: ./data\n';

test('all problems of a broken file, each at its place', async () => {
	const text = readFileSync(fixture('broken.eval.yaml'), 'utf8');
	const golden = fixture('broken.problems.txt');
	const existed = existsSync(golden);
	const parsed = parseEvaluation(text);
	expect(parsed.evaluation).toBeNull();
	await expect(`${problemsOf(text).join('\n')}\n`).toMatchFileSnapshot(golden);
	expect(existed, 'the golden file was missing; it is written now: read it and commit it').toBe(true);
});

test('writing what a problem suggests mends it', () => {
	const text = readFileSync(fixture('broken.eval.yaml'), 'utf8');
	const { problems } = parseEvaluation(text);
	const mendable = problems.filter(problem => problem.replacement !== undefined);
	expect(mendable.length).toBeGreaterThan(10);
	for (const { range, message, replacement = '' } of mendable) {
		const [start, end] = offsets(text, range);
		const mended = parseEvaluation(text.slice(0, start) + replacement + text.slice(end)).problems;
		expect(mended.filter(p => p.range.start.line === range.start.line)).not.toContainEqual(
			expect.objectContaining({ message }),
		);
		expect(mended.length).toBeLessThan(problems.length);
	}
});

describe('text that is no evaluation', () => {
	test.each([
		['nothing', '', '1:1-1:1 error at ""\n    The file is empty.'],
		['a comment', '# nothing yet\n', '1:1-1:14 error at "# nothing yet"\n    The file is empty.'],
		['a list', '- a\n- b\n', '1:1-1:4 error at "- a"\n    An evaluation file is a mapping'],
		['a text', 'mmlu\n', '1:1-1:5 error at "mmlu"\n    An evaluation file is a mapping'],
		['a tab', 'columns:\n\tanswer: gold\n', '2:1-2:2 error at "\\t"\n    A tab may not indent YAML.'],
		['an open list', 'models: [a,\nvariants: {}\n', '2:1-2:2 error at "v"\n    This is not valid YAML: Flow sequence'],
		['a wrong escape', 'name: "a\\q"\n', '1:9-1:10 error at "\\\\"\n    This is not valid YAML: Invalid escape'],
		['two documents', `${valid}---\nname: b\n`, '2:1-2:4 error at "---"\n    A file holds one evaluation.'],
		['an unknown alias', 'dataset_path: *data\n', '1:15-1:20 error at "*data"\n    `*data` names nothing'],
		['a function', 'process_docs: !function utils.f\n', '1:15-1:24 error at "!function"\n    The tag `!function`'],
		['a merge of no mapping', `${valid}<<: 3\n`, '1:1-1:21 error at "dataset_path: ./data"\n    This is not valid'],
	])('%s', (_, text, start) => {
		const parsed = parseEvaluation(text);
		expect(parsed.evaluation).toBeNull();
		expect(problemsOf(text)).toHaveLength(1);
		expect(problemsOf(text)[0]).toContain(start);
	});

	test('every syntax error is told', () => {
		expect(problemsOf('a: "\\q"\nb: "\\z"\nc: *x\n')).toHaveLength(3);
	});

	test('aliases that expand without end', () => {
		const levels = Array.from({ length: 20 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`)}]`);
		expect(problemsOf(`l0: &l0 x\n${levels.join('\n')}\n`)[0]).toContain('Excessive alias count');
	});

	test.each(['variants: {a: &a {<<: *a}}', 'variants: {a: &a {<<: [*a, *a]}}', 'variants: &v\n  <<: *v\n  a: {}'])(
		'a mapping merged into itself: %j',
		text => {
			const { evaluation, locate } = parseEvaluation(valid + text);
			expect(evaluation).toBeNull();
			expect(locate(['variants', 'a', 'seed'])).toEqual(locate(['variants', 'a'], 'key'));
		},
	);

	test('an alias inside itself', () => {
		expect(parseEvaluation(`${valid}generation_kwargs: &a {b: *a}\n`).evaluation?.generation_kwargs).toBeInstanceOf(
			Map,
		);
		expect(problemsOf(`${valid}models: &a [*a]\n`)[0]).toContain('`models[0]` must be');
	});
});

describe('doubled keys', () => {
	test.each([
		['name: a\nname: b\n', '3:1-3:5 error at "name"\n    `name` stands here twice.'],
		['variants: {a: mmlu/helm, "a": mmlu/helm}\n', '2:26-2:29 error at "\\"a\\""\n    `a` stands here twice.'],
		['variants:\n  1: mmlu/helm\n  "1": mmlu/helm\n', '4:3-4:6 error at "\\"1\\""\n    `1` stands here twice.'],
		['variants:\n  __proto__: mmlu/helm\n  __proto__: mmlu/helm\n', '4:3-4:12 error at "__proto__"'],
	])('%j', (text, start) => {
		expect(problemsOf(valid + text)).toHaveLength(1);
		expect(problemsOf(valid + text)[0]).toContain(start);
	});
});

describe('sentences', () => {
	test.each([
		['num_fewshots: 5', '`num_fewshots` is not a field; did you mean `num_fewshot`?'],
		['num_fewshot: five', '`num_fewshot` must be a whole number of at least 0; this is the text "five".'],
		['num_fewshot: "5"', '`num_fewshot` must be a whole number of at least 0; this is the text "5".'],
		['num_fewshot: 2.5', '`num_fewshot` must be a whole number of at least 0; this is 2.5.'],
		['num_fewshot: .nan', '`num_fewshot` must be a whole number of at least 0; this is NaN.'],
		['num_fewshot:', '`num_fewshot` must be a whole number of at least 0; this is empty.'],
		['limit: 0', '`limit` must be a whole number of at least 1; this is 0.'],
		['limit: all', '`limit` must be a whole number of at least 1, or `per_subject` with one; this is the text "all".'],
		['sample: {}', '`size` is missing; it must be a whole number of at least 1.'],
		['on_bad_row: skp', '`on_bad_row` must be one of `error`, `skip`; this is the text "skp". Did you mean `skip`?'],
		['on_bad_row: [skip]', '`on_bad_row` must be one of `error`, `skip`; this is a list.'],
		['models: [{id: a/b, device: npu}]', '`device` must be one of `auto`, `cpu`,'],
		['variants: {a: mmlu/original-}', '`mmlu/original-` is not a preset; did you mean `mmlu/original`?'],
		['variants: {a: xyz}', '`xyz` is not a preset. There are `mmlu/original`, `mmlu/original-hf`, '],
		['variants: {a: {extends: mmlu/harnes}}', 'did you mean `mmlu/harness`?'],
		['variants: {base: mmlu/helm, a: {extends: bsae}}', 'did you mean `base`?'],
		['variants: {a: {extends: a}}', '`a` extends itself: a → a.'],
		['variants: {a: {extends: b}, b: {extends: c}, c: {extends: b}}', '`b` extends itself: b → c → b.'],
		['assert: [{metric: delta}]', 'give `min`, `max` or both'],
		['use_prompt: x', 'Eval Lens has nothing that does what `use_prompt` does in lm-evaluation-harness.'],
		[
			'columns: {label: gold}',
			'`label` is not a field of `columns`, which has `question`, `choices`, `answer`, `subject`.',
		],
	])('%s', (line, sentence) => {
		expect(problemsOf(`${valid}${line}\n`)[0]).toContain(sentence);
	});

	test('a long text is quoted in part', () => {
		expect(problemsOf(`${valid}limit: ${'🙂'.repeat(100)}\n`)[0]).toContain(`"${'🙂'.repeat(60)}…"`);
	});
});

describe('literal escapes', () => {
	test.each([
		["target_delimiter: '\\n'", '"\\n"'],
		['fewshot_delimiter: \\n\\n', '"\\n\\n"'],
		["doc_to_text: 'Q: {{q}}\\nA:'", '"Q: {{q}}\\nA:"'],
		["doc_to_choice: [A, '\\tB']", '"\\tB"'],
		["variants: {a: {description: 'x\\n'}}", '"x\\n"'],
		['doc_to_text: \'{{ "\\n".join(q) }}\\n\'', '"{{ \\"\\\\n\\".join(q) }}\\n"'],
	])('%s', (line, replacement) => {
		const { evaluation, problems } = parseEvaluation(`${valid}${line}\n`);
		expect(evaluation).not.toBeNull();
		expect(problems).toHaveLength(1);
		expect(problems[0]).toMatchObject({ severity: 'warning', replacement });
	});

	test.each([
		'target_delimiter: "\\n"',
		'doc_to_text: |-\n  a\\n',
		'doc_to_text: \'{{ "\\n".join(q) }}\'',
		"name: 'a\\nb'",
	])('right as it is: %j', line => {
		expect(parseEvaluation(`${valid}${line}\n`).problems).toEqual([]);
	});
});

describe('bytes of the file', () => {
	const text = 'dataset_path: ./data\nvariants:\n  a:\n    doc_to_text: |-\n      Q\n      A:\n    num_fewshot: x\n';

	test('a byte order mark and CR LF change neither value nor place', () => {
		const strange = `\ufeff${text.replaceAll('\n', '\r\n')}`;
		expect(parseEvaluation(strange).problems).toEqual(parseEvaluation(text).problems);
		const mended = (t: string) => parseEvaluation(t.replace('num_fewshot: x', 'num_fewshot: 1')).evaluation;
		expect(mended(strange)).toEqual(mended(text));
		expect(mended(text)).not.toBeNull();
	});
});

describe('names of variants', () => {
	test('any text is a name, in the order of the file', () => {
		const names = ['2', '__proto__', 'constructor', 'toString', '1', '', '日本語', '\u{1f642}', 'a: b', 'null'];
		const text = `${valid}variants:\n${names.map(name => `  ${JSON.stringify(name)}: mmlu/helm\n`).join('')}`;
		expect([...(parseEvaluation(text).evaluation?.variants?.keys() ?? [])]).toEqual(names);
	});

	test('fields inside a variant named __proto__ are checked', () => {
		expect(problemsOf(`${valid}variants:\n  __proto__: {sed: 1}\n`)).toEqual([
			'3:15-3:18 error at "sed"\n    `sed` is not a field; did you mean `seed`?\n    write seed',
		]);
		expect(problemsOf(`${valid}__proto__: 1\n`)[0]).toContain('`__proto__` is not a field');
	});
});

describe('locate', () => {
	const text = `${valid}base: &b\n  seed: 1\nvariants:\n  a: {<<: *b, extends: mmlu/helm}\n  b: *b\nmodels:\n  - x\n  - id: y\n    device: cpu\nname:\n`;
	const { locate } = parseEvaluation(text);

	test.each([
		[['dataset_path'], 'value', './data'],
		[['dataset_path'], 'key', 'dataset_path'],
		[['variants', 'a', 'extends'], 'value', 'mmlu/helm'],
		[['variants', 'a'], 'key', 'a'],
		[['variants', 'a', 'seed'], 'value', '1'],
		[['variants', 'b', 'seed'], 'key', 'seed'],
		[['variants', 'b'], 'value', '*b'],
		[['models', 0], 'value', 'x'],
		[['models', 1], 'value', 'id: y'],
		[['models', 1, 'dtype'], 'value', 'id: y'],
		[['models', 7], 'value', 'models'],
		[['name'], 'value', 'name'],
		[['limit'], 'value', 'dataset_path: ./data'],
		[[], 'value', 'dataset_path: ./data'],
	] as const)('%j %s', (path, part, expected) => {
		expect(textAt(text, locate(path, part))).toBe(expected);
	});
});

test('a field of the file inside a variant is told where it belongs', () => {
	const text = `${valid}variants:\n  a: {extends: mmlu/helm, fewshot_split: train}\n`;
	expect(problemsOf(text)).toEqual([
		'3:27-3:40 error at "fewshot_split"\n    `fewshot_split` holds for the whole file and stands at its top, not inside a variant.',
	]);
});
