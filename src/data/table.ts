import type { Json } from '../protocol/json';

/** What stands in a file of rows. Every row has every column; a value that the file leaves out is null. */
export interface Table {
	readonly columns: readonly string[];
	readonly rows: readonly ReadonlyMap<string, Json>[];
}

export type JsonObject = { readonly [key: string]: Json };

export function isJsonObject(value: Json): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rows from objects. Columns come in the order in which they first appear; own keys only, so that any name is a column. */
export function tableOfObjects(objects: readonly JsonObject[]): Table {
	const columns = [...new Set(objects.flatMap(Object.keys))];
	const rows = objects.map(
		object => new Map(columns.map(column => [column, Object.hasOwn(object, column) ? (object[column] ?? null) : null])),
	);
	return { columns, rows };
}
