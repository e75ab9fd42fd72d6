import { expect, test } from 'vitest';
import { analyse } from './analysis/analysis';
import { type ReadEvaluation, readEvaluation, variantAt } from './readEvaluation';

const readText = (source: string, before?: ReadEvaluation) =>
	readEvaluation(source, { fileName: 'a.eval.yaml' }, { analyse }, before);
const text = `dataset_path: data
num_fewshot: 0

variants:
  original: mmlu/original
  "quoted: name": mmlu/helm
  # about the next one
  own:
    extends: mmlu/original

    description: x
limit: 3
`;

test('variants stand in the order of the file, with the places of their names', async () => {
	const read = await readText(text);
	expect(read.problems).toEqual([]);
	expect(read.variants.map(({ name, key }) => [name, key.start.line, key.start.column])).toEqual([
		['original', 4, 2],
		['quoted: name', 5, 2],
		['own', 7, 2],
	]);
});

test('an evaluation without variants has one that stands nowhere', async () => {
	const read = await readText('dataset_path: data\ndoc_to_text: "{{question}}"\n');
	expect(read.resolved?.variants.map(variant => variant.name)).toEqual(['default']);
	expect(read.variants).toEqual([]);
});

test('while the text has an error, the variants of before are found where they stand now', async () => {
	const before = await readText(text);
	const broken = `# a line more\n${text.replace('limit: 3', 'limits: 3').replace('  own:', '  renamed:')}`;
	const read = await readText(broken, before);
	expect(read.resolved).toBeNull();
	expect(read.problems.map(problem => problem.message.code)).toEqual(['config.unknown-field-closest']);
	expect(read.variants.map(({ name, key }) => [name, key.start.line])).toEqual([
		['original', 5],
		['quoted: name', 6],
	]);
});

test('the cursor is in the variant whose lines it stands in', async () => {
	const read = await readText(text);
	const lines = text.split('\n');
	expect(lines.map((_, line) => variantAt(read, lines, line))).toEqual([
		...[null, null, null, null],
		'original',
		...['quoted: name', 'quoted: name'],
		...['own', 'own', 'own', 'own'],
		...[null, null],
	]);
});
