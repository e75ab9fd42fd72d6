import { isMap, isScalar } from 'yaml';
import { closest } from '../../../config/closest';
import { codeList } from '../../../config/findings';
import type { FieldPath } from '../../../config/problem';
import type { ResolvedEvaluation, Variant } from '../../../config/resolved';
import { nodeAt } from '../../../config/yamlDocument';
import { yamlScalar } from '../../../config/yamlText';
import { type Message, type MessageCode, message } from '../../../protocol/messages';
import type { DatasetKnowledge } from '../knowledge/knowledge';
import { type Analysis, namesIn } from './analysis';
import { type Fix, type Found, lineEndOf, lineStart, nextLine, pairAt, rangeOf } from './edits';
import { goldOutOfRange } from './goldProblems';

/** What does not fit between an evaluation and the data it names, and shots that come from the evaluated split. */
export function dataProblems(analysis: Analysis, dataset: DatasetKnowledge | null): readonly Found[] {
	const { resolved } = analysis;
	return [
		...(dataset ? unknownColumns(analysis, dataset) : []),
		...(resolved ? shotsFromTest(analysis, resolved, dataset) : []),
		...(resolved && dataset ? configsAndSplits(analysis, resolved, dataset) : []),
		...(resolved && dataset ? goldOutOfRange(analysis, resolved, dataset) : []),
	];
}

type Code<Suffix extends string> = Extract<MessageCode, `language.unknown-${Suffix}`>;

/** A name that is none of those there are: the sentence, and the fix where one is near. */
function unknown(
	analysis: Analysis,
	at: { readonly path: FieldPath; readonly part: 'key' | 'value'; readonly severity: 'error' | 'warning' },
	name: string,
	known: readonly string[],
	sentence: { readonly near: (suggestion: string) => Message; readonly far: Message },
): Found {
	const suggestion = closest(name, known);
	const range = analysis.locate(at.path, at.part);
	const node = at.part === 'key' ? pairAt(analysis, at.path)?.key : nodeAt(analysis.document, at.path);
	const offsets = rangeOf(node);
	return {
		problem: { severity: at.severity, message: suggestion === null ? sentence.far : sentence.near(suggestion), range },
		fixes: suggestion === null || !offsets ? [] : [changeTo(suggestion, offsets)],
	};
}

function changeTo(text: string, [start, end]: readonly [number, number], isPreferred = true): Fix {
	return {
		title: message('language.fix.change', { text }),
		edits: [{ start, end, text: yamlScalar(text) }],
		isPreferred,
	};
}

function unknownColumns(
	analysis: Analysis,
	{ columns, path: name, columnsAreComplete }: DatasetKnowledge,
): readonly Found[] {
	const known = columns.map(column => column.name);
	if (known.length === 0) {
		return [];
	}
	const { document } = analysis;
	const mapped = nodeAt(document, ['columns']);
	const uses = [
		...(isMap(mapped) ? namesIn(mapped).map(role => ({ path: ['columns', role], part: 'value' as const })) : []),
		...namesIn(nodeAt(document, ['where'])).map(column => ({ path: ['where', column], part: 'key' as const })),
		{ path: ['id_column'], part: 'value' as const },
	];
	return uses.flatMap(use => {
		const node = nodeAt(document, use.path);
		const column =
			use.part === 'key' ? use.path.at(-1) : isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
		if (column === undefined || known.includes(column)) {
			return [];
		}
		const params = { column, dataset: name };
		return [
			unknown(analysis, { ...use, severity: columnsAreComplete ? 'error' : 'warning' }, column, known, {
				near: suggestion =>
					message('language.unknown-column-closest' satisfies Code<'column-closest'>, { ...params, suggestion }),
				far: message('language.unknown-column' satisfies Code<'column'>, { ...params, columns: codeList(known) }),
			}),
		];
	});
}

/** The split that a variant's shots come from; null where it has none. */
function shotSplit({ format }: Variant, { dataset }: ResolvedEvaluation): string | null {
	return format.num_fewshot === 0
		? null
		: format.shots.split === 'fewshot'
			? dataset.fewshot_split
			: dataset.validation_split;
}

function shotsFromTest(
	analysis: Analysis,
	resolved: ResolvedEvaluation,
	dataset: DatasetKnowledge | null,
): readonly Found[] {
	const split = resolved.dataset.test_split;
	const using = resolved.variants.filter(variant => shotSplit(variant, resolved) === split);
	const roles = new Set(using.map(({ format }) => format.shots.split));
	return [...roles].map(role => {
		const field = role === 'fewshot' ? 'fewshot_split' : 'validation_split';
		const path = nodeAt(analysis.document, [field]) === undefined ? ['test_split'] : [field];
		const offsets = path[0] === field ? rangeOf(nodeAt(analysis.document, path)) : undefined;
		const others = [...new Set((dataset?.splits ?? []).map(one => one.split))].filter(other => other !== split);
		const usual = ['dev', 'train', 'validation'].filter(name => others.includes(name));
		const ranked = [...new Set([...usual, ...others])];
		return {
			problem: {
				severity: 'warning',
				message: message('language.shots-from-test', { split }),
				range: analysis.locate(path),
			},
			fixes: offsets
				? ranked.map((other, i) => changeTo(other, offsets, i === 0))
				: addField(analysis, field, ranked[0] ?? ''),
		};
	});
}

function configsAndSplits(
	analysis: Analysis,
	resolved: ResolvedEvaluation,
	{ configs, splits, path: name }: DatasetKnowledge,
): readonly Found[] {
	const { names } = resolved.dataset;
	if (splits.length === 0) {
		return [];
	}
	const found: Found[] = [];
	// Exactly one config needs no name, as where the rows are loaded.
	if (configs !== null && names === null && configs.length > 1) {
		found.push({
			problem: {
				severity: 'error',
				message: message('language.config-needed', { path: name, count: configs.length }),
				range: analysis.locate(['dataset_path']),
			},
			fixes: addField(analysis, 'dataset_name', configs.includes('default') ? 'default' : (configs[0] ?? '')),
		});
	}
	const list = Array.isArray(names) ? names : [];
	const node = nodeAt(analysis.document, ['dataset_name']);
	for (const [i, config] of configs === null ? [] : list.entries()) {
		if (!configs?.includes(config)) {
			const path = isScalar(node) ? ['dataset_name'] : ['dataset_name', i];
			const params = { path: name, config };
			found.push(
				unknown(analysis, { path, part: 'value', severity: 'error' }, config, configs ?? [], {
					near: suggestion => message('language.unknown-config-closest', { ...params, suggestion }),
					far: message('language.unknown-config', { ...params, configs: shortList(configs ?? []) }),
				}),
			);
		}
	}
	const wanted = names === 'all' ? (configs?.includes('all') ? ['all'] : null) : names;
	const there = [
		...new Set(
			splits.filter(({ config }) => config === null || !wanted || wanted.includes(config)).map(({ split }) => split),
		),
	];
	return there.length === 0 ? found : [...found, ...unknownSplits(analysis, resolved, there, name)];
}

function unknownSplits(
	analysis: Analysis,
	resolved: ResolvedEvaluation,
	there: readonly string[],
	name: string,
): readonly Found[] {
	const { dataset, variants } = resolved;
	const roles = new Set(
		variants.filter(({ format }) => format.num_fewshot > 0).map(({ format }) => format.shots.split),
	);
	const needed = [
		{ field: 'test_split', split: dataset.test_split },
		...(roles.has('fewshot') ? [{ field: 'fewshot_split', split: dataset.fewshot_split }] : []),
		...(roles.has('validation') ? [{ field: 'validation_split', split: dataset.validation_split }] : []),
	];
	return needed
		.filter(({ split }) => !there.includes(split))
		.map(({ field, split }): Found => {
			if (nodeAt(analysis.document, [field]) !== undefined) {
				return unknown(analysis, { path: [field], part: 'value', severity: 'error' }, split, there, {
					near: suggestion => message('language.unknown-split-closest', { path: name, split, suggestion }),
					far: message('language.unknown-split', { path: name, split, splits: shortList(there) }),
				});
			}
			const other = there.find(one => field === 'test_split' || one !== dataset.test_split);
			return {
				problem: {
					severity: 'error',
					message: message('language.no-default-split', { path: name, split, field, splits: shortList(there) }),
					range: analysis.locate(['dataset_path']),
				},
				fixes: other === undefined ? [] : addField(analysis, field, other),
			};
		});
}

/** A field on a line of its own behind `dataset_path`. */
function addField(analysis: Analysis, field: string, value: string): readonly Fix[] {
	const { text } = analysis.source;
	const pair = pairAt(analysis, ['dataset_path']);
	const [key, end] = [rangeOf(pair?.key), rangeOf(pair?.value)];
	if (value === '' || !key || !end || lineStart(text, key[0]) !== key[0]) {
		return [];
	}
	const at = nextLine(text, end[1]);
	const lineEnd = lineEndOf(text);
	const lead = at > 0 && /[^\n]$/.test(text.slice(0, at)) ? lineEnd : '';
	return [
		{
			title: message('language.fix.add', { field: `${field}: ${value}` }),
			edits: [{ start: at, end: at, text: `${lead}${field}: ${yamlScalar(value)}${lineEnd}` }],
			isPreferred: true,
		},
	];
}

const mostNamed = 12;

function shortList(names: readonly string[]): string {
	return names.length > mostNamed ? `${codeList(names.slice(0, mostNamed))}, …` : codeList(names);
}
