import type { DatasetKnowledge, DatasetRequest } from '../knowledge/knowledge';
import { type AnalyseOptions, type Analysis, analyse, configNames, textAt } from './analysis';
import { configFixes } from './configFixes';
import { dataProblems } from './dataProblems';
import { applyEdits, type Fix, type Found } from './edits';
import { templateProblems } from './templateProblems';

/** All problems of a text in the order in which they stand; those about data as far as it is known. */
export function problemsOf(analysis: Analysis, dataset: DatasetKnowledge | null): readonly Found[] {
	const own = [...templateProblems(analysis, dataset), ...dataProblems(analysis, dataset)];
	const config = analysis.problems.map((problem): Found => ({ problem, fixes: [] }));
	return [...config, ...own].sort(
		({ problem: { range: a } }, { problem: { range: b } }) =>
			a.start.line - b.start.line || a.start.column - b.start.column,
	);
}

/**
 * The fixes of a problem that do mend it: applied to the text, the problem is gone and there is no new error. Trying them
 * out reads the text once for each, so this waits until a person asks.
 */
export async function mending(
	analysis: Analysis,
	{ problem, fixes }: Found,
	dataset: DatasetKnowledge | null,
	options: AnalyseOptions,
): Promise<readonly Fix[]> {
	if (problem.file !== undefined) {
		return [];
	}
	const offered = fixes.length > 0 ? fixes : configFixes(analysis, problem);
	const kinds = (of: Analysis) => {
		const found = problemsOf(of, dataset);
		return {
			same: found.filter(one => one.problem.message.code === problem.message.code).length,
			errors: found.filter(one => one.problem.severity === 'error').length,
			isSyntax: of.problems.some(one => /^config\.yaml/.test(one.message.code)),
		};
	};
	const before = kinds(analysis);
	// An error that hides others, of the syntax or of a missing field, may uncover them.
	const hides = analysis.resolved === null;
	const kept: Fix[] = [];
	for (const fix of offered) {
		const after = kinds(await analyse(applyEdits(analysis.source.text, fix.edits), options));
		const isWorse = hides ? after.isSyntax && !before.isSyntax : after.errors > before.errors;
		if (after.same < before.same && !isWorse) {
			kept.push(fix);
		}
	}
	return kept;
}

/** Which knowledge the problems of a text are found with; null where it names no dataset. */
export function datasetRequest({ document, resolved }: Analysis): DatasetRequest | null {
	const path = resolved?.dataset.path ?? textAt(document, ['dataset_path']);
	if (path === undefined || path === '') {
		return null;
	}
	const names = resolved ? resolved.dataset.names : configNames(document);
	return {
		path,
		config: names === null || names === 'all' ? null : (names[0] ?? null),
		split: resolved?.dataset.test_split ?? textAt(document, ['test_split']) ?? 'test',
	};
}
