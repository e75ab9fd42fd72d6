import type { Format } from '../config/format';
import type { Question, Row } from '../data/row';
import { inputFailure } from '../protocol/failure';
import type { Prompt, Segment } from '../protocol/prompt';
import { compileFormat } from './compiledFormat';
import { rightChoices } from './gold';
import { type TemplateRow, templateRow } from './template';

/** Renders prompts of one variant. Shots are rendered once for each row, however many prompts show them. */
export interface PromptRenderer {
	/** @throws Failure naming field, row and reason where a template cannot be rendered. */
	render(question: Question, shots: readonly Question[]): Prompt;
}

/**
 * Composes prompts as lm-evaluation-harness does: the description, each shot as item + target_delimiter + its answer +
 * fewshot_delimiter, then the item of the question itself. Nothing is trimmed; the texts of the segments join to the prompt.
 *
 * @param variant Named in errors.
 * @throws Failure where a template of the format cannot be parsed.
 */
export function createRenderer(format: Format, variant: string): PromptRenderer {
	const compiled = compileFormat(format, variant);
	const shotTexts = new WeakMap<Row, string>();

	const itemOf = (row: TemplateRow): Segment[] =>
		compiled.item.map(({ kind, template }) => ({ kind, text: template(row) }));

	const labelsWithGold = (question: Question, row: TemplateRow) => {
		const labels = compiled.labels(question, row);
		const gold = compiled.target(question, row);
		const answer = labels[rightChoices(format, question, gold)[0] ?? gold];
		if (answer === undefined) {
			throw inputFailure('prompt.target-out-of-range', {
				variant,
				key: question.key,
				index: gold,
				count: labels.length,
			});
		}
		return { labels, answer };
	};

	const shotText = (shot: Question): string => {
		const known = shotTexts.get(shot.row);
		if (known !== undefined) {
			return known;
		}
		const row = templateRow(shot);
		const item = itemOf(row)
			.map(segment => segment.text)
			.join('');
		const text = item + format.target_delimiter + labelsWithGold(shot, row).answer + format.fewshot_delimiter;
		shotTexts.set(shot.row, text);
		return text;
	};

	return {
		render(question, shots) {
			const row = templateRow(question);
			const segments: Segment[] = [
				{ kind: 'description', text: compiled.description(row) },
				...shots.map((shot, i): Segment => ({ kind: 'shot', text: shotText(shot), shot: i, key: shot.key })),
				...itemOf(row),
			];
			const { labels } = labelsWithGold(question, row);
			return {
				segments: segments.filter(segment => segment.text !== ''),
				continuations: labels.map(label => format.target_delimiter + label),
			};
		},
	};
}
