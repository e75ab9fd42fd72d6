import type { ColumnMapping } from '../config/resolved';
import type { Json } from '../protocol/json';
import { type Message, message } from '../protocol/messages';
import { type AnswerReading, answerIndex } from './answer';
import type { BadRow } from './dataset';
import type { Question, Row } from './row';

/** What became of a row: exactly one of the two. */
export type ReadRow = { readonly question: Question } | { readonly bad: BadRow };

/** Understands a row as a multiple-choice question, its texts verbatim. */
export function readQuestion(row: Row, columns: ColumnMapping, reading: AnswerReading): ReadRow {
	const bad = (reason: Message): ReadRow => ({ bad: { key: row.key, reason } });
	const question = row.values.get(columns.question);
	if (typeof question !== 'string') {
		return bad(message('data.question-no-text', { column: columns.question }));
	}
	const choices = readChoices(row.values.get(columns.choices) ?? null, columns.choices);
	if ('code' in choices) {
		return bad(choices);
	}
	if (choices.texts.length < 2) {
		return bad(message('data.too-few-choices', { count: choices.texts.length }));
	}
	const given = row.values.get(columns.answer) ?? null;
	const answer = answerIndex({ answer: given, choices: choices.texts }, reading);
	if (answer === null) {
		return bad(noAnswer(given, columns.answer, choices.texts.length));
	}
	return {
		question: { row, key: row.key, question, choices: choices.texts, answer, given, subject: subjectOf(row, columns) },
	};
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

/** The subject of a row: text as it stands, underscores and all; null where the data has none. */
export function subjectOf(row: Row, columns: ColumnMapping): string | null {
	const subject = row.values.get(columns.subject) ?? null;
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
