import { closest } from '../config/closest';
import type { ColumnMapping } from '../config/resolved';
import { inputFailure } from '../protocol/failure';
import type { ColumnNeeds } from './needs';

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

/** A column may be missing where no format needs it and nobody asked for it by another name. */
export function requireMappedColumns(
	path: string,
	columns: readonly string[],
	mapping: ColumnMapping,
	needs: ColumnNeeds,
): void {
	const needed = { question: needs.choices, choices: needs.choices, answer: needs.answer, subject: false };
	for (const role of ['question', 'choices', 'answer', 'subject'] as const) {
		if (needed[role] || mapping[role] !== role) {
			requireColumn(path, columns, mapping[role], `columns.${role}`);
		}
	}
}
