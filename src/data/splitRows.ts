import { createHash } from 'node:crypto';
import type { SliceSpec } from '../config/resolved';
import { inputFailure } from '../protocol/failure';
import { canonicalJson, type Json } from '../protocol/json';
import { requireColumn } from './columns';
import type { Row } from './row';
import type { Table } from './table';

export interface RowOptions {
	/** Of the file, for errors. */
	readonly path: string;
	readonly split: string;
	/** Null: the data has no configs. */
	readonly config: string | null;
	readonly idColumn: string | null;
	readonly where: SliceSpec['where'];
}

/** The rows of a split that `where` keeps, in file order. Keys are made before: no filter changes the key of a row. */
export function rowsOfSplit(table: Table, { path, split, config, idColumn, where }: RowOptions): Row[] {
	for (const { column } of where) {
		requireColumn(path, table.columns, column, 'where');
	}
	const ids = idColumn === null ? null : idsOf(table, path, idColumn);
	const start = config === null ? split : `${config}/${split}`;
	const rows: Row[] = [];
	table.rows.forEach((values, index) => {
		if (where.every(({ column, values: accepted }) => accepted.some(value => isSame(values.get(column), value)))) {
			rows.push({
				key: `${start}/${ids?.[index] ?? index}`,
				split,
				...(config === null ? {} : { config }),
				index,
				values,
				contentHash: contentHash(values),
			});
		}
	});
	return rows;
}

/** First 16 hex digits of the SHA-256 of the canonical JSON of a row. */
function contentHash(values: ReadonlyMap<string, Json>): string {
	return createHash('sha256')
		.update(canonicalJson(Object.fromEntries(values)))
		.digest('hex')
		.slice(0, 16);
}

/** Texts of the ids, which are the same in every file format. */
function idsOf(table: Table, path: string, column: string): string[] {
	requireColumn(path, table.columns, column, 'id_column');
	const firstRow = new Map<string, number>();
	return table.rows.map((values, index) => {
		const value = values.get(column);
		const id = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
		if (id === '') {
			throw inputFailure('data.no-id', { path, index, column });
		}
		const first = firstRow.get(id);
		if (first !== undefined) {
			throw inputFailure('data.equal-ids', { path, first, second: index, id, column });
		}
		firstRow.set(id, index);
		return id;
	});
}

/** CSV knows only text, so that a number or a boolean of the evaluation file also stands for its text. */
function isSame(cell: Json | undefined, wanted: string | number | boolean | null): boolean {
	if (cell === wanted) {
		return true;
	}
	if (cell === undefined || cell === null || wanted === null || typeof cell === 'object') {
		return false;
	}
	return typeof cell === 'boolean' || typeof wanted === 'boolean'
		? String(cell).toLowerCase() === String(wanted).toLowerCase() // pandas writes True
		: String(cell) === String(wanted);
}
