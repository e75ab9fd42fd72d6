import type { Column } from '../../hub/repository';
import {
	classification,
	firstAnswer,
	isObject,
	labelTarget,
	passageQuestion,
	plainColumn,
	type Rows,
	type TaskShape,
	translation,
	type Way,
} from './taskShape';
import { columnExpression, columnTemplate } from './templates';

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
