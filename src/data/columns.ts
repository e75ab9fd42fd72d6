import { closest } from '../config/closest';
import type { ColumnMapping } from '../config/resolved';
import { inputFailure } from '../protocol/failure';

/** Fails, with the columns there are and the nearest of them, where a file lacks a column. `role`: the field that asks. */
export function requireColumn(path: string, columns: readonly string[], column: string, role: string): void {
	if (columns.includes(column)) {
		return;
	}
	const suggestion = closest(column, columns);
	const params = { path, column, role, columns: columns.join(', ') };
	throw suggestion === null
		? inputFailure('data.no-column', params)
		: inputFailure('data.no-column-meant', { ...params, suggestion });
}

/** A subject column may be missing where nobody asked for it by another name. */
export function requireMappedColumns(path: string, columns: readonly string[], mapping: ColumnMapping): void {
	requireColumn(path, columns, mapping.question, 'columns.question');
	requireColumn(path, columns, mapping.choices, 'columns.choices');
	requireColumn(path, columns, mapping.answer, 'columns.answer');
	if (mapping.subject !== 'subject') {
		requireColumn(path, columns, mapping.subject, 'columns.subject');
	}
}
