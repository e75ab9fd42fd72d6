import type { ColumnMapping } from '../config/resolved';
import type { Json } from '../protocol/json';
import { type Message, message } from '../protocol/messages';
import { type AnswerReading, answerIndex, labelIndex } from './answer';
import type { BadRow } from './dataset';
import type { ColumnNeeds } from './needs';
import type { Question, Row } from './row';

/** What became of a row: exactly one of the two. */
export type ReadRow = { readonly question: Question } | { readonly bad: BadRow };

/** How the rows of a data set are to be understood: the same for all of them. */
export interface QuestionRules {
	readonly columns: ColumnMapping;
	readonly needs: ColumnNeeds;
	readonly reading: AnswerReading;
	/** Of columns that hold indexes into names, the names. */
	readonly classNames: ReadonlyMap<string, readonly string[]>;
}

/**
 * Understands a row as a question, its texts verbatim. What no format needs may be missing or of another type; it is then
 * empty, and templates read the row.
 */
export function readQuestion(row: Row, rules: QuestionRules): ReadRow {
	const { columns, needs } = rules;
	const bad = (reason: Message): ReadRow => ({ bad: { key: row.key, reason } });
	const question = row.values.get(columns.question);
	if (needs.choices && typeof question !== 'string') {
		return bad(message('data.question-no-text', { column: columns.question }));
	}
	const choices = readChoices(row.values.get(columns.choices) ?? null, columns.choices);
	if (needs.choices && 'code' in choices) {
		return bad(choices);
	}
	const texts = 'code' in choices ? [] : choices.texts;
	if (needs.choices && texts.length < 2) {
		return bad(message('data.too-few-choices', { count: texts.length }));
	}
	const given = row.values.get(columns.answer) ?? null;
	const count = texts.length || (rules.classNames.get(columns.answer)?.length ?? null);
	const answer =
		texts.length > 0 ? answerIndex({ answer: given, choices: texts }, rules.reading) : indexAlone(given, count);
	if (needs.answer && answer === null && (needs.choices || !isFreeAnswer(given, count))) {
		return bad(noAnswer(given, columns.answer, count ?? 0));
	}
	return {
		question: {
			row,
			key: row.key,
			question: typeof question === 'string' ? question : '',
			choices: texts,
			answer,
			given,
			subject: subjectOf(row, columns),
		},
	};
}

/** The index that an answer without choices names: the labels of the format say later whether there are so many. */
function indexAlone(given: Json, count: number | null): number | null {
	return labelIndex(typeof given === 'boolean' ? Number(given) : given, count ?? Number.POSITIVE_INFINITY);
}

/** A text or number to compare what the model writes with, or a label's text; an index among known names must be one. */
function isFreeAnswer(given: Json, count: number | null): boolean {
	return typeof given === 'string' ? given !== '' : typeof given === 'number' && count === null;
}

/** Choices of a list column, or of a cell with a JSON list; a number stands for its text. */
export function readChoices(value: Json, column: string): { readonly texts: readonly string[] } | Message {
	const list = typeof value === 'string' ? listInText(value) : value;
	if (!Array.isArray(list)) {
		return typeof value === 'string' && /^\s*[[(]\s*['"]/.test(value)
			? message('data.choices-python-list', { column })
			: message('data.choices-no-list', { column });
	}
	const texts: string[] = [];
	for (const [i, choice] of list.entries()) {
		if (typeof choice !== 'string' && typeof choice !== 'number') {
			return message('data.choice-no-text', { number: i + 1 });
		}
		texts.push(String(choice));
	}
	return { texts };
}

/** The subject of a row: text as it stands, underscores and all; without such a column its config, null without one. */
export function subjectOf(row: Row, columns: ColumnMapping): string | null {
	const subject = row.values.get(columns.subject);
	if (subject === undefined) {
		return row.config ?? null;
	}
	return subject === null || typeof subject === 'string' ? subject : JSON.stringify(subject);
}

function listInText(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function noAnswer(given: Json, column: string, count: number): Message {
	if (typeof given === 'number') {
		return message('data.answer-out-of-range', { answer: given, count });
	}
	return typeof given === 'string' && given !== ''
		? message('data.answer-unknown', { answer: given, column, count })
		: message('data.answer-no-value', { column });
}
