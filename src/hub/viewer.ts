import * as z from 'zod';
import { type CancellationToken, throwIfCancelled } from '../protocol/cancellation';
import { Failure } from '../protocol/failure';
import type { Json } from '../protocol/json';
import { withSignal } from './abort';
import { requireRepositoryId } from './cacheLayout';
import { columnOf } from './features';
import type { Hub } from './hub';
import type { HubInit } from './hubFetch';
import { hubJson } from './hubJson';
import type { Column, FirstRows, SplitInfo } from './repository';

// What JSON.parse has returned.
const json = z.custom<Json>(() => true);
const row = z.object({ row: z.record(z.string(), json), truncated_cells: z.array(z.string()).catch([]) });
const name = { config: z.string(), split: z.string() };
const amount = z.number().nonnegative().nullish().catch(null);

const splitsAnswer = z.object({ splits: z.array(z.object(name)) });
const sizeAnswer = z.object({
	size: z.object({
		splits: z.array(
			z.object({ ...name, num_rows: amount, estimated_num_rows: amount, num_bytes_parquet_files: amount }),
		),
	}),
});
const infoAnswer = z.object({ dataset_info: z.object({ features: z.record(z.string(), json) }) });
const cellNumber = z.number().nullish().catch(null);
const statisticsAnswer = z.object({
	statistics: z.array(
		z.object({
			column_name: z.string(),
			column_type: z.string(),
			column_statistics: z.object({ min: cellNumber, max: cellNumber }).nullish().catch(null),
		}),
	),
});
const firstRowsAnswer = z.object({
	features: z.array(z.object({ name: z.string(), type: json })),
	rows: z.array(row),
});

/**
 * The splits of all configs, in the viewer's order, with their sizes where it knows them.
 * @throws Failure, with the codes `hub.viewer-…` where the Hub has the dataset, but the viewer cannot show it.
 */
export async function datasetSplits(hub: Hub, id: string, token: CancellationToken): Promise<readonly SplitInfo[]> {
	const parameters = { dataset: id };
	// The sizes are told too where they are there, but nobody waits until they are computed.
	const sizes = ask(hub, 'size', parameters, sizeAnswer, token, { tries: 1 }).catch(() => null);
	const { splits } = await ask(hub, 'splits', parameters, splitsAnswer, token);
	const known = (await sizes)?.size.splits ?? [];
	throwIfCancelled(token);
	const byName = new Map(known.map(size => [nameOf(size), size]));
	return splits.map(({ config, split }) => {
		const size = byName.get(nameOf({ config, split }));
		return {
			config,
			split,
			rows: size?.estimated_num_rows ?? size?.num_rows ?? null,
			bytes: size?.num_bytes_parquet_files ?? null,
		};
	});
}

function nameOf({ config, split }: { readonly config: string; readonly split: string }): string {
	return JSON.stringify([config, split]);
}

/** The columns of a config, in their order: of its description, else of its first rows. @throws Failure as datasetSplits. */
export async function datasetColumns(
	hub: Hub,
	id: string,
	config: string,
	token: CancellationToken,
): Promise<readonly Column[]> {
	try {
		const answer = await ask(hub, 'info', { dataset: id, config }, infoAnswer, token);
		return Object.entries(answer.dataset_info.features).map(([column, feature]) => columnOf(column, feature));
	} catch (error) {
		// What is known of the whole comes later than the first rows, or, of large datasets, never.
		if (!isOfViewer(error)) {
			throw error;
		}
		const { splits } = await ask(hub, 'splits', { dataset: id, config }, splitsAnswer, token);
		const first = splits.find(split => split.config === config);
		if (!first) {
			throw error;
		}
		return (await firstRows(hub, id, config, first.split, token)).columns;
	}
}

/** The Hub has the dataset, but the viewer cannot show it. */
export function isOfViewer(error: unknown): boolean {
	return error instanceof Failure && error.reason.code.startsWith('hub.viewer-');
}

/**
 * Up to 100 rows of a split's beginning. The viewer cuts long cells; a cut cell is a text, of whatever type its column is.
 * @throws Failure as datasetSplits.
 */
export async function firstRows(
	hub: Hub,
	id: string,
	config: string,
	split: string,
	token: CancellationToken,
): Promise<FirstRows> {
	const { features, rows } = await ask(hub, 'first-rows', { dataset: id, config, split }, firstRowsAnswer, token);
	return {
		columns: features.map(feature => columnOf(feature.name, feature.type)),
		rows: rows.map(({ row }) => new Map(Object.entries(row))),
		cut: rows.map(row => row.truncated_cells),
	};
}

/** Least and greatest cell. */
export interface Bounds {
	readonly min: number;
	readonly max: number;
}

/**
 * The bounds of a split's columns of numbers, as the viewer counted them: over all rows, or, of very large datasets, the
 * first of them. Asked once; nobody waits until they are computed.
 * @throws Failure as datasetSplits.
 */
export async function columnBounds(
	hub: Hub,
	id: string,
	config: string,
	split: string,
	token: CancellationToken,
): Promise<ReadonlyMap<string, Bounds>> {
	const parameters = { dataset: id, config, split };
	const { statistics } = await ask(hub, 'statistics', parameters, statisticsAnswer, token, { tries: 1 });
	return new Map(
		statistics.flatMap(({ column_name, column_type, column_statistics }) => {
			const { min, max } = column_statistics ?? {};
			// Of texts and lists the viewer counts lengths.
			const isNumber = column_type === 'int' || column_type === 'float';
			return isNumber && typeof min === 'number' && typeof max === 'number' ? [[column_name, { min, max }]] : [];
		}),
	);
}

async function ask<T>(
	hub: Hub,
	what: string,
	parameters: Readonly<Record<string, string>> & { readonly dataset: string },
	schema: z.ZodType<T>,
	token: CancellationToken,
	init: HubInit = {},
): Promise<T> {
	requireRepositoryId(parameters.dataset);
	const url = `${hub.viewerEndpoint}/${what}?${new URLSearchParams(parameters)}`;
	return (await withSignal(token, signal => hubJson(hub, url, schema, signal, init))).value;
}
