import type { Column, TrainEvalEntry } from '../../hub/repository';
import {
	classification,
	firstAnswer,
	labelTarget,
	passageQuestion,
	plainColumn,
	type Rows,
	reference,
	type TaskShape,
	translation,
	type Way,
} from './taskShape';

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
			const answers =
				find('answers.text', 'answers') ??
				(columns.some(({ name }) => name.toLowerCase() === 'answers') ? ['answers', 'text'] : null);
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
