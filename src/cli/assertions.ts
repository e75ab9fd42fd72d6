import type { Assertion } from '../config/resolved';
import { type Message, message } from '../protocol/messages';
import type { Comparison, Result } from '../protocol/results';

/** The figures that assertions are about. */
export interface AssertedFigures {
	readonly results: readonly Result[];
	/** Comparisons with another base; null is the run's own. */
	comparisonsTo(base: string | null): readonly Comparison[];
}

/**
 * The assertions that do not hold, as sentences. One that names no model or variant holds for each of them; a figure that
 * has no value, such as the accuracy of an empty run, does not hold.
 */
export function failedAssertions(assertions: readonly Assertion[], figures: AssertedFigures): Message[] {
	return assertions.flatMap(assertion => {
		const asserted = figuresOf(assertion, figures);
		return asserted.length === 0
			? [message('run.assertion-nothing', { metric: assertion.metric })]
			: asserted.flatMap(figure => failure(assertion, figure));
	});
}

interface Figure {
	readonly model: string;
	readonly variant: string;
	readonly value: number | null;
}

function figuresOf(assertion: Assertion, { results, comparisonsTo }: AssertedFigures): Figure[] {
	const wanted = ({ model, variant }: Pick<Figure, 'model' | 'variant'>) =>
		(assertion.model === null || assertion.model === model) &&
		(assertion.variant === null || assertion.variant === variant);
	const ofResults = (value: (result: Result) => number | null) =>
		results.filter(wanted).map(one => ({ model: one.model, variant: one.variant, value: value(one) }));
	const ofComparisons = (value: (comparison: Comparison) => number | null) =>
		comparisonsTo(assertion.base)
			.filter(wanted)
			.map(one => ({ model: one.model, variant: one.variant, value: value(one) }));
	switch (assertion.metric) {
		case 'accuracy':
		case 'label_mass':
		case 'rstd':
		case 'n':
		case 'skipped':
		case 'errors':
		case 'truncated': {
			const { metric } = assertion;
			return ofResults(result => result[metric]);
		}
		case 'aggregate':
			return ofResults(result => result.aggregate?.value ?? null);
		case 'flips':
			return ofComparisons(one => one.right_to_wrong + one.wrong_to_right);
		default: {
			const { metric } = assertion;
			return ofComparisons(one => one[metric]);
		}
	}
}

function failure({ metric, min, max }: Assertion, { model, variant, value }: Figure): Message[] {
	const where = { metric, model, variant };
	if (value === null) {
		return [message('run.assertion-unknown', where)];
	}
	return [
		...(min !== null && value < min ? [message('run.assertion-below', { ...where, value, limit: min })] : []),
		...(max !== null && value > max ? [message('run.assertion-above', { ...where, value, limit: max })] : []),
	];
}
