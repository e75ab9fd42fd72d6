import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { writeEvaluation } from '../../../test/evaluationFolder';
import { temporaryFolders } from '../../../test/temporaryFolder';
import { InvalidEvaluation } from '../../run/loadEvaluation';
import { PreviewSession } from '../../run/previewSession';
import { PreviewedEvaluation } from './previewedEvaluation';

const newFolder = temporaryFolders();
const surroundings = { label: 'e.eval.yaml', trusted: true };
const beginning = { example: 0, variant: '', against: null };

function evaluationOn(fields: Readonly<Record<string, unknown>> = {}) {
	const file = writeEvaluation(newFolder(), fields);
	const evaluation = new PreviewedEvaluation(file, { PreviewSession, InvalidEvaluation });
	onTestFinished(() => evaluation.dispose());
	return { evaluation, text: readFileSync(file, 'utf8') };
}

test('shows the nearest choice that the text has', async () => {
	const { evaluation, text } = evaluationOn();
	const state = await evaluation.state(text, { example: 70, variant: 'gone', against: 'helm' }, surroundings);
	expect(state).toMatchObject({
		state: 'shown',
		file: 'e.eval.yaml',
		trusted: true,
		choice: { example: 3, variant: 'original', against: 'helm' },
		examples: 4,
		variants: ['original', 'helm'],
	});
});

test('a text is opened once, however often it is asked for', async () => {
	const { evaluation, text } = evaluationOn();
	expect(evaluation.open(text)).toBe(evaluation.open(text));
	const before = await evaluation.open(text);
	evaluation.reopen();
	expect(await evaluation.open(text)).not.toBe(before);
});

test('text with errors has no position, and each error its place', async () => {
	const { evaluation } = evaluationOn();
	const text = 'dataset_path: data\nvariants:\n  a: mmlu/orignal\nlimt: 3\n';
	const state = await evaluation.state(text, beginning, surroundings);
	expect(state).toMatchObject({ state: 'failed', position: null });
	expect(state.state === 'failed' && state.reasons.map(({ place }) => place?.line)).toEqual([2, 3]);
});

test('a template that fails is found in the file, and other variants stay in reach', async () => {
	const { evaluation } = evaluationOn();
	const text = `dataset_path: data
variants:
  good:
    doc_to_text: "{{question}}"
  bad:
    doc_to_text: "{{questoin}}"
`;
	const state = await evaluation.state(text, { ...beginning, variant: 'bad' }, surroundings);
	expect(state).toMatchObject({
		state: 'failed',
		position: { choice: { variant: 'bad' }, variants: ['good', 'bad'], examples: 4 },
		reasons: [{ message: { params: { field: 'doc_to_text' } }, place: { line: 5 } }],
	});
});

test('data that is missing has no place in the file', async () => {
	const { evaluation, text } = evaluationOn();
	const state = await evaluation.state(text.replace('"data"', '"nowhere"'), beginning, surroundings);
	expect(state).toMatchObject({ state: 'failed', position: null, reasons: [{ place: null }] });
});

test('a chat without a model says that it needs one, and with one what is wrong with it', async () => {
	const { evaluation } = evaluationOn();
	const chat = { variants: { chat: { doc_to_text: '{{question}}', apply_chat_template: true } } };
	const state = async (models: readonly unknown[]) => {
		const text = JSON.stringify({ dataset_path: 'data', ...chat, models });
		const found = await evaluation.state(text, beginning, surroundings);
		return found.state === 'failed' && found.reasons[0]?.message.code;
	};
	expect(await state([])).toBe('prompt.chat-no-model');
	expect(await state([{ path: 'nowhere' }])).toBe('engine.folder-missing');
});
