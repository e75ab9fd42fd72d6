import type { Json } from '../protocol/json';

/** What stands in a file of rows. Every row has every column; a value that the file leaves out is null. */
export interface Table {
	readonly columns: readonly string[];
	readonly rows: readonly ReadonlyMap<string, Json>[];
	/** Of columns that hold indexes into names, as far as the file says so. */
	readonly classNames: ClassNames;
}

/** Column → names; ClassLabel in the words of the datasets library. */
export type ClassNames = ReadonlyMap<string, readonly string[]>;

export type JsonObject = { readonly [key: string]: Json };

export function isJsonObject(value: Json): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const noNames: ClassNames = new Map();

/** A table of a format that knows no names. */
export function plainTable(columns: Table['columns'], rows: Table['rows']): Table {
	return { columns, rows, classNames: noNames };
}

/** Rows from objects. Columns come in the order in which they first appear; own keys only, so that any name is a column. */
export function tableOfObjects(objects: readonly JsonObject[]): Table {
	const columns = [...new Set(objects.flatMap(Object.keys))];
	const rows = objects.map(
		object => new Map(columns.map(column => [column, Object.hasOwn(object, column) ? (object[column] ?? null) : null])),
	);
	return plainTable(columns, rows);
}

/** The rows of several files one after another, with the columns of all of them. */
export function joinTables(tables: readonly Table[]): Table {
	const [first] = tables;
	if (first && tables.length === 1) {
		return first;
	}
	const columns = [...new Set(tables.flatMap(table => table.columns))];
	return {
		columns,
		rows: tables.flatMap(table =>
			table.columns.length === columns.length
				? table.rows
				: table.rows.map(row => new Map(columns.map(column => [column, row.get(column) ?? null]))),
		),
		classNames: new Map(tables.flatMap(table => [...table.classNames])),
	};
}
