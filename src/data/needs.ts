import type { Format } from '../config/format';
import type { Variant } from '../config/resolved';

/** Which columns the formats of an evaluation cannot do without. */
export interface ColumnNeeds {
	/** The question too, then: a format that shows choices shows the question. */
	readonly choices: boolean;
	readonly answer: boolean;
}

export function columnNeeds(variants: readonly Pick<Variant, 'format'>[]): ColumnNeeds {
	return {
		choices: variants.some(({ format }) => needsChoices(format)),
		answer: variants.some(({ format }) => needsAnswer(format)),
	};
}

/** Labels made from the row's choices, right answers told by their texts, or shots drawn by them. */
function needsChoices({ choices, gold, shots, num_fewshot, scoring }: Format): boolean {
	const fromRow = choices.from === 'choices' || choices.from === 'letters' || choices.from === 'each';
	const labelled = typeof scoring === 'string' || scoring.against === 'labels';
	return (labelled && (fromRow || gold === 'text')) || (num_fewshot > 0 && shots.order !== 'file');
}

function needsAnswer({ doc_to_target }: Format): boolean {
	return doc_to_target === null || doc_to_target === 'answer';
}
