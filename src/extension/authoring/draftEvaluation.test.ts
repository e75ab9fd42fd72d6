import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvaluation } from '../../config/parse';
import { resolveEvaluation } from '../../config/resolve';
import type { Column, SplitInfo, TrainEvalEntry } from '../../hub/repository';
import { compileJinja, jinjaScope } from '../../prompt/jinja';
import type { Json } from '../../protocol/json';
import { messageText } from '../../protocol/messages';
import { chooseSplit, type DraftSource, draftEvaluation, splitWithLabels, type Wanted } from './draftEvaluation';

interface Card {
	readonly path: string;
	readonly description?: string;
	/** Split names by config. */
	readonly configs: Readonly<Record<string, readonly string[]>>;
	/** `name: type`; a list is the names of a ClassLabel. */
	readonly columns: Readonly<Record<string, string | readonly string[]>>;
	readonly rows?: readonly Readonly<Record<string, Json>>[];
	readonly recipe?: Partial<Omit<TrainEvalEntry, 'columns'>> & { readonly columns: Readonly<Record<string, string>> };
	readonly wanted?: Wanted;
}

function sourceOf(card: Card): DraftSource {
	const splits = Object.entries(card.configs).flatMap(([config, names]) =>
		names.map((split): SplitInfo => ({ config, split, rows: null, bytes: null })),
	);
	const columns = Object.entries(card.columns).map(
		([name, type]): Column =>
			typeof type === 'string' ? { name, type, classNames: null } : { name, type: 'ClassLabel', classNames: type },
	);
	const recipes: TrainEvalEntry[] = card.recipe
		? [
				{
					config: null,
					task: null,
					taskId: null,
					trainSplit: null,
					evalSplit: null,
					metrics: [],
					...card.recipe,
					columns: new Map(Object.entries(card.recipe.columns)),
				},
			]
		: [];
	const chosen = chooseSplit(splits, recipes, card.wanted);
	if (!chosen) {
		throw new Error('no split');
	}
	return {
		path: card.path,
		description: card.description ?? null,
		splits,
		chosen,
		columns,
		rows: (card.rows ?? []).map(row => new Map(Object.entries(row))),
	};
}

function read(text: string) {
	const parsed = parseEvaluation(text);
	const resolution = parsed.evaluation
		? resolveEvaluation(parsed.evaluation, { fileName: 'new.eval.yaml', locate: parsed.locate })
		: null;
	const problems = [...parsed.problems, ...(resolution?.problems ?? [])].map(one => messageText(one.message));
	return { evaluation: parsed.evaluation, resolved: resolution?.resolved ?? null, problems };
}

const text = 'string';
const list = 'List(string)';

const cards: Readonly<Record<string, Card>> = {
	mmlu: {
		path: 'cais/mmlu',
		description: 'Measuring Massive Multitask Language Understanding: 57 tasks.',
		configs: { abstract_algebra: ['test', 'validation', 'dev'], all: ['test', 'validation', 'dev', 'auxiliary_train'] },
		columns: { question: text, subject: text, choices: list, answer: ['A', 'B', 'C', 'D'] },
		rows: [{ question: 'q', subject: 's', choices: ['1', '2', '3', '4'], answer: 2 }],
		wanted: { config: 'abstract_algebra' },
	},
	emotion: {
		path: 'dair-ai/emotion',
		configs: { split: ['train', 'validation', 'test'], unsplit: ['train'] },
		columns: { text, label: ['sadness', 'joy', 'love', 'anger', 'fear', 'surprise'] },
		rows: [{ text: 'im feeling rather rotten', label: 0 }],
		recipe: {
			config: 'default',
			task: 'text-classification',
			taskId: 'multi_class_classification',
			trainSplit: 'train',
			evalSplit: 'test',
			columns: { text: 'text', label: 'target' },
			metrics: ['accuracy', 'f1'],
		},
	},
	sst2: {
		path: 'nyu-mll/glue',
		configs: { cola: ['train', 'validation', 'test'], sst2: ['train', 'validation', 'test'] },
		columns: { sentence: text, label: ['negative', 'positive'], idx: 'int32' },
		rows: [{ sentence: 'uneasy mishmash', label: -1, idx: 0 }],
		recipe: {
			config: 'sst2',
			task: 'text-classification',
			taskId: 'multi-class-classification',
			evalSplit: 'test',
			columns: { sentence: 'text', label: 'target' },
		},
	},
	mnli: {
		path: 'nyu-mll/glue',
		configs: { mnli: ['train', 'validation_matched', 'test_matched'] },
		columns: { premise: text, hypothesis: text, label: ['entailment', 'neutral', 'contradiction'] },
		rows: [{ premise: 'p', hypothesis: 'h', label: 1 }],
		recipe: {
			config: 'mnli',
			task: 'text-classification',
			taskId: 'natural_language_inference',
			evalSplit: 'validation_matched',
			columns: { premise: 'text1', hypothesis: 'text2', label: 'target' },
		},
	},
	imdb: {
		path: 'stanfordnlp/imdb',
		configs: { plain_text: ['train', 'test', 'unsupervised'] },
		columns: { text, label: ['neg', 'pos'] },
		rows: [{ text: 'I love sci-fi', label: 0 }],
	},
	squad: {
		path: 'rajpurkar/squad',
		configs: { plain_text: ['train', 'validation'] },
		columns: { id: text, title: text, context: text, question: text, answers: 'Sequence' },
		rows: [
			{ id: '1', title: 't', context: 'c', question: 'q', answers: { text: ['Denver Broncos'], answer_start: [1] } },
		],
		recipe: {
			config: 'plain_text',
			task: 'question-answering',
			taskId: 'extractive_question_answering',
			evalSplit: 'validation',
			columns: {
				question: 'question',
				context: 'context',
				'answers.text': 'text',
				'answers.answer_start': 'answer_start',
			},
			metrics: ['squad'],
		},
	},
	xsum: {
		path: 'EdinburghNLP/xsum',
		configs: { default: ['train', 'validation', 'test'] },
		columns: { document: text, summary: text, id: text },
		rows: [{ document: 'd', summary: 's', id: '1' }],
		recipe: {
			config: 'default',
			task: 'summarization',
			taskId: 'summarization',
			evalSplit: 'test',
			columns: { document: 'text', summary: 'target' },
			metrics: ['rouge'],
		},
	},
	wmt: {
		path: 'wmt/wmt19',
		configs: { 'de-en': ['train', 'validation'] },
		columns: { translation: 'Translation' },
		rows: [{ translation: { de: 'Ja', en: 'Yes' } }],
		recipe: {
			config: 'de-en',
			task: 'translation',
			taskId: 'translation',
			evalSplit: 'validation',
			columns: { 'translation.de': 'source', 'translation.en': 'target' },
		},
	},
	zeroShot: {
		path: 'inverse-scaling/hindsight-neglect-10shot',
		configs: { default: ['train'] },
		columns: { prompt: text, classes: list, answer_index: 'int64' },
		rows: [{ prompt: 'p', classes: [' Y', ' N'], answer_index: 1 }],
		recipe: {
			config: 'inverse-scaling--hindsight-neglect-10shot',
			task: 'text-generation',
			taskId: 'text_zero_shot_classification',
			evalSplit: 'train',
			columns: { prompt: 'text', classes: 'classes', answer_index: 'target' },
		},
	},
	conll: {
		path: 'eriktks/conll2003',
		configs: { conll2003: ['train', 'validation', 'test'] },
		columns: { tokens: list, ner_tags: 'List(ClassLabel)' },
		rows: [{ tokens: ['EU', 'rejects'], ner_tags: [3, 0] }],
		recipe: {
			config: 'conll2003',
			task: 'token-classification',
			taskId: 'entity_extraction',
			evalSplit: 'test',
			columns: { tokens: 'tokens', ner_tags: 'tags' },
		},
	},
	arc: {
		path: 'allenai/ai2_arc',
		configs: { 'ARC-Challenge': ['train', 'test', 'validation'], 'ARC-Easy': ['train', 'test', 'validation'] },
		columns: { id: text, question: text, choices: 'Sequence', answerKey: text },
		rows: [{ id: '1', question: 'q', choices: { text: ['w', 'x', 'y'], label: ['A', 'B', 'C'] }, answerKey: 'C' }],
	},
	hellaswag: {
		path: 'Rowan/hellaswag',
		configs: { default: ['train', 'test', 'validation'] },
		columns: { ind: 'int32', ctx: text, endings: list, label: text },
		rows: [{ ind: 1, ctx: 'A man', endings: ['a', 'b', 'c', 'd'], label: '' }],
	},
	winogrande: {
		path: 'allenai/winogrande',
		configs: { winogrande_xs: ['train', 'test', 'validation'] },
		columns: { sentence: text, option1: text, option2: text, answer: text },
		rows: [
			{ sentence: 's', option1: 'Ian', option2: 'Dennis', answer: '2' },
			{ sentence: 's', option1: 'Ian', option2: 'Dennis', answer: '1' },
		],
		wanted: { split: 'validation' },
	},
	boolq: {
		path: 'google/boolq',
		configs: { default: ['train', 'validation'] },
		columns: { question: text, answer: 'bool', passage: text },
		rows: [{ question: 'is it', answer: true, passage: 'p' }],
	},
	gsm8k: {
		path: 'openai/gsm8k',
		configs: { main: ['train', 'test'], socratic: ['train', 'test'] },
		columns: { question: text, answer: text },
		rows: [{ question: 'q', answer: 'Add 1.\n#### 42' }],
	},
	numbers: {
		path: 'someone/measurements',
		configs: { default: ['train'] },
		columns: { time: 'int64', value: 'float64' },
		rows: [{ time: 1, value: 0.5 }],
	},
};

describe('a draft', () => {
	it.each(Object.entries(cards))('of %s has no error', async (name, card) => {
		const source = sourceOf(card);
		const split = splitWithLabels(source);
		const draft = draftEvaluation(split === null ? source : { ...source, chosen: { ...source.chosen, split } });
		const { resolved, problems } = read(draft);
		expect(problems).toEqual([]);
		expect(resolved).not.toBeNull();
		const golden = fileURLToPath(new URL(`fixtures/${name}.eval.yaml`, import.meta.url));
		const existed = existsSync(golden);
		await expect(draft).toMatchFileSnapshot(golden);
		expect(existed, 'the golden file was missing; it is written now: read it and commit it').toBe(true);
	});

	it('asks what the rows hold, and its target is the right answer', () => {
		const target = (name: string) => {
			const card = cards[name];
			const row = card?.rows?.[0];
			const template = read(draftEvaluation(sourceOf(card as Card))).evaluation?.doc_to_target;
			return compileJinja(String(template)).run(
				jinjaScope(new Map([['doc', row ?? {}], ...Object.entries(row ?? {})])),
			);
		};
		expect(target('arc')).toBe('2');
		expect(target('winogrande')).toBe('1');
		expect(target('boolq')).toBe('1');
		expect(target('gsm8k')).toBe('42');
		expect(target('squad')).toBe('Denver Broncos');
		expect(target('wmt')).toBe('Yes');
	});

	it('evaluates another split where the labels are hidden', () => {
		expect(splitWithLabels(sourceOf(cards.sst2 as Card))).toBe('validation');
		expect(splitWithLabels(sourceOf(cards.hellaswag as Card))).toBe('validation');
		expect(splitWithLabels(sourceOf(cards.imdb as Card))).toBeNull();
	});

	it('never draws shots from the evaluated split', () => {
		for (const card of Object.values(cards)) {
			const evaluation = read(draftEvaluation(sourceOf(card))).evaluation;
			expect(evaluation?.fewshot_split).not.toBe(evaluation?.test_split);
		}
	});

	const hostile = fc.oneof(
		fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
		fc.constantFrom(
			'{{ x }}',
			'{% raw %}',
			'{#',
			'\n- a: b',
			'\'"',
			'\u0000\u0085\u2028',
			'#',
			'---',
			'<<',
			'null',
			'\r\n',
		),
		fc.string({ minLength: 1, maxLength: 3 }).map(part => `a: ${part}\n# {{${part}`),
	);

	it('of hostile column and class names says just them', () => {
		const distinct = fc.uniqueArray(hostile, { minLength: 2, maxLength: 5 });
		fc.assert(
			fc.property(distinct, distinct, hostile, hostile, (columns, classes, config, description) => {
				const [label = '', ...others] = columns;
				const card: Card = {
					path: 'someone/something',
					description,
					configs: { [config]: ['test', description] },
					columns: { ...Object.fromEntries(others.map(name => [name, 'string'])), [label]: classes },
					rows: [Object.fromEntries(columns.map(name => [name, name === label ? 0 : 'x']))],
				};
				const { evaluation, problems } = read(draftEvaluation(sourceOf(card)));
				expect(problems).toEqual([]);
				expect(evaluation?.dataset_name).toBe(config === 'default' ? undefined : config);
				const labels = evaluation?.doc_to_choice;
				if (Array.isArray(labels)) {
					const rendered = labels.map(one => compileJinja(String(one)).run(jinjaScope(new Map())));
					expect(rendered).toEqual(classes);
				}
			}),
			{ numRuns: 500 },
		);
	});
});

describe('the split to evaluate', () => {
	const splits = (configs: Card['configs']) => sourceOf({ path: 'x', configs, columns: {} }).splits;

	it('is what was pointed at', () => {
		const all = splits({ a: ['train', 'test'], b: ['train', 'test'] });
		expect(chooseSplit(all, [], { config: 'b', split: 'train' })).toMatchObject({ config: 'b', split: 'train' });
		expect(chooseSplit(all, [], { config: 'b' })).toMatchObject({ config: 'b', split: 'test' });
		expect(chooseSplit(all, [], { config: 'gone' })).toMatchObject({ config: 'a', split: 'test' });
	});

	it('is none where there is none', () => {
		expect(chooseSplit([], [])).toBeNull();
	});
});
