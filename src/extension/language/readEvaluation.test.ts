import { expect, test } from 'vitest';
import { parseEvaluation } from '../../config/parse';
import { resolveEvaluation } from '../../config/resolve';
import { readEvaluation, variantAt } from './readEvaluation';

const rooms = { parseEvaluation, resolveEvaluation };
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

test('variants stand in the order of the file, with the places of their names', () => {
	const read = readEvaluation(text, 'a.eval.yaml', rooms);
	expect(read.problems).toEqual([]);
	expect(read.variants.map(({ name, key }) => [name, key.start.line, key.start.column])).toEqual([
		['original', 4, 2],
		['quoted: name', 5, 2],
		['own', 7, 2],
	]);
});

test('an evaluation without variants has one that stands nowhere', () => {
	const read = readEvaluation('dataset_path: data\ndoc_to_text: "{{question}}"\n', 'a.eval.yaml', rooms);
	expect(read.resolved?.variants.map(variant => variant.name)).toEqual(['default']);
	expect(read.variants).toEqual([]);
});

test('while the text has an error, the variants of before are found where they stand now', () => {
	const before = readEvaluation(text, 'a.eval.yaml', rooms);
	const broken = `# a line more\n${text.replace('limit: 3', 'limits: 3').replace('  own:', '  renamed:')}`;
	const read = readEvaluation(broken, 'a.eval.yaml', rooms, before);
	expect(read.resolved).toBeNull();
	expect(read.problems.map(problem => problem.message.code)).toEqual(['config.unknown-field-closest']);
	expect(read.variants.map(({ name, key }) => [name, key.start.line])).toEqual([
		['original', 5],
		['quoted: name', 6],
	]);
});

test('the cursor is in the variant whose lines it stands in', () => {
	const read = readEvaluation(text, 'a.eval.yaml', rooms);
	const lines = text.split('\n');
	expect(lines.map((_, line) => variantAt(read, lines, line))).toEqual([
		...[null, null, null, null],
		'original',
		...['quoted: name', 'quoted: name'],
		...['own', 'own', 'own', 'own'],
		...[null, null],
	]);
});
