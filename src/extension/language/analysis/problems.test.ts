import { expect, test } from 'vitest';
import { messageText } from '../../../protocol/messages';
import type { DatasetKnowledge } from '../knowledge/knowledge';
import { analyse } from './analysis';
import { applyEdits, type Found } from './edits';
import { mending, problemsOf } from './problems';

const column = (name: string, more: Partial<DatasetKnowledge['columns'][number]> = {}) => ({
	name,
	type: 'string',
	classNames: null,
	bounds: null,
	...more,
});

const options = { fileName: 'a.eval.yaml' };

const dataset: DatasetKnowledge = {
	path: 'owner/data',
	isLocal: false,
	configs: ['physics', 'law'],
	splits: ['test', 'validation', 'dev'].flatMap(split => [
		{ config: 'physics', split, rows: 3 },
		{ config: 'law', split, rows: 3 },
	]),
	columns: [column('question'), column('choices', { type: 'List(string)' }), column('label'), column('topic')],
	columnsAreComplete: true,
	rows: [],
	summary: null,
};

const own = `dataset_path: owner/data
dataset_name: physics
num_fewshot: 0
columns:
  answer: label
doc_to_text: "{{question}}\\nAnswer:"
doc_to_choice: ["A", "B"]
`;

async function check(text: string, knowledge: DatasetKnowledge | null = dataset) {
	const analysis = await analyse(text, options);
	const found = problemsOf(analysis, knowledge);
	const placeOf = ({ problem: { range } }: Found) => {
		const lines = text.split('\n');
		const { start, end } = range;
		return start.line === end.line ? lines[start.line]?.slice(start.column, end.column) : lines[start.line];
	};
	return {
		analysis,
		found,
		codes: found.map(({ problem }) => problem.message.code),
		places: found.map(placeOf),
		sentences: found.map(({ problem }) => messageText(problem.message)),
		/** The texts that the fixes of the first problem of a code make. */
		async fixed(code: string) {
			const one = found.find(({ problem }) => problem.message.code === code);
			const fixes = one ? await mending(analysis, one, knowledge, options) : [];
			return fixes.map(fix => applyEdits(text, fix.edits));
		},
	};
}

test('the text that the others are made from has no problem', async () => {
	expect((await check(own)).sentences).toEqual([]);
});

/** A mistake, where it is shown, and what its first fix makes of the line (null: it has none). */
const mistakes: readonly (readonly [string, string, string, string, string | null])[] = [
	['language.unknown-name-closest', '{{question}}', '{{quesiton}}', 'quesiton', '{{question}}'],
	['language.unknown-name', '{{question}}', '{{zebra}}', 'zebra', null],
	['language.jinja-unclosed', '{{question}}', '{{question}', '{{question}', '{{question}}'],
	['language.jinja', '{{question}}', '{{question + }}', '{{question + }}', null],
	['language.jinja-unended', '{{question}}', '{% if question %}{{question}}', '{% if question %}', '{% endif %}"'],
	['language.jinja-unopened', '{{question}}', '{{question}}{% endfor %}', '{% endfor %}', '{{question}}'],
	['language.unknown-filter-closest', '{{question}}', '{{question | trimm}}', 'trimm', '{{question | trim}}'],
	['language.label-space', '"A", "B"', '"A ", "B"', ' ', '"A", "B"'],
	['language.label-two-spaces', '"A", "B"', '" A", "B"', ' ', '"A", "B"'],
	['language.text-space', 'Answer:"', 'Answer: "', ' ', 'Answer:"'],
	['language.text-line-end', '"{{question}}\\nAnswer:"', '|\n  {{question}}\n  Answer:', '|', '|-'],
	['language.unknown-column-closest', 'answer: label', 'answer: lable', 'lable', 'answer: label'],
	['language.unknown-column', 'columns:', 'where:\n  zebra: 1\ncolumns:', 'zebra', null],
	['language.unknown-config-closest', 'physics', 'phisics', 'phisics', 'physics'],
	['language.config-needed', 'dataset_name: physics\n', '', 'owner/data', 'dataset_name: physics'],
	['language.unknown-split-closest', 'num_few', 'test_split: tset\nnum_few', 'tset', 'test_split: test'],
	['language.shots-from-test', 'num_fewshot: 0', 'num_fewshot: 2\ntest_split: dev', 'dev', 'fewshot_split: validation'],
	['language.shots-from-test', 'num_fewshot: 0', 'num_fewshot: 2\nfewshot_split: test', 'test', 'fewshot_split: dev'],
	[
		'config.literal-escape',
		'"{{question}}\\nAnswer:"',
		"'{{question}}\\nAnswer:'",
		"'{{question}}\\nAnswer:'",
		'Answer:"',
	],
	['config.unquoted-template', '"{{question}}\\nAnswer:"', '{{question}}', '{{question}}', '"{{question}}"'],
	['config.unknown-field-closest', 'num_fewshot: 0', 'num_fewshots: 0', 'num_fewshots', 'num_fewshot: 0'],
	['config.unknown-field', 'num_fewshot: 0', 'num_fewshot: 0\nzebra: 1', 'zebra', ''],
	['config.doubled-key', 'num_fewshot: 0', 'num_fewshot: 0 # a\nnum_fewshot: 1', 'num_fewshot', 'num_fewshot: 0 # a'],
	[
		'config.unknown-preset-closest',
		'num_few',
		'variants:\n  a: mmlu/orignal\nnum_few',
		'mmlu/orignal',
		'mmlu/original',
	],
	[
		'config.unknown-parent-closest',
		'num_few',
		'variants:\n  ab1: {}\n  b: {extends: ab2}\nnum_few',
		'ab2',
		'extends: ab1',
	],
	['config.missing-field', 'columns:', 'sample:\n  seed: 1\ncolumns:', 'sample', 'size: 1'],
	['config.no-doc-to-text', 'doc_to_text: "{{question}}\\nAnswer:"\n', '', '', 'doc_to_text: '],
];

test.each(mistakes)('%s is told at its place and mended', async (code, right, wrong, place, mended) => {
	expect(own).toContain(right);
	const text = own.replace(right, () => wrong);
	const checked = await check(text);
	expect(checked.codes).toContain(code);
	if (place !== '') {
		expect(checked.places[checked.codes.indexOf(code as never)]).toBe(place);
	}
	const fixed = await checked.fixed(code);
	expect(fixed.length > 0, checked.sentences.join('\n')).toBe(mended !== null);
	for (const result of fixed) {
		const after = await check(result);
		expect(
			after.found.filter(({ problem }) => problem.severity === 'error').map(f => messageText(f.problem.message)),
			result,
		).toEqual([]);
		expect(after.codes).not.toContain(code);
	}
	if (mended !== null) {
		expect(fixed[0]).toContain(mended);
	}
});

test('a literal escape can become a block that means the same', async () => {
	const text = own.replace('"{{question}}\\nAnswer:"', "'{{question}}\\nAnswer:' # the cue");
	const [quoted, block] = await (await check(text)).fixed('config.literal-escape');
	expect(quoted).toContain('doc_to_text: "{{question}}\\nAnswer:" # the cue\n');
	expect(block).toContain('doc_to_text: |- # the cue\n  {{question}}\n  Answer:\ndoc_to_choice');
});

test('of two equal fields either can go, and comments stay', async () => {
	const text = own.replace('num_fewshot: 0', '# none\nnum_fewshot: 0\n# some\nnum_fewshot: 1');
	const [second, first] = await (await check(text)).fixed('config.doubled-key');
	expect(second).toContain('# none\nnum_fewshot: 0\n# some\ncolumns');
	expect(first).toContain('# none\n# some\nnum_fewshot: 1\n');
});

test('an empty file gets a skeleton, and a comment stays', async () => {
	for (const text of ['', '# mine', '\n']) {
		const [fixed = ''] = await (await check(text, null)).fixed('config.empty-file');
		expect(fixed.startsWith(text)).toBe(true);
		expect((await check(fixed, null)).sentences).toEqual([]);
	}
});

test('a gold beyond the choices is told, from statistics, class names or rows', async () => {
	const withLabel = (more: Partial<DatasetKnowledge['columns'][number]>, rows: DatasetKnowledge['rows'] = []) =>
		check(own, {
			...dataset,
			columns: [...dataset.columns.filter(c => c.name !== 'label'), column('label', more)],
			rows,
		});
	expect((await withLabel({ bounds: { min: 0, max: 3 } })).sentences).toEqual([
		'`label` goes up to 3, but there are 2 choices, counted from 0. Rows beyond them are errors.',
	]);
	expect((await withLabel({ classNames: ['x', 'y', 'z'] })).codes).toEqual(['language.gold-out-of-range']);
	expect((await withLabel({}, [new Map([['label', 2]])])).places).toEqual(['["A", "B"]']);
	expect((await withLabel({ bounds: { min: 0, max: 1 } })).codes).toEqual([]);
});

test.each([
	['["A", "B"]', null, '["A", "B", "C"]'],
	['["(a)", "(b)"]', null, '["(a)", "(b)", "(c)"]'],
	['[A, B]', null, '[A, B, C]'],
	['["no", "yes"]', ['no', 'yes', 'not known'], '["no", "yes", "not known"]'],
	['["no", "yes"]', null, null],
	['["{{choices[0]}}", "B"]', null, null],
	['[" A", " B"]', null, '[" A", " B", " C"]'],
] as const)('labels %s go on as they began', async (labels, classNames, mended) => {
	const text = own.replace('["A", "B"]', labels);
	const columns = [...dataset.columns.filter(c => c.name !== 'label')];
	const more = classNames === null ? { bounds: { min: 0, max: 2 } } : { classNames };
	const { fixed } = await check(text, { ...dataset, columns: [...columns, column('label', more)] });
	const [first] = await fixed('language.gold-out-of-range');
	expect(first).toEqual(mended === null ? undefined : text.replace(labels, mended));
});

test('several configs need a name whatever they are called, as where rows are loaded', async () => {
	const text = own.replace('dataset_name: physics\n', '');
	const checkWith = (configs: readonly string[], of = text) => {
		const splits = configs.flatMap(config => ['test', 'dev'].map(split => ({ config, split, rows: 1 })));
		return check(of, { ...dataset, configs, splits });
	};
	const several = await checkWith(['law', 'default']);
	expect(several.found.map(({ problem }) => [problem.message.code, problem.severity])).toEqual([
		['language.config-needed', 'error'],
	]);
	expect((await several.fixed('language.config-needed'))[0]).toContain('dataset_name: default');
	expect((await checkWith(['law'])).codes).toEqual([]);
	expect((await checkWith(['law', 'art'], `${text}dataset_name: all\n`)).codes).toEqual([]);
});

test('a default split that is not there is named with the field to write', async () => {
	const only = { ...dataset, splits: [{ config: 'physics', split: 'train', rows: 1 }] };
	const { sentences, analysis, found } = await check(own, only);
	expect(sentences).toEqual(['`owner/data` has no split `test`, the default of `test_split`. There are `train`.']);
	const [fix] = found[0] ? await mending(analysis, found[0], only, options) : [];
	expect(applyEdits(own, fix?.edits ?? [])).toContain('dataset_path: owner/data\ntest_split: train\ndataset_name');
});

test('a column that a file may have further down is only a warning', async () => {
	const text = own.replace('{{question}}', '{{zebra}}');
	expect((await check(text, { ...dataset, columnsAreComplete: false })).found.map(f => f.problem.severity)).toEqual([
		'warning',
	]);
	expect((await check(text, { ...dataset, columns: [] })).codes).toEqual([]);
	expect((await check(text, null)).codes).toEqual([]);
});

test('a place inside a block is the place in the file', async () => {
	const text = own.replace('"{{question}}\\nAnswer:"', '|-\n  Q: {{question}}\n  {{zebra}} x');
	const { found } = await check(text);
	expect(found.map(f => f.problem.range)).toEqual([{ start: { line: 7, column: 4 }, end: { line: 7, column: 9 } }]);
});
