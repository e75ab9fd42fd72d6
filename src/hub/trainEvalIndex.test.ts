import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../protocol/json';
import { trainEvalIndex } from './trainEvalIndex';

const only = (entry: Json) => {
	const [first, ...more] = trainEvalIndex({ 'train-eval-index': [entry] });
	expect(more).toEqual([]);
	return first ?? expect.fail('nothing was understood');
};

describe('cards as they are', () => {
	it('squad: columns of a struct', () => {
		const entry = {
			config: 'plain_text',
			task: 'question-answering',
			task_id: 'extractive_question_answering',
			splits: { train_split: 'train', eval_split: 'validation' },
			col_mapping: { question: 'question', answers: { text: 'text', answer_start: 'answer_start' } },
			metrics: [{ type: 'squad', name: 'SQuAD' }],
		};
		expect(only(entry)).toEqual({
			config: 'plain_text',
			task: 'question-answering',
			taskId: 'extractive_question_answering',
			trainSplit: 'train',
			evalSplit: 'validation',
			columns: new Map([
				['question', 'question'],
				['answers.text', 'answers.text'],
				['answers.answer_start', 'answers.answer_start'],
			]),
			metrics: ['squad'],
		});
		expect(only({ ...entry, col_mapping: { 'answers.text': 'answers.text' } }).columns).toEqual(
			new Map([['answers.text', 'answers.text']]),
		);
	});

	it('imdb: a metric is two items', () => {
		const metrics = [{ type: 'accuracy' }, { name: 'Accuracy' }, { type: 'f1', name: 'F1 macro' }, { type: 'f1' }];
		expect(only({ config: 'plain_text', metrics }).metrics).toEqual(['accuracy', 'f1']);
	});

	it('inverse-scaling: two spellings of one task', () => {
		for (const task_id of ['text_zero_shot_classification', 'text-zero-shot-evaluation']) {
			expect(only({ config: 'org--name', task_id })).toMatchObject({
				config: 'org--name',
				taskId: 'text_zero_shot_classification',
				metrics: [],
			});
		}
	});

	it('one mapping instead of a list, and metrics that are texts or have names alone', () => {
		const entry = { config: 2020, task_id: 'summarization', metrics: ['rouge', { name: 'BLEU' }, { type: 'ter' }, 7] };
		expect(trainEvalIndex({ 'train-eval-index': entry })).toMatchObject([
			{ config: '2020', metrics: ['rouge', 'bleu', 'ter', '7'] },
		]);
	});
});

describe('cards as they should not be', () => {
	it('give nothing', () => {
		for (const card of [null, 'text', [], {}, { 'train-eval-index': null }, { 'train-eval-index': [1, [], {}] }]) {
			expect(trainEvalIndex(card)).toEqual([]);
		}
	});

	it('do not reach the members of objects', () => {
		const card: Json = JSON.parse(
			'{"train-eval-index":{"config":"a","col_mapping":{"__proto__":"text","toString":{}}}}',
		);
		expect(trainEvalIndex(card)[0]?.columns).toEqual(new Map([['__proto__', 'text']]));
		expect(trainEvalIndex({ 'train-eval-index': [{ splits: 'constructor' }] })).toEqual([]);
	});

	it('of any JSON never fail, and give names of bounded number and length', () => {
		const keys = ['config', 'task', 'task_id', 'splits', 'eval_split', 'col_mapping', 'metrics', 'type', 'name', 'x'];
		const { json } = fc.letrec<{ json: Json }>(tie => ({
			json: fc.oneof(
				{ depthSize: 'medium' },
				fc.string({ unit: 'binary' }),
				fc.double(),
				fc.constantFrom(null, true),
				fc.array(tie('json'), { maxLength: 4 }),
				fc.dictionary(fc.constantFrom(...keys, '__proto__'), tie('json'), { maxKeys: 6 }),
			),
		}));
		fc.assert(
			fc.property(json, index => {
				for (const entry of trainEvalIndex({ 'train-eval-index': index })) {
					const names = [...entry.columns].flat().concat(entry.metrics);
					expect(names.every(name => typeof name === 'string' && name !== '' && name.length < 1100)).toBe(true);
				}
			}),
			{ numRuns: 2000 },
		);
	});
});
