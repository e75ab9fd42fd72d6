import type { Column, TrainEvalEntry } from '../../hub/repository';
import type { Json } from '../../protocol/json';
import { columnExpression, columnTemplate, literalTemplate } from './templates';

export type Rows = readonly ReadonlyMap<string, Json>[];

/** How rows of a dataset can be asked as questions. */
export type TaskShape =
	/** A question, a list of choices and the right one: what the presets of MMLU read. */
	| { readonly kind: 'questions'; readonly question: string; readonly choices: string; readonly answer: string }
	/** Given answers are scored. Templates, as the fields of the same names. */
	| {
			readonly kind: 'scored';
			readonly text: string;
			readonly choices: string | readonly string[];
			readonly target: string;
			/** Column with the index or the text of the right answer, where `target` is one. */
			readonly label: string | null;
	  }
	/** The model writes the answer. */
	| { readonly kind: 'written'; readonly text: string; readonly target: string; readonly tokens: number };

/** The recipe of a dataset's card as a shape; null where Eval Lens has no such task, or the columns are not there. */
export function shapeOfRecipe(entry: TrainEvalEntry, columns: readonly Column[], rows: Rows): TaskShape | null {
	const find = (...names: readonly string[]) => columnCalled(entry, columns, names);
	const task = (entry.taskId ?? entry.task ?? '').replaceAll('-', '_');
	const target = find('target');
	switch (task) {
		case 'binary_classification':
		case 'multi_class_classification':
		case 'natural_language_inference':
		case 'text_classification': {
			const texts = ['text', 'text1', 'text2'].map(name => find(name)).filter(way => way !== null);
			return texts.length > 0 && target ? classification(texts, target, columns, rows) : null;
		}
		case 'text_zero_shot_classification':
		case 'text_zero_shot_evaluation': {
			const [text, classes] = [find('text'), find('classes')];
			return text && classes && target
				? { kind: 'scored', text: reference(text), choices: plainColumn(classes), ...labelTarget(target) }
				: null;
		}
		case 'extractive_question_answering':
		case 'question_answering': {
			const [context, question] = [find('context'), find('question')];
			const answers = find('answers.text', 'answers') ?? (columns.some(is('answers')) ? ['answers', 'text'] : null);
			const first = answers && firstAnswer(answers, rows);
			return context && question && first ? passageQuestion(reference(context), reference(question), first) : null;
		}
		case 'summarization': {
			const text = find('text');
			return text && target
				? { kind: 'written', text: `${reference(text)}\n\nTL;DR:`, target: reference(target), tokens: 128 }
				: null;
		}
		case 'translation': {
			const source = find('source');
			return source && target ? translation(source, target) : null;
		}
		default:
			return null;
	}
}

/** What names and types of columns suggest, and the cells of the first rows; null where they suggest nothing. */
export function shapeOfColumns(columns: readonly Column[], rows: Rows): TaskShape | null {
	for (const guess of guesses) {
		const shape = guess(columns, rows);
		if (shape) {
			return shape;
		}
	}
	return null;
}

type Guess = (columns: readonly Column[], rows: Rows) => TaskShape | null;

const is =
	(...names: readonly string[]) =>
	({ name }: Column) =>
		names.includes(name.toLowerCase());

/** A column, and the way into its cells. */
type Way = readonly [column: string, ...members: (string | number)[]];

const reference = ([column, ...members]: Way): string => columnTemplate(column, ...members);
const plainColumn = (way: Way): string => (way.length === 1 && !/^\s*$/.test(way[0]) ? way[0] : reference(way));

const questions: readonly string[] = [
	'question',
	'query',
	'prompt',
	'problem',
	'instruction',
	'input',
	'question_stem',
	'goal',
];
const answers: readonly string[] = ['answer', 'answers', 'target', 'output', 'response', 'solution', 'label', 'gold'];

const guesses: readonly Guess[] = [
	// MMLU and its like.
	(columns, rows) => {
		const question = named(columns, questions);
		const choices = columns.find(column => is('choices', 'options', 'endings')(column) && isTextList(column, rows));
		const answer = named(columns, ['answer', 'label', 'answer_index', 'gold', 'target', 'answerkey', 'correct']);
		return question && choices && answer ? { kind: 'questions', question, choices: choices.name, answer } : null;
	},
	// ARC, OpenBookQA, CommonsenseQA: texts and letters beside each other.
	(columns, rows) => {
		const question = named(columns, questions);
		const choices = columns.find(column => is('choices')(column) && hasMembers(column, rows, ['text', 'label']));
		const key = named(columns, ['answerkey', 'answer_key']);
		if (!question || !choices || !key) {
			return null;
		}
		const letters = columnExpression(choices.name, 'label');
		return {
			kind: 'scored',
			text: `Question: ${columnTemplate(question)}\nAnswer:`,
			choices: columnTemplate(choices.name, 'text'),
			target: `{{${letters}.index(${columnExpression(key)})}}`,
			label: null,
		};
	},
	// HellaSwag: the endings continue the text.
	(columns, rows) => {
		const text = named(columns, ['ctx', 'context', 'sentence', 'text']);
		const endings = columns.find(column => is('endings', 'choices', 'options')(column) && isTextList(column, rows));
		const label = named(columns, ['label', 'answer', 'target', 'gold']);
		return text && endings && label
			? { kind: 'scored', text: columnTemplate(text), choices: plainColumn([endings.name]), ...labelTarget([label]) }
			: null;
	},
	// PIQA, Winogrande, COPA: a column for each choice.
	(columns, rows) => {
		const text = named(columns, [...questions, 'sentence', 'premise', 'context']);
		const choices = numberedColumns(columns);
		const label = named(columns, ['label', 'answer', 'target', 'gold', 'answerkey']);
		return text && choices && label
			? {
					kind: 'scored',
					text: `${columnTemplate(text)}\nAnswer:`,
					choices: choices.map(name => columnTemplate(name)),
					target: numberedTarget(label, choices, rows),
					label: null,
				}
			: null;
	},
	// BoolQ: a passage, a question, yes or no.
	(columns, rows) => {
		const question = named(columns, questions);
		const passage = named(columns, ['passage', 'context']);
		const answer = columns.find(column => is('answer', 'label')(column) && isBoolean(column, rows))?.name;
		return question && answer
			? {
					kind: 'scored',
					text: `${passage ? `${columnTemplate(passage)}\n` : ''}Question: ${columnTemplate(question)}?\nAnswer:`,
					choices: ['no', 'yes'],
					target: `{{1 if ${columnExpression(answer)} else 0}}`,
					label: null,
				}
			: null;
	},
	// Inference between two sentences.
	(columns, rows) => {
		const pair = [
			['premise', 'hypothesis'],
			['sentence1', 'sentence2'],
			['question1', 'question2'],
			['text1', 'text2'],
		].find(names => names.every(name => columns.some(is(name))));
		const label = named(columns, ['label', 'labels', 'gold_label', 'target']);
		const texts = pair?.flatMap(name => named(columns, [name]) ?? []) ?? [];
		return texts.length === 2 && label
			? classification(
					texts.map((name): Way => [name]),
					[label],
					columns,
					rows,
				)
			: null;
	},
	// One text and its class.
	(columns, rows) => {
		const label =
			named(columns, ['label', 'labels', 'target', 'class', 'category', 'sentiment', 'emotion', 'intent', 'topic']) ??
			columns.find(({ classNames }) => classNames !== null)?.name;
		const text =
			named(columns, [
				'text',
				'sentence',
				'content',
				'review',
				'tweet',
				'comment',
				'title',
				'document',
				...questions,
			]) ?? columns.find(column => column.name !== label && isText(column, rows))?.name;
		return text && label && text !== label ? classification([[text]], [label], columns, rows) : null;
	},
	// SQuAD and its like.
	(columns, rows) => {
		const [context, question] = [named(columns, ['context', 'passage', 'document']), named(columns, questions)];
		const answer = named(columns, ['answers', 'answer']);
		const first = answer && firstAnswer([answer], rows);
		return context && question && first
			? passageQuestion(columnTemplate(context), columnTemplate(question), first)
			: null;
	},
	// A question and its answer, GSM8K among them, where the number stands behind four hashes.
	(columns, rows) => {
		const question = named(columns, questions);
		const answer = named(
			columns,
			answers.filter(name => name !== question?.toLowerCase()),
		);
		const first = answer && firstAnswer([answer], rows);
		return question && answer && first
			? {
					kind: 'written',
					text: `Question: ${columnTemplate(question)}\nAnswer:`,
					target: rows.some(row => /\n#### /.test(String(row.get(answer))))
						? `{{${columnExpression(answer)}.split("#### ")[-1]}}`
						: first,
					tokens: 64,
				}
			: null;
	},
	// Translation: one cell with a text for each language.
	(columns, rows) => {
		const pairs = columns.find(is('translation'));
		const cell = pairs && rows[0]?.get(pairs.name);
		const [source, target] = typeof cell === 'object' && cell !== null ? Object.keys(cell) : [];
		return pairs && source && target ? translation([pairs.name, source], [pairs.name, target]) : null;
	},
	(columns, rows) => {
		const text = named(columns, ['document', 'article', 'dialogue', 'text']);
		const summary = named(columns, ['summary', 'highlights', 'abstract']);
		return text && summary && isText({ name: text, type: 'string', classNames: null }, rows)
			? { kind: 'written', text: `${columnTemplate(text)}\n\nTL;DR:`, target: columnTemplate(summary), tokens: 128 }
			: null;
	},
];

/** The first column, in the order of the names, that is called one of them. */
function named(columns: readonly Column[], names: readonly string[]): string | undefined {
	for (const name of names) {
		const found = columns.find(is(name));
		if (found) {
			return found.name;
		}
	}
	return undefined;
}

/** The column that a card calls by one of these names, if the dataset has it: `a.b` is a column, or `b` inside of `a`. */
function columnCalled(entry: TrainEvalEntry, columns: readonly Column[], names: readonly string[]): Way | null {
	for (const [column, canonical] of entry.columns) {
		if (!names.includes(canonical) && !names.some(name => name === column && canonical === name.split('.').at(-1))) {
			continue;
		}
		if (columns.some(({ name }) => name === column)) {
			return [column];
		}
		const [outer = '', ...inner] = column.split('.');
		if (inner.length > 0 && columns.some(({ name }) => name === outer)) {
			return [outer, ...inner];
		}
	}
	return null;
}

function classification(texts: readonly Way[], label: Way, columns: readonly Column[], rows: Rows): TaskShape | null {
	const names = classNames(label, columns, rows);
	if (names.length < 2) {
		return null;
	}
	const heads = texts.map(([column]) => heading(column));
	const text =
		texts.length === 1 ? [`${reference(texts[0] ?? label)}`] : texts.map((way, i) => `${heads[i]}: ${reference(way)}`);
	return {
		kind: 'scored',
		text: [...text, `${heading(label[0])}:`].join('\n'),
		choices: names.map(literalTemplate),
		...labelTarget(label),
	};
}

/** `gold_label` → `Gold label`, as a template's own text. */
function heading(column: string): string {
	const words = literalTemplate(column.replace(/[\p{Cc}\s_]+/gu, ' ').trim());
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Of a ClassLabel; else the texts that stand in the first rows. */
function classNames([column, ...members]: Way, columns: readonly Column[], rows: Rows): readonly string[] {
	const known = members.length === 0 ? columns.find(({ name }) => name === column)?.classNames : null;
	if (known) {
		return known;
	}
	const cells = rows.map(row => row.get(column) ?? null);
	if (members.length > 0 || cells.length === 0 || cells.some(cell => typeof cell !== 'string' && cell !== null)) {
		return [];
	}
	const texts = [...new Set(cells.filter(cell => typeof cell === 'string' && cell !== ''))].map(String).sort();
	// As many texts as rows are no classes.
	return texts.length <= Math.max(2, cells.length / 3) ? texts : [];
}

/** A column is named as it is: its texts are then compared with the choices before they are read as numbers. */
function labelTarget(way: Way): { readonly target: string; readonly label: string | null } {
	const isOwn = way.length === 1 && !['answer', 'doc', 'question', 'choices', 'subject'].includes(way[0]);
	return { target: isOwn ? plainColumn(way) : reference(way), label: way.length === 1 ? way[0] : null };
}

function passageQuestion(context: string, question: string, target: string): TaskShape {
	return { kind: 'written', text: `${context}\n\nQuestion: ${question}\nAnswer:`, target, tokens: 32 };
}

function translation(source: Way, target: Way): TaskShape {
	const language = (way: Way) => literalTemplate(String(way.at(-1)).replace(/[\p{Cc}\s]+/gu, ' '));
	return {
		kind: 'written',
		text: `${language(source)}: ${reference(source)}\n${language(target)}:`,
		target: reference(target),
		tokens: 128,
	};
}

/** A template for the first of the answers that a cell holds: a text, a list, `{text: […]}`, `{value: …}`. */
function firstAnswer(way: Way, rows: Rows): string | null {
	const [column, ...members] = way;
	let cell: Json | undefined = rows[0]?.get(column);
	for (const member of members) {
		cell = isObject(cell) ? cell[member] : undefined;
	}
	if (cell === undefined) {
		// No row to look at: as SQuAD has it.
		return reference(members.length > 0 ? [column, ...members, 0] : way);
	}
	if (Array.isArray(cell)) {
		return typeof (cell[0] ?? '') === 'string' ? reference([column, ...members, 0]) : null;
	}
	if (isObject(cell)) {
		const member = ['text', 'value'].find(name => Object.hasOwn(cell, name));
		return member && members.length === 0 ? firstAnswer([column, member], rows) : null;
	}
	return typeof cell === 'string' || typeof cell === 'number' ? reference(way) : null;
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function isTextList({ name, type }: Column, rows: Rows): boolean {
	const cell = rows[0]?.get(name);
	return cell === undefined ? /^(List|Sequence)\((large_)?string\)/.test(type) : Array.isArray(cell);
}

function isText({ name, type, classNames }: Column, rows: Rows): boolean {
	const cell = rows[0]?.get(name);
	return classNames === null && (cell === undefined ? /^(large_)?string$/.test(type) : typeof cell === 'string');
}

function isBoolean({ name, type }: Column, rows: Rows): boolean {
	return /^bool/.test(type) || typeof rows[0]?.get(name) === 'boolean';
}

function hasMembers({ name }: Column, rows: Rows, members: readonly string[]): boolean {
	const cell = rows[0]?.get(name);
	return cell === undefined ? true : isObject(cell) && members.every(member => Array.isArray(cell[member]));
}

/** `sol1`, `sol2`; `option1`, …; `ending0`, …: at least two, counted on. */
function numberedColumns(columns: readonly Column[]): readonly string[] | null {
	for (const stem of ['sol', 'solution', 'option', 'option_', 'choice', 'choice_', 'ending', 'ending_', 'answer']) {
		for (const first of [0, 1]) {
			const found: string[] = [];
			while (columns.some(({ name }) => name === `${stem}${first + found.length}`)) {
				found.push(`${stem}${first + found.length}`);
			}
			if (found.length >= 2) {
				return found;
			}
		}
	}
	const letters = ['A', 'B', 'C', 'D', 'E'].filter(name => columns.some(column => column.name === name));
	return letters.length >= 2 ? letters : null;
}

/** Winogrande counts its two options from 1, PIQA and COPA from 0, and letters name the columns that are called so. */
function numberedTarget(label: string, choices: readonly string[], rows: Rows): string {
	const cells = rows.map(row => row.get(label));
	if (cells.some(cell => typeof cell === 'string' && choices.includes(cell))) {
		return `{{[${choices.map(name => JSON.stringify(name)).join(', ')}].index(${columnExpression(label)})}}`;
	}
	const numbers = cells.map(Number).filter(Number.isInteger);
	const countsFromOne = numbers.length > 0 && Math.min(...numbers) >= 1 && Math.max(...numbers) === choices.length;
	return countsFromOne ? `{{${columnExpression(label)} | int - 1}}` : columnTemplate(label);
}
