import type { Format } from '../config/format';
import type { Question, Row } from '../data/row';
import { inputFailure } from '../protocol/failure';
import type { Segment } from '../protocol/prompt';
import { pythonStrip } from '../tokenizer/whitespace';
import { type CompiledFormat, compileFormat } from './compiledFormat';
import { rightChoices } from './gold';
import { type TemplateRow, templateRow } from './template';

/** What a prompt is made of, before anything joins it. */
export interface PromptParts {
	readonly description: string;
	readonly shots: readonly ShotParts[];
	/** The item of the question itself, in the parts of the format; empty ones too. */
	readonly item: readonly Segment[];
	/** What is scored, without the delimiter; none where the answer is written freely. */
	readonly labels: readonly string[];
}

export interface ShotParts {
	readonly item: string;
	/** Without the delimiter. */
	readonly answer: string;
	/** Of the shot's row. */
	readonly key: string;
}

/** @throws Failure naming field, row and reason where a template cannot be rendered. */
export type PartsRenderer = (question: Question, shots: readonly Question[]) => PromptParts;

/**
 * Renders the parts of one variant's prompts. Shots are rendered once for each row, however many prompts show them.
 * @param variant Named in errors.
 * @throws Failure where a template of the format cannot be parsed.
 */
export function createPartsRenderer(format: Format, variant: string): PartsRenderer {
	const compiled = compileFormat(format, variant);
	const answer = answerOf(format, compiled, variant);
	const known = new WeakMap<Row, ShotParts>();

	const itemOf = (question: Question, row: TemplateRow): Segment[] => {
		const count = question.choices.length;
		if (format.choice_count !== null && format.choice_count !== count) {
			throw inputFailure('prompt.choice-count', { variant, key: question.key, count, wanted: format.choice_count });
		}
		return compiled.item.map(({ kind, template }) => ({ kind, text: template(row) }));
	};
	const shotOf = (shot: Question): ShotParts => {
		let parts = known.get(shot.row);
		if (!parts) {
			const row = templateRow(shot);
			const item = itemOf(shot, row).reduce((text, segment) => text + segment.text, '');
			parts = { item, answer: answer(shot, row).text, key: shot.key };
			known.set(shot.row, parts);
		}
		return parts;
	};

	return (question, shots) => {
		const row = templateRow(question);
		return {
			description: compiled.description(row),
			shots: shots.map(shotOf),
			item: itemOf(question, row),
			labels: answer(question, row).labels,
		};
	};
}

/** The labels of a row, and the one that a shot shows. */
function answerOf(format: Format, compiled: CompiledFormat, variant: string) {
	const shown = (text: string) => (format.strip_shot_answers ? pythonStrip(text) : text);
	if (typeof format.scoring === 'object' && format.scoring.against === 'target') {
		return (question: Question, row: TemplateRow) => {
			const [text = ''] = compiled.targetTexts(question, row);
			return { labels: [], text: shown(text) };
		};
	}
	return (question: Question, row: TemplateRow) => {
		const labels = compiled.labels(question, row);
		const index = compiled.target(question, row);
		const text = labels[rightChoices(format, question, index)[0] ?? index];
		if (text === undefined) {
			const params = { variant, key: question.key, index, count: labels.length };
			throw inputFailure('prompt.target-out-of-range', params);
		}
		return { labels, text: shown(text) };
	};
}
