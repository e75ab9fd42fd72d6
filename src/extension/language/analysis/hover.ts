import { isMap, isScalar } from 'yaml';
import { findPreset } from '../../../config/presets';
import { nodeAt } from '../../../config/yamlDocument';
import type { Offsets } from '../../../config/yamlText';
import { isHubId, type Knowledge } from '../knowledge/knowledge';
import { type Analysis, namedModels } from './analysis';
import { columnText, datasetText, type Markdown, modelText, presetText } from './explain';
import { jinjaFilters } from './jinjaFilters';
import { filtersUsed, namesUsed } from './jinjaNames';
import { scanJinja } from './jinjaScan';
import { datasetRequest } from './problems';
import { ownNames } from './templateProblems';
import { isColumnName, type Template } from './templates';

export interface Explanation {
	readonly range: Offsets;
	readonly text: Markdown;
	/** The schema explains it too. */
	readonly inSchema: boolean;
}

/** What stands at a place, as far as no schema can know it: presets, datasets, models, columns, filters. */
export async function explanationAt(
	analysis: Analysis,
	offset: number,
	knowledge: Knowledge,
): Promise<Explanation | null> {
	const template = analysis.templates.find(({ range: [start, end] }) => start <= offset && offset < end);
	if (template) {
		return inTemplate(analysis, template, offset, knowledge);
	}
	const { document } = analysis;
	const at = (node: unknown): Offsets | null => {
		const range = isScalar(node) ? node.range : undefined;
		return range && range[0] <= offset && offset < range[1] ? [range[0], range[1]] : null;
	};
	const dataset = nodeAt(document, ['dataset_path']);
	const range = at(dataset);
	if (range && isScalar(dataset)) {
		return datasetAt(analysis, range, String(dataset.value), knowledge);
	}
	for (const { name, node } of namedModels(document)) {
		const place = at(node);
		if (place) {
			return modelAt(place, name, knowledge);
		}
	}
	const variants = nodeAt(document, ['variants']);
	for (const { value } of isMap(variants) ? variants.items : []) {
		const node = isMap(value) ? value.get('extends', true) : value;
		const place = at(node);
		const preset = isScalar(node) ? findPreset(String(node.value)) : undefined;
		if (place && preset) {
			return { range: place, text: presetText(preset), inSchema: true };
		}
	}
	return columnFieldAt(analysis, at, knowledge);
}

async function datasetAt(
	analysis: Analysis,
	range: Offsets,
	path: string,
	knowledge: Knowledge,
): Promise<Explanation | null> {
	const request = datasetRequest(analysis);
	const known = request && (await knowledge.dataset(request));
	const isOnHub = isHubId(path) && known?.isLocal !== true;
	const text = datasetText(known?.summary ?? null, known, isOnHub ? knowledge.url('dataset', path) : null);
	return text.length > 0 ? { range, text, inSchema: false } : null;
}

async function modelAt(range: Offsets, name: string, knowledge: Knowledge): Promise<Explanation | null> {
	const known = await knowledge.model(name);
	const isOnHub = isHubId(name) && known?.isLocal !== true;
	const text = modelText(known?.info ?? null, known?.onnx ?? [], isOnHub ? knowledge.url('model', name) : null);
	return text.length > 0 ? { range, text, inSchema: false } : null;
}

/** Values of `columns` and `id_column`, keys of `where`. */
async function columnFieldAt(
	analysis: Analysis,
	at: (node: unknown) => Offsets | null,
	knowledge: Knowledge,
): Promise<Explanation | null> {
	const { document } = analysis;
	const [columns, where] = [nodeAt(document, ['columns']), nodeAt(document, ['where'])];
	const nodes = [
		...(isMap(columns) ? columns.items.map(({ value }) => value) : []),
		...(isMap(where) ? where.items.map(({ key }) => key) : []),
		nodeAt(document, ['id_column']),
	];
	for (const node of nodes) {
		const range = at(node);
		if (range && isScalar(node)) {
			return columnAt(analysis, String(node.value), range, knowledge);
		}
	}
	return null;
}

async function columnAt(
	analysis: Analysis,
	name: string,
	range: Offsets,
	knowledge: Knowledge,
): Promise<Explanation | null> {
	const request = datasetRequest(analysis);
	const known = request && (await knowledge.dataset(request));
	const column = known?.columns.find(one => one.name === name);
	const text = column && known ? columnText(column, known.rows) : [];
	return text.length > 0 ? { range, text, inSchema: false } : null;
}

async function inTemplate(
	analysis: Analysis,
	template: Template,
	offset: number,
	knowledge: Knowledge,
): Promise<Explanation | null> {
	const at = template.placeOf(offset);
	if (at === null) {
		return null;
	}
	const range = (start: number, end: number): Offsets => [template.offsetOf(start), template.offsetOf(end - 1) + 1];
	if (isColumnName(template)) {
		return columnAt(analysis, template.text, template.range, knowledge);
	}
	const blocks = scanJinja(template.text);
	const filter = filtersUsed(blocks).find(({ start, end }) => start <= at && at < end);
	if (filter && Object.hasOwn(jinjaFilters, filter.name)) {
		const about = jinjaFilters[filter.name as keyof typeof jinjaFilters]; // it has this key
		return { range: range(filter.start, filter.end), text: [{ markdown: about }], inSchema: false };
	}
	const use = namesUsed(blocks).find(({ start, end }) => start <= at && at < end);
	if (!use) {
		return null;
	}
	const place = range(use.start, use.end);
	const column = await columnAt(analysis, use.name, place, knowledge);
	const own = Object.hasOwn(ownNames, use.name) ? ownNames[use.name as keyof typeof ownNames] : undefined; // it has this key
	return column ?? (own === undefined ? null : { range: place, text: [{ markdown: own }], inSchema: false });
}
