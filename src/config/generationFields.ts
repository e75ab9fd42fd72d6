import { message } from '../protocol/messages';
import { codeList } from './findings';
import type { AnswerFilter, Generation } from './format';
import type { FieldPath, Finding } from './problem';
import { pythonRegex } from './pythonRegex';
import type { TaskFields } from './schema';

/** lm-evaluation-harness's own. */
const defaultMaxTokens = 256;
const defaultPattern = '#### (\\-?[0-9\\.\\,]+)';
const defaultFallback = '[invalid]';

/** Fields of a task that say how an answer is written and judged. */
export type GenerationFields = Pick<TaskFields, 'generation_kwargs' | 'metric_list' | 'filter_list'>;

/** Names of lm-evaluation-harness for one number. */
const lengthNames = ['max_gen_toks', 'max_new_tokens', 'max_tokens', 'max_completion_tokens'];
/** What has no effect on a greedy answer. */
const samplingNames = ['top_p', 'top_k', 'min_p', 'seed', 'num_return_sequences'];
const knownNames = ['until', ...lengthNames, 'do_sample', 'temperature', ...samplingNames];

/** `base` with the fields that are given in place of its own. What they ask for beyond it is left to `generationFindings`. */
export function withGenerationFields(base: Generation, fields: GenerationFields): Generation {
	const settings = fields.generation_kwargs ?? new Map<string, unknown>();
	const until = settings.get('until');
	const length = lengthNames.map(name => settings.get(name)).find(isLength);
	const exactMatch = fields.metric_list?.find(({ metric }) => metric === 'exact_match');
	const [pipeline] = fields.filter_list ?? [];
	return {
		...base,
		until: isTexts(until) ? [until].flat() : base.until,
		max_tokens: length ?? base.max_tokens,
		filters: pipeline === undefined ? base.filters : pipeline.filter.map(answerFilter),
		...(exactMatch === undefined
			? {}
			: {
					ignore: [
						...(exactMatch.ignore_case ? (['case'] as const) : []),
						...(exactMatch.ignore_punctuation ? (['punctuation'] as const) : []),
						...(exactMatch.ignore_numbers ? (['numbers'] as const) : []),
					],
					ignore_patterns: exactMatch.regexes_to_ignore ?? [],
				}),
	};
}

/** Where `output_type: generate_until` starts from, as in lm-evaluation-harness. */
export function plainGeneration(fewshotDelimiter: string, against: Generation['against']): Generation {
	return {
		until: [fewshotDelimiter],
		max_tokens: defaultMaxTokens,
		filters: [],
		ignore: [],
		ignore_patterns: [],
		against,
	};
}

type FilterStep = NonNullable<TaskFields['filter_list']>[number]['filter'][number];

function answerFilter(step: FilterStep): AnswerFilter {
	switch (step.function) {
		case 'remove_whitespace':
			return { filter: 'strip' };
		case 'take_first':
		case 'lowercase':
		case 'uppercase':
			return { filter: step.function };
		case 'regex':
			return {
				filter: 'regex',
				pattern: step.regex_pattern ?? defaultPattern,
				match: step.group_select ?? 0,
				fallback: step.fallback ?? defaultFallback,
			};
	}
}

/** What these fields ask for and greedy writing cannot give. `pathOf` tells where a field was written. */
export function generationFindings(
	fields: GenerationFields,
	pathOf: (field: keyof TaskFields) => FieldPath,
): Finding[] {
	const settings = fields.generation_kwargs ?? new Map<string, unknown>();
	return [...settingFindings(settings, pathOf('generation_kwargs')), ...patternFindings(fields, pathOf)];
}

function settingFindings(settings: ReadonlyMap<string, unknown>, path: FieldPath): Finding[] {
	return [...settings].flatMap(([field, value]): Finding[] => {
		const at = { severity: 'error', path: [...path, field], part: 'value' } as const;
		if (!knownNames.includes(field)) {
			const known = codeList(knownNames.filter(name => !samplingNames.includes(name)));
			return [{ ...at, part: 'key', message: message('config.generation-setting', { field, known }) }];
		}
		if (field === 'until' && !isTexts(value)) {
			const expected = message('config.expected.texts', {});
			return [{ ...at, message: message('config.generation-value', { field, expected }) }];
		}
		if (lengthNames.includes(field) && !isLength(value)) {
			const expected = message('config.expected.positive-number', {});
			return [{ ...at, message: message('config.generation-value', { field, expected }) }];
		}
		const greedy = settings.get('do_sample') === false;
		const samples = (field === 'do_sample' && value === true) || (field === 'temperature' && value !== 0 && !greedy);
		return samples
			? [{ ...at, message: message('config.generation-sampling', { field, value: JSON.stringify(value) ?? '' }) }]
			: [];
	});
}

function patternFindings(fields: GenerationFields, pathOf: (field: keyof TaskFields) => FieldPath): Finding[] {
	const patterns: { readonly pattern: string; readonly path: FieldPath }[] = [];
	fields.metric_list?.forEach(({ regexes_to_ignore = [] }, i) => {
		regexes_to_ignore.forEach((pattern, k) => {
			patterns.push({ pattern, path: [...pathOf('metric_list'), i, 'regexes_to_ignore', k] });
		});
	});
	fields.filter_list?.[0]?.filter.forEach(({ regex_pattern: pattern }, i) => {
		if (pattern !== undefined) {
			patterns.push({ pattern, path: [...pathOf('filter_list'), 0, 'filter', i, 'regex_pattern'] });
		}
	});
	return patterns.flatMap(({ pattern, path }): Finding[] => {
		const reason = whyNot(pattern);
		return reason === null
			? []
			: [{ severity: 'error', message: message('config.python-pattern', { pattern, reason }), path, part: 'value' }];
	});
}

/** What is wrong with a pattern of Python; null where nothing is. */
function whyNot(pattern: string): string | null {
	try {
		pythonRegex(pattern);
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

function isTexts(value: unknown): value is string | string[] {
	return [value].flat().every(text => typeof text === 'string');
}

function isLength(value: unknown): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
