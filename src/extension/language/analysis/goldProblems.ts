import { isScalar, isSeq } from 'yaml';
import type { FieldPath } from '../../../config/problem';
import type { ResolvedEvaluation } from '../../../config/resolved';
import { nodeAt } from '../../../config/yamlDocument';
import { yamlScalar } from '../../../config/yamlText';
import { message } from '../../../protocol/messages';
import type { DatasetKnowledge } from '../knowledge/knowledge';
import type { Analysis } from './analysis';
import { type Fix, type Found, rangeOf } from './edits';

/** Right answers that point behind the last choice, as far as statistics and first rows tell. */
export function goldOutOfRange(
	analysis: Analysis,
	resolved: ResolvedEvaluation,
	{ columns, rows }: DatasetKnowledge,
): readonly Found[] {
	const seen = new Set<string>();
	return resolved.variants.flatMap(({ name, format }) => {
		const column = goldColumn(format.doc_to_target, resolved.columns.answer);
		const about = columns.find(one => one.name === column);
		if (column === null || !about) {
			return [];
		}
		const { choices } = format;
		const greatest = Math.max(
			about.bounds?.max ?? -1,
			(about.classNames?.length ?? 0) - 1,
			...rows.map(row => indexOf(row.get(column))),
		);
		const count = choices.from === 'list' ? choices.templates.length : null;
		const beyond =
			count === null
				? rows.find(row => {
						const cell = row.get(resolved.columns.choices);
						return choices.from !== 'field' && Array.isArray(cell) && indexOf(row.get(column)) >= cell.length;
					})
				: undefined;
		const cells = beyond?.get(resolved.columns.choices);
		const limit = count ?? (Array.isArray(cells) ? cells.length : null);
		const reached = beyond ? indexOf(beyond.get(column)) : greatest;
		if (limit === null || reached < limit) {
			return [];
		}
		const place = [
			['variants', name, 'doc_to_choice'],
			['doc_to_choice'],
			['columns', 'answer'],
			['dataset_path'],
		].find(
			path => nodeAt(analysis.document, path) !== undefined && (count !== null || path.at(-1) !== 'doc_to_choice'),
		);
		const key = JSON.stringify(place);
		if (!place || seen.has(key)) {
			return [];
		}
		seen.add(key);
		return [
			{
				problem: {
					severity: 'warning' as const,
					message: message('language.gold-out-of-range', { column, greatest: reached, count: limit }),
					range: analysis.locate(place),
				},
				fixes: count === null ? [] : missingLabels(analysis, place, reached + 1, about.classNames),
			},
		];
	});
}

/** Labels that go on as the ones there do, or the names of the classes. */
function missingLabels(
	{ document, source }: Analysis,
	path: FieldPath,
	count: number,
	classNames: readonly string[] | null,
): readonly Fix[] {
	const node = nodeAt(document, path);
	const last = isSeq(node) && node.flow === true ? node.items.at(-1) : undefined;
	const range = rangeOf(last);
	if (!isSeq(node) || !isScalar(last) || !range) {
		return [];
	}
	const labels = node.items.map(item => (isScalar(item) ? String(item.value) : ''));
	const goesOn = labels.every((label, i) => label === labelAfter(labels[0] ?? '', i));
	const wanted = goesOn
		? Array.from({ length: count }, (_, i) => labelAfter(labels[0] ?? '', i))
		: labels.every((label, i) => label.trim() === classNames?.[i])
			? (classNames ?? [])
			: [];
	const added = wanted.slice(labels.length);
	if (added.length === 0 || added.includes(null)) {
		return [];
	}
	const written = source.text.slice(...range);
	const text = added
		.map(label => `, ${/^["']/.test(written) ? JSON.stringify(label) : yamlScalar(label ?? '')}`)
		.join('');
	return [
		{
			title: message('language.fix.add', { field: added.join(', ') }),
			edits: [{ start: range[1], end: range[1], text }],
			isPreferred: true,
		},
	];
}

/** The label so many places after the one with the letter A: `(A)` → `(C)`; null behind Z, or where there is no letter A. */
function labelAfter(first: string, places: number): string | null {
	const found = /(?<![A-Za-z])[Aa](?![A-Za-z])/.exec(first);
	return found && places < 26
		? first.slice(0, found.index) + String.fromCharCode(found[0].charCodeAt(0) + places) + first.slice(found.index + 1)
		: null;
}

/** The column that the right answer's index comes from; null where a template computes it. */
function goldColumn(target: string | number | null, answer: string): string | null {
	if (typeof target !== 'string') {
		return target === null ? answer : null;
	}
	const name = /^(?:\{\{\s*(\w+)\s*\}\}|(\w+))$/.exec(target);
	const column = name?.[1] ?? name?.[2] ?? null;
	return column === 'answer' ? answer : column;
}

function indexOf(cell: unknown): number {
	return typeof cell === 'number' && Number.isInteger(cell) ? cell : -1;
}
