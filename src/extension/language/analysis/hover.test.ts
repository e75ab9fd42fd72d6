import { expect, test } from 'vitest';
import { analyse } from './analysis';
import { explanationAt } from './hover';
import { quizKnowledge } from './testKnowledge';

const text = `dataset_path: acme/quiz
dataset_name: law
where:
  "my topic": x
columns:
  answer: label
doc_to_text: |-
  Q: {{ question | trim }}
  {{ doc }}
models:
  - acme/tiny
  - id: acme/none
variants:
  a: mmlu/helm
  b:
    extends: mmlu/original
`;

async function explained(word: string) {
	const analysis = await analyse(text, { fileName: 'a.eval.yaml' });
	const found = await explanationAt(analysis, text.indexOf(word) + 1, quizKnowledge);
	return (
		found && {
			place: text.slice(...found.range),
			pieces: found.text,
			text: found.text.map(piece => ('text' in piece ? piece.text : piece.markdown)).join(''),
		}
	);
}

test('a dataset: what it is, its licence, rows and page', async () => {
	const found = await explained('acme/quiz');
	expect(found?.place).toBe('acme/quiz');
	expect(found?.text).toContain('mit · 1.2K downloads · 2 configs');
	expect(found?.text).toContain('Rows: test 2,000, dev 2,000, train 2,000');
	expect(found?.text).toContain('[hub.example](https://hub.example/datasets/acme/quiz)');
});

test('what others wrote is text, never Markdown', async () => {
	const found = await explained('acme/quiz');
	expect(found?.pieces).toContainEqual({ text: 'Questions <b>of</b> [all](command:x) sorts' });
	const column = await explained('question');
	expect(column?.pieces).toContainEqual({ text: 'Is *it* so?' });
});

test('a model: its task, size, licence and files', async () => {
	const found = await explained('acme/tiny');
	expect(found?.text).toContain('text-generation · 135M parameters · mit');
	expect(found?.text).toContain('ONNX: fp32 540 MB, q4 90 MB');
	expect((await explained('acme/none'))?.text).toContain('https://hub.example/acme/none');
});

test('presets with notes and citation, wherever they stand', async () => {
	expect((await explained('mmlu/helm'))?.text).toContain('stanford-crfm/helm');
	expect((await explained('mmlu/original'))?.text).toContain('hendrycks/test');
});

test('columns in templates and fields, filters, and the names of ours', async () => {
	expect(await explained('question')).toMatchObject({ place: 'question' });
	expect((await explained('label'))?.text).toContain('0 no, 1 yes');
	expect((await explained('my topic'))?.text).toContain('x: y');
	expect((await explained('trim'))?.text).toContain('white space');
	expect((await explained('doc }}'))?.text).toContain('The whole row');
	expect(await explained('dataset_name')).toBeNull();
	expect(await explained('Q: ')).toBeNull();
});
