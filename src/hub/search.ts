import * as z from 'zod';
import type { CancellationToken } from '../protocol/cancellation';
import { runFailure } from '../protocol/failure';
import { withSignal } from './abort';
import type { Page } from './connection';
import type { Hub } from './hub';
import { hubJson } from './hubJson';
import { nextPage } from './nextPage';
import type { DatasetQuery, DatasetSummary, ModelQuery, ModelSummary } from './repository';
import { datasetEntry, datasetFields, datasetSummary, modelEntry, modelFields, modelSummary } from './summary';

const pageSize = 50;

/**
 * A page of the datasets that match, the largest of what `sort` names first.
 * @param next Of the page before; null: the first page.
 * @throws Failure where the Hub refuses or cannot be reached.
 */
export function searchDatasets(
	hub: Hub,
	query: DatasetQuery,
	next: string | null,
	token: CancellationToken,
): Promise<Page<DatasetSummary>> {
	const parameters = new URLSearchParams([
		...given('search', query.text.trim()),
		...given('filter', query.task, 'task_categories:'),
		...given('filter', query.language, 'language:'),
		...shape(query.sort, datasetFields),
	]);
	return page(hub, 'datasets', parameters, next, entry => datasetSummary(datasetEntry.parse(entry)), token);
}

/** Likewise of the models. */
export function searchModels(
	hub: Hub,
	query: ModelQuery,
	next: string | null,
	token: CancellationToken,
): Promise<Page<ModelSummary>> {
	const parameters = new URLSearchParams([
		...given('search', query.text.trim()),
		...given('pipeline_tag', query.task),
		...given('filter', query.dataset, 'dataset:'),
		...given('filter', query.onnx ? 'onnx' : null),
		...given('num_parameters', query.parameters),
		...shape(query.sort, modelFields),
	]);
	return page(hub, 'models', parameters, next, entry => modelSummary(modelEntry.parse(entry)), token);
}

function given(name: string, value: string | null, prefix = ''): [string, string][] {
	return value ? [[name, prefix + value]] : [];
}

function shape(sort: string, fields: readonly string[]): [string, string][] {
	return [['sort', sort], ['limit', String(pageSize)], ...fields.map((field): [string, string] => ['expand', field])];
}

// listModels and listDatasets of @huggingface/hub have no cursor that a later call could go on from, nor `num_parameters`.
async function page<T>(
	hub: Hub,
	kind: 'datasets' | 'models',
	parameters: URLSearchParams,
	next: string | null,
	itemOf: (entry: unknown) => T,
	token: CancellationToken,
): Promise<Page<T>> {
	const listing = `${hub.endpoint}/api/${kind}`;
	const url = next ?? `${listing}?${parameters}`;
	const { value, headers } = await withSignal(token, signal => hubJson(hub, url, z.array(z.unknown()), signal));
	const items = value.flatMap(entry => itemsOf(entry, itemOf));
	if (items.length === 0 && value.length > 0) {
		throw runFailure('hub.other-shape', { host: new URL(url).host, place: '0' });
	}
	return { items, next: nextPage(listing, headers.get('Link')) };
}

/** An entry without a proper id is left out: nothing can be done with it. */
function itemsOf<T>(entry: unknown, itemOf: (entry: unknown) => T): T[] {
	try {
		return [itemOf(entry)];
	} catch (error) {
		if (error instanceof z.ZodError) {
			return [];
		}
		throw error;
	}
}
