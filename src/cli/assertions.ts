import type { Assertion } from '../config/resolved';
import { type Message, message } from '../protocol/messages';
import type { Comparison, Result } from '../protocol/results';

/**
 * The assertions that do not hold, as sentences. One that names no model or variant holds for each of them; a figure that
 * does not exist, such as the delta of the base or of an empty run, does not hold.
 */
export function failedAssertions(
	assertions: readonly Assertion[],
	results: readonly Result[],
	comparisons: readonly Comparison[],
): Message[] {
	return assertions.flatMap(assertion => {
		const figures = figuresOf(assertion, results, comparisons);
		if (figures.length === 0) {
			return [failure(assertion, null, '')];
		}
		return figures.flatMap(({ value, where }) => {
			const holds =
				value !== null &&
				(assertion.min === null || value >= assertion.min) &&
				(assertion.max === null || value <= assertion.max);
			return holds ? [] : [failure(assertion, value, where)];
		});
	});
}

interface Figure {
	readonly value: number | null;
	readonly where: string;
}

function figuresOf(assertion: Assertion, results: readonly Result[], comparisons: readonly Comparison[]): Figure[] {
	const wanted = ({ model, variant }: { readonly model: string; readonly variant: string }) =>
		(assertion.model === null || assertion.model === model) &&
		(assertion.variant === null || assertion.variant === variant);
	const where = ({ model, variant }: { readonly model: string; readonly variant: string }) => `${variant}, ${model}`;
	switch (assertion.metric) {
		case 'accuracy':
		case 'label_mass':
		case 'rstd':
		case 'n':
		case 'skipped':
		case 'errors':
		case 'truncated': {
			const { metric } = assertion;
			return results.filter(wanted).map(result => ({ value: result[metric], where: where(result) }));
		}
		case 'aggregate':
			return results.filter(wanted).map(one => ({ value: one.aggregate?.value ?? null, where: where(one) }));
		case 'flips':
			return comparisons
				.filter(wanted)
				.map(one => ({ value: one.right_to_wrong + one.wrong_to_right, where: where(one) }));
		default: {
			const { metric } = assertion;
			return comparisons.filter(wanted).map(one => ({ value: one[metric], where: where(one) }));
		}
	}
}

function failure(assertion: Assertion, value: number | null, where: string): Message {
	const tooLow = assertion.min !== null && (value === null || value < assertion.min);
	return message('run.failed-assertion', {
		metric: assertion.metric,
		value: value ?? 'not known',
		bound: tooLow ? 'at least' : 'at most',
		limit: (tooLow ? assertion.min : assertion.max) ?? '',
		where,
	});
}
