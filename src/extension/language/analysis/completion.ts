import { isMap, isSeq } from 'yaml';
import { presets } from '../../../config/presets';
import { nodeAt } from '../../../config/yamlDocument';
import { yamlScalar } from '../../../config/yamlText';
import type { Hardware } from '../../../hub/jobs/hardware';
import { columnExpression } from '../../authoring/templates';
import type { DatasetKnowledge, Knowledge } from '../knowledge/knowledge';
import { type Analysis, configNames, namedModels } from './analysis';
import { type Place, placeAt } from './cursor';
import { bytesText, columnText, datasetText, type Markdown, modelText, presetText } from './explain';
import { jinjaFilters } from './jinjaFilters';
import { scanJinja } from './jinjaScan';
import { datasetRequest } from './problems';
import { ownNames } from './templateProblems';
import type { Template } from './templates';

export interface Suggestion {
	readonly label: string;
	/** As YAML, or as Jinja inside a template. */
	readonly insert: string;
	readonly kind:
		| 'dataset'
		| 'model'
		| 'config'
		| 'split'
		| 'column'
		| 'name'
		| 'filter'
		| 'preset'
		| 'variant'
		| 'dtype'
		| 'hardware'
		| 'path';
	/** A few words behind the label. */
	readonly detail: string;
	readonly documentation: Markdown;
	/** The schema offers it too. */
	readonly inSchema: boolean;
}

export interface Completion {
	readonly suggestions: readonly Suggestion[];
	/** Offsets of what is replaced. */
	readonly start: number;
	readonly end: number;
	/** Typing on asks again: the Hub answers what is typed. */
	readonly isIncomplete: boolean;
}

/** What only we know at a place of the text: names from the data, the Hub, the folder and the file itself. */
export async function completionsAt(
	analysis: Analysis,
	offset: number,
	knowledge: Knowledge,
): Promise<Completion | null> {
	const { text } = analysis.source;
	const template = analysis.templates.find(({ range: [start, end] }) => start <= offset && offset <= end);
	if (template) {
		const inside = await inTemplate(analysis, template, offset, knowledge);
		if (inside) {
			return inside;
		}
	}
	const before = text.slice(0, offset);
	const lines = text.split(/\r\n|\r|\n/);
	const line = before.split(/\r\n|\r|\n/).length - 1;
	const column = offset - (Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1);
	const place = placeAt(lines, line, column);
	if (!place) {
		return null;
	}
	const lineStart = offset - column;
	const typed = (lines[line] ?? '').slice(place.start, column);
	const found = await suggestionsAt(analysis, place, typed, knowledge);
	return (
		found && {
			suggestions: found.suggestions.map(one => ({ ...one, insert: quoted(one.insert, place) })),
			isIncomplete: found.isIncomplete,
			start: lineStart + place.start,
			end: lineStart + place.end,
		}
	);
}

function quoted(text: string, { quote }: Place): string {
	switch (quote) {
		case '':
			return /^[\w.][\w./-]*$/.test(text) && !/^[\d.]+$/.test(text) && !/^\.+$/.test(text) ? text : yamlScalar(text);
		case "'":
			return text.replaceAll("'", "''");
		case '"':
			return JSON.stringify(text).slice(1, -1);
	}
}

interface Suggestions {
	readonly suggestions: readonly Suggestion[];
	readonly isIncomplete: boolean;
}

const whole = (suggestions: readonly Suggestion[]): Suggestions => ({ suggestions, isIncomplete: false });

async function suggestionsAt(
	analysis: Analysis,
	place: Place,
	typed: string,
	knowledge: Knowledge,
): Promise<Suggestions | null> {
	const { part } = place;
	const path = place.path.join('/');
	if (part === 'key') {
		return path === 'where'
			? whole(columnsOf(await datasetOf(analysis, knowledge)).filter(({ label }) => !place.siblings.includes(label)))
			: path === 'models/-' || path === 'models'
				? modelNames(typed, knowledge)
				: path === 'dataset_name/-'
					? whole(configsOf(await datasetOf(analysis, knowledge), place))
					: null;
	}
	const inVariant = path.replace(/^variants\/[^/]*/, 'variants/*');
	switch (inVariant) {
		case 'dataset_path':
			return datasetNames(typed, knowledge);
		case 'models/-':
			return modelNames(typed, knowledge);
		case 'models/-/id':
			return hubModels(typed, knowledge);
		case 'models/-/path':
		case 'task':
			return whole(await pathsOf(typed, knowledge));
		case 'models/-/dtype':
			return whole(await dtypesOf(analysis, place, knowledge));
		case 'models/-/launch/hf_jobs/flavor':
			return whole((await knowledge.hardware()).map(flavorOf));
		case 'dataset_name':
		case 'dataset_name/-':
			return whole(configsOf(await datasetOf(analysis, knowledge), place));
		case 'test_split':
		case 'validation_split':
		case 'fewshot_split':
		case 'fewshot_config/split':
		case 'variants/*/fewshot_config/split':
			return whole(splitsOf(analysis, await datasetOf(analysis, knowledge)));
		case 'columns/question':
		case 'columns/choices':
		case 'columns/answer':
		case 'columns/subject':
		case 'id_column':
			return whole(columnsOf(await datasetOf(analysis, knowledge)));
		case 'doc_to_text':
		case 'doc_to_choice':
		case 'doc_to_target':
		case 'variants/*/doc_to_text':
		case 'variants/*/doc_to_choice':
		case 'variants/*/doc_to_target':
			return whole(columnsOf(await datasetOf(analysis, knowledge)).filter(({ label }) => /^[A-Za-z_]\w*$/.test(label)));
		case 'variants/*':
			return whole(presetsFor());
		case 'variants/*/extends':
			return whole([...variantsOf(analysis, place.path[1]), ...presetsFor()]);
		case 'assert/-/variant':
		case 'assert/-/base':
			return whole(variantsOf(analysis));
		case 'assert/-/model':
			return whole(modelsOf(analysis));
		default:
			return inVariant.startsWith('where/') ? whole(await cellsOf(analysis, place, knowledge)) : null;
	}
}

async function datasetOf(analysis: Analysis, knowledge: Knowledge): Promise<DatasetKnowledge | null> {
	const request = datasetRequest(analysis);
	return request && knowledge.dataset(request);
}

async function datasetNames(typed: string, knowledge: Knowledge): Promise<Suggestions> {
	const [paths, found] = await Promise.all([
		pathsOf(typed, knowledge),
		looksLocal(typed) ? [] : knowledge.searchDatasets(typed),
	]);
	const ids = found.map(
		(summary): Suggestion => ({
			...plain(summary.id, 'dataset', summary.license ?? ''),
			documentation: datasetText(summary, null, knowledge.url('dataset', summary.id)),
		}),
	);
	return { suggestions: [...ids, ...paths], isIncomplete: true };
}

async function hubModels(typed: string, knowledge: Knowledge): Promise<Suggestions> {
	const found = looksLocal(typed) ? [] : await knowledge.searchModels(typed);
	const suggestions = found.map(
		(summary): Suggestion => ({
			...plain(summary.id, 'model', summary.task ?? ''),
			documentation: modelText(summary, [], knowledge.url('model', summary.id)),
		}),
	);
	return { suggestions, isIncomplete: true };
}

async function modelNames(typed: string, knowledge: Knowledge): Promise<Suggestions> {
	const [{ suggestions }, paths] = await Promise.all([hubModels(typed, knowledge), pathsOf(typed, knowledge)]);
	return { suggestions: [...suggestions, ...paths.map(atFolder)], isIncomplete: true };
}

/** A model that is a folder begins with `./`, where it could be taken for an id. */
function atFolder(suggestion: Suggestion): Suggestion {
	const { insert } = suggestion;
	return /^[./~]/.test(insert) ? suggestion : { ...suggestion, insert: `./${insert}` };
}

function looksLocal(typed: string): boolean {
	return /^[./~]/.test(typed);
}

async function pathsOf(typed: string, knowledge: Knowledge): Promise<readonly Suggestion[]> {
	return (await knowledge.paths(typed)).map(path => plain(path, 'path', ''));
}

async function dtypesOf({ document }: Analysis, place: Place, knowledge: Knowledge): Promise<readonly Suggestion[]> {
	const models = nodeAt(document, ['models']);
	// The place does not count the entries of a list: the names beside the cursor tell which one it is.
	const entries = isSeq(models) ? models.items : [];
	const names = entries.flatMap(entry =>
		isMap(entry) && place.siblings.every(sibling => entry.has(sibling)) ? [entry.get('id') ?? entry.get('path')] : [],
	);
	const known = await Promise.all(names.map(name => (typeof name === 'string' ? knowledge.model(name) : null)));
	const files = known.flatMap(model => model?.onnx ?? []);
	const unique = new Map(files.map(file => [file.dtype, file]));
	return [...unique.values()].map(({ dtype, size }) => plain(dtype, 'dtype', size === null ? '' : bytesText(size)));
}

function flavorOf({ name, description, dollarsAMinute }: Hardware): Suggestion {
	return {
		...plain(name, 'hardware', `$${(dollarsAMinute * 60).toFixed(2)} an hour`),
		documentation: [{ text: description }],
	};
}

function configsOf(dataset: DatasetKnowledge | null, { entries }: Place): readonly Suggestion[] {
	const configs = (dataset?.configs ?? []).filter(config => !entries.includes(config));
	return configs.map(config => {
		const splits = dataset?.splits.filter(one => one.config === config).map(({ split }) => split) ?? [];
		return plain(config, 'config', splits.join(', '));
	});
}

function splitsOf({ document }: Analysis, dataset: DatasetKnowledge | null): readonly Suggestion[] {
	const wanted = configNames(document);
	const rows = new Map<string, number | null>();
	for (const { config, split, rows: count } of dataset?.splits ?? []) {
		if (config === null || !wanted || wanted.includes(config)) {
			const sum = rows.get(split);
			rows.set(split, count === null || sum === null ? null : (sum ?? 0) + count);
		}
	}
	return [...rows].map(([split, count]) =>
		plain(split, 'split', count === null ? '' : `${count.toLocaleString('en')} rows`),
	);
}

function columnsOf(dataset: DatasetKnowledge | null): readonly Suggestion[] {
	return (dataset?.columns ?? []).map(column => ({
		...plain(column.name, 'column', column.type ?? ''),
		documentation: columnText(column, dataset?.rows ?? []),
	}));
}

/** Values that a column has in the first rows, and the names of its classes. */
async function cellsOf(analysis: Analysis, place: Place, knowledge: Knowledge): Promise<readonly Suggestion[]> {
	const dataset = await datasetOf(analysis, knowledge);
	const name = place.path[1] ?? '';
	const cells = (dataset?.rows ?? []).map(row => row.get(name)).filter(cell => typeof cell === 'string');
	return [...new Set(cells)]
		.filter(cell => cell.length <= 80 && !place.entries.includes(cell))
		.map(cell => plain(cell, 'column', ''));
}

function presetsFor(): readonly Suggestion[] {
	return presets.map(preset => ({
		...plain(preset.name, 'preset', preset.title),
		documentation: presetText(preset),
		inSchema: true,
	}));
}

function variantsOf(analysis: Analysis, without?: string): readonly Suggestion[] {
	return analysis.variants.filter(name => name !== without).map(name => plain(name, 'variant', ''));
}

function modelsOf({ document }: Analysis): readonly Suggestion[] {
	return namedModels(document).map(({ name }) => plain(name, 'model', ''));
}

function plain(label: string, kind: Suggestion['kind'], detail: string): Suggestion {
	return { label, insert: label, kind, detail, documentation: [], inSchema: false };
}

async function inTemplate(
	analysis: Analysis,
	template: Template,
	offset: number,
	knowledge: Knowledge,
): Promise<Completion | null> {
	const at = template.placeOf(offset);
	const block =
		at === null
			? undefined
			: scanJinja(template.text).find(({ start, end, closed }) => start + 2 <= at && at <= (closed ? end - 2 : end));
	if (at === null || !block || block.kind === 'comment') {
		return null;
	}
	const token = block.tokens.find(({ kind, start, end }) => start < at && at <= end && kind !== 'operator');
	if (token && token.kind !== 'name') {
		return null;
	}
	const [start, end] = token ? [token.start, token.end] : [at, at];
	const before = block.tokens.findLast(one => one.end <= start);
	const range = {
		start: token ? template.offsetOf(start) : offset,
		end: token ? template.offsetOf(end - 1) + 1 : offset,
	};
	if (before?.text === '|') {
		return { ...range, isIncomplete: false, suggestions: filterSuggestions() };
	}
	if (before?.text === '.') {
		return { ...range, isIncomplete: false, suggestions: [] };
	}
	const dataset = await datasetOf(analysis, knowledge);
	const columns = columnsOf(dataset).map(column => ({ ...column, insert: columnExpression(column.label) }));
	const names = Object.entries(ownNames)
		.filter(([name]) => !columns.some(({ label }) => label === name))
		.map(([name, about]): Suggestion => ({ ...plain(name, 'name', ''), documentation: [{ markdown: about }] }));
	return { ...range, isIncomplete: false, suggestions: [...columns, ...names] };
}

function filterSuggestions(): readonly Suggestion[] {
	return Object.entries(jinjaFilters).map(([name, about]) => ({
		...plain(name, 'filter', ''),
		documentation: [{ markdown: about }],
	}));
}
