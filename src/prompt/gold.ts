import type { Format } from '../config/format';
import type { Question } from '../data/row';
import { type CompiledFormat, compileFormat } from './compiledFormat';
import { templateRow } from './template';

const compiled = new WeakMap<Format, CompiledFormat>();

function compiledOnce(format: Format): CompiledFormat {
	const known = compiled.get(format) ?? compileFormat(format, '');
	compiled.set(format, known);
	return known;
}

/** Index of the right choice under a format: the row's own answer, or what its `doc_to_target` says. */
export function goldIndex(format: Format, question: Question): number {
	return format.doc_to_target === null && question.answer !== null
		? question.answer
		: compiledOnce(format).target(question, templateRow(question));
}

/** Texts any of which is a right answer to a question that is answered freely (`against: 'target'`); at least one. */
export function goldTexts(format: Format, question: Question): readonly string[] {
	return compiledOnce(format).targetTexts(question, templateRow(question));
}

/**
 * Indexes of the choices that count as right. Where a format compares texts (`gold: 'text'`), every choice with the text of
 * the right one is; the first of them gives a shot's letter.
 */
export function rightChoices(
	format: Format,
	question: Question,
	gold = goldIndex(format, question),
): readonly number[] {
	const text = question.choices[gold];
	if (format.gold === 'index' || text === undefined) {
		return [gold];
	}
	return question.choices.flatMap((choice, i) => (choice === text ? [i] : []));
}
