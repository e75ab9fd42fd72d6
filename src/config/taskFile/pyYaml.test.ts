import { expect, test } from 'vitest';
import { evaluationOf, problemsOf } from './testFiles';

const choice = `
dataset_path: owner/data
output_type: multiple_choice
test_split: test
doc_to_text: "{{question}}"
doc_to_target: answer
`;
const use = 'task: t.yaml\n';

async function labelsOf(files: Readonly<Record<string, string>>) {
	const { variants } = await evaluationOf(files);
	return variants.map(({ format }) => format.choices);
}
const list = (...templates: readonly string[]) => ({ from: 'list', templates });
const ofTask = (field: string) => labelsOf({ 't.yaml': `${choice}${field}\n`, 'e.eval.yaml': use });

/** What `str(yaml.safe_load(text))` gives in Python 3 with PyYAML 6.0.3. */
const inPython: readonly (readonly [text: string, label: string])[] = [
	['1.0', '1.0'],
	['1e3', '1e3'],
	['1.5e3', '1.5e3'],
	['1.5e+3', '1500.0'],
	['1e22', '1e22'],
	['1.0e+22', '1e+22'],
	['1.e-7', '1e-07'],
	['1.0e-5', '1e-05'],
	['123456789.123e+9', '1.23456789123e+17'],
	['685.230_15e+03', '685230.15'],
	['12345678901234567890', '12345678901234567890'],
	['-98765432109876543210', '-98765432109876543210'],
	['y', 'y'],
	['n', 'n'],
	['Y', 'Y'],
	['N', 'N'],
	['010', '8'],
	['08', '08'],
	['0_7', '7'],
	['0o10', '0o10'],
	['0x1F', '31'],
	['0b_1', '1'],
	['1_000', '1000'],
	['1:30', '90'],
	['1:70', '1:70'],
	['1:30.5', '90.5'],
	['.5', '0.5'],
	['+.5', '+.5'],
	['5.', '5.0'],
	['-0', '0'],
	['-0.0', '-0.0'],
	['+7', '7'],
	['.inf', 'inf'],
	['-.INF', '-inf'],
	['.NaN', 'nan'],
	['.nAn', '.nAn'],
	['2001-01-01', '2001-01-01'],
];

test.each(inPython)('the choice %s is %s, as in Python', async (text, label) => {
	expect(await ofTask(`doc_to_choice: [${text}, other]`)).toEqual([list(label, 'other')]);
});

test('texts of a mapping, and its keys', async () => {
	expect(await ofTask('doc_to_choice: {a: x, b: y, n: 1.0}')).toEqual([list('x', 'y', '1.0')]);
});

test.each(['yes', 'Yes', 'NO', 'true', 'False', 'on', 'OFF'])('%s is a truth value', async text => {
	const [problem] = await problemsOf({ 't.yaml': `${choice}doc_to_choice: [a, ${text}]\n`, 'e.eval.yaml': use });
	expect(problem).toContain('`doc_to_choice[1]` must be a text or a number; this is ');
});

test('choices behind an alias, a merge, an include and a group', async () => {
	expect(await ofTask('metadata: [&one 1.0, &all [2.0, 3.0]]\ndoc_to_choice: [*one, b]')).toEqual([list('1.0', 'b')]);
	expect(await ofTask('metadata: [&one 1.0, &all [2.0, 3.0]]\ndoc_to_choice: *all')).toEqual([list('2.0', '3.0')]);
	expect(await ofTask('metadata: &base {doc_to_choice: [1.0, 2]}\n<<: *base')).toEqual([list('1.0', '2')]);
	expect(
		await labelsOf({ 't.yaml': `${choice}include: u.yaml\n`, 'u.yaml': 'doc_to_choice: [1.0, 2]', 'e.eval.yaml': use }),
	).toEqual([list('1.0', '2')]);
	expect(
		await labelsOf({
			't.yaml': 'group: g\ntask: [{task: a, doc_to_choice: [1.0, 2]}]\n',
			'a.yaml': `task: a\n${choice}doc_to_choice: [x]\n`,
			'e.eval.yaml': use,
		}),
	).toEqual([list('1.0', '2')]);
});

test('shots with the same choices are of the same making', async () => {
	const shots =
		'num_fewshot: 1\nfewshot_config: {sampler: first_n, doc_to_choice: [1.0, 2]}\ndoc_to_choice: ["1.0", 2]';
	expect(await ofTask(shots)).toEqual([list('1.0', '2')]);
});

test('in an evaluation a number is the label that was written', async () => {
	const written = '[1.0, 1e3, 0x10, 007, +1, -0, 3, 12345678901234567890, .inf, y]';
	const labels = list('1.0', '1e3', '0x10', '007', '+1', '-0', '3', '12345678901234567890', '.inf', 'y');
	const base = 'dataset_path: d\ndoc_to_text: q\n';
	expect(await labelsOf({ 'e.eval.yaml': `${base}doc_to_choice: ${written}\n` })).toEqual([labels]);
	expect(
		await labelsOf({
			'e.eval.yaml': `${base}variants:\n  1: &v {doc_to_choice: ${written}}\n  b: {<<: *v}\n  c: {extends: "1"}\n`,
		}),
	).toEqual([labels, labels, labels]);
});

test('and values that are no choices stay numbers', async () => {
	const base = 'dataset_path: d\ndoc_to_text: q\n';
	const { slice } = await evaluationOf({ 'e.eval.yaml': `${base}where: {doc_to_choice: [1.0, 2.50]}\n` });
	expect(slice.where).toEqual([{ column: 'doc_to_choice', values: [1, 2.5] }]);
});
