import type { Problem, SourceRange } from '../../config/problem';
import type { ResolvedEvaluation } from '../../config/resolved';
import type { AnalyseOptions, Analysis } from './analysis/analysis';
import type * as Language from './language';

/** What the editor knows of an evaluation's text. */
export interface ReadEvaluation {
	readonly analysis: Analysis;
	/** All there are, in the order of the text. */
	readonly problems: readonly Problem[];
	/** Null where a problem is an error. */
	readonly resolved: ResolvedEvaluation | null;
	/** In the order of the file; while the text has errors, those of the last good one that still stand there. */
	readonly variants: readonly { readonly name: string; readonly key: SourceRange }[];
}

/** Reads an evaluation. `before` is what its text was before the last edits. */
export async function readEvaluation(
	text: string,
	options: AnalyseOptions,
	{ analyse }: Pick<typeof Language, 'analyse'>,
	before?: ReadEvaluation,
): Promise<ReadEvaluation> {
	const analysis = await analyse(text, options);
	const { resolved, problems, locate } = analysis;
	const names = resolved?.variants.map(variant => variant.name) ?? before?.variants.map(variant => variant.name) ?? [];
	const lines = text.split(/\r\n|\r|\n/);
	return {
		analysis,
		problems,
		resolved,
		variants: names
			.map(name => ({ name, key: locate(['variants', name], 'key') }))
			.filter(({ name, key }) => textAt(lines, key) === name),
	};
}

/** The variant whose lines the cursor stands in, if it stands in one. */
export function variantAt({ variants }: ReadEvaluation, lines: readonly string[], line: number): string | null {
	const above = variants.findLast(variant => variant.key.start.line <= line);
	if (!above) {
		return null;
	}
	const { start } = above.key;
	const between = lines.slice(start.line + 1, line + 1);
	// A line that is not indented deeper than the name ends the variant; empty lines and comments do not.
	const left = between.some(text => /\S/.test(text) && !/^\s*#/.test(text) && text.search(/\S/) <= start.column);
	return left ? null : above.name;
}

/** The text of a key on one line, its quotes taken off. `locate` puts what is not in the file somewhere else. */
function textAt(lines: readonly string[], { start, end }: SourceRange): string {
	const text = lines[start.line]?.slice(start.column, start.line === end.line ? end.column : undefined) ?? '';
	const quoted = /^(["'])(.*)\1$/.exec(text)?.[2];
	return quoted === undefined ? text : quoted.replaceAll("''", "'").replaceAll('\\"', '"');
}
