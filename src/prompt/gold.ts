import type { Format } from '../config/format';
import type { Question } from '../data/row';
import { type CompiledFormat, compileFormat } from './compiledFormat';
import { templateRow } from './template';

const compiled = new WeakMap<Format, CompiledFormat>();

/** Index of the right choice under a format: the row's own answer, or what its `doc_to_target` says. */
export function goldIndex(format: Format, question: Question): number {
	if (format.doc_to_target === null) {
		return question.answer;
	}
	const parsed = compiled.get(format) ?? compileFormat(format, '');
	compiled.set(format, parsed);
	return parsed.target(question, templateRow(question));
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
