import type { Column } from '../hub/repository';
import type { Json } from '../protocol/json';
import type { Table } from './table';

/** The columns of a table with types told from its first cells, in the words of the datasets library. */
export function columnsOfTable({ columns, rows, classNames }: Table): readonly Column[] {
	return columns.map(name => {
		const names = classNames.get(name) ?? null;
		const cell = rows.map(row => row.get(name) ?? null).find(value => value !== null) ?? null;
		return { name, type: names ? 'ClassLabel' : typeName(cell), classNames: names };
	});
}

function typeName(cell: Json): string {
	if (Array.isArray(cell)) {
		return `List(${typeName(cell[0] ?? null)})`;
	}
	return (
		{ string: 'string', number: Number.isInteger(cell) ? 'int64' : 'float64', boolean: 'bool' }[
			typeof cell as string
		] ?? 'Json'
	);
}
