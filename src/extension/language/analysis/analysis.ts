import { type Document, isMap, isScalar, isSeq } from 'yaml';
import type { Locate, Problem } from '../../../config/problem';
import { readEvaluation } from '../../../config/readEvaluation';
import type { ResolvedEvaluation } from '../../../config/resolved';
import type { TaskFiles } from '../../../config/taskFile/taskFiles';
import { nodeAt } from '../../../config/yamlDocument';
import type { SourceText } from '../../../config/yamlText';
import { type Template, templatesOf } from './templates';

/** A text of an evaluation as all language functions see it. Offsets are UTF-16 units of `source.text`. */
export interface Analysis {
	readonly source: SourceText;
	readonly document: Document;
	readonly locate: Locate;
	/** Of the text, of the task file it names, and of what both say together. */
	readonly problems: readonly Problem[];
	/** Null where a problem is an error. */
	readonly resolved: ResolvedEvaluation | null;
	/** As far as the text tells. */
	readonly variants: readonly string[];
	readonly templates: readonly Template[];
}

export interface AnalyseOptions {
	/** Gives the evaluation its name where it has none. */
	readonly fileName: string;
	/** Where the task file is that an evaluation may name; absent: there is none. */
	readonly files?: TaskFiles;
}

const noFiles: TaskFiles = { read: () => null };

/** Reads a text once for all language functions. Throws only what `files` throws. */
export async function analyse(text: string, { fileName, files = noFiles }: AnalyseOptions): Promise<Analysis> {
	const { parsed, resolved, problems } = await readEvaluation(text, { fileName, files });
	const { source, document, locate } = parsed;
	const variants = namesIn(nodeAt(document, ['variants']));
	return {
		source,
		document,
		locate,
		problems,
		resolved,
		variants,
		templates: templatesOf(document, source.text, variants),
	};
}

/** The keys of a mapping, as texts. */
export function namesIn(node: unknown): readonly string[] {
	return isMap(node)
		? node.items.flatMap(({ key }) => (isScalar(key) && typeof key.value !== 'symbol' ? [String(key.value)] : []))
		: [];
}

/** The text at a path; undefined where something else stands there, or nothing. */
export function textAt(document: Document, path: readonly (string | number)[]): string | undefined {
	return scalarText(nodeAt(document, path));
}

/** The configs that a text names, as far as it goes; null: none, or all. */
export function configNames(document: Document): readonly string[] | null {
	const node = nodeAt(document, ['dataset_name']);
	const names = isSeq(node) ? node.items.map(scalarText) : [scalarText(node)];
	const known = names.flatMap(name => (name === undefined || name === '' ? [] : [name]));
	return known.length === 0 || known.includes('all') ? null : known;
}

/** What `models` names: ids and paths. */
export function namedModels(document: Document): readonly { readonly name: string; readonly node: unknown }[] {
	const models = nodeAt(document, ['models']);
	return (isSeq(models) ? models.items : []).flatMap(model => {
		const nodes = isMap(model) ? [model.get('id', true), model.get('path', true)] : [model];
		return nodes.flatMap(node => {
			const name = scalarText(node);
			return name === undefined ? [] : [{ name, node }];
		});
	});
}

function scalarText(node: unknown): string | undefined {
	return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}
