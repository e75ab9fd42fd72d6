import { message } from '../protocol/messages';
import { found } from './findings';
import type { Format } from './format';
import type { FieldPath, Finding } from './problem';
import type { TaskFields } from './schema';

/** What `metric_list` and `filter_list` ask for that does not go with how the format obtains answers, or is left out. */
export function scoringFindings(
	{ metric_list = [], filter_list = [] }: TaskFields,
	{ scoring }: Format,
	pathOf: (field: keyof TaskFields) => FieldPath,
): Finding[] {
	const isWritten = typeof scoring === 'object';
	const metrics = metric_list.flatMap(({ metric }, i): Finding[] =>
		isWritten === (metric === 'exact_match')
			? []
			: [
					{
						severity: 'error',
						message: message(isWritten ? 'config.metric-of-choices' : 'config.metric-of-writing', { metric }),
						path: [...pathOf('metric_list'), i, 'metric'],
						part: 'value',
					},
				],
	);
	const pipelines = filter_list.slice(1).map(
		(_, i): Finding => ({
			severity: 'warning',
			message: message('config.first-pipeline', { name: found(filter_list[0]?.name) }),
			path: [...pathOf('filter_list'), i + 1],
			part: 'value',
		}),
	);
	return [...metrics, ...pipelines];
}
