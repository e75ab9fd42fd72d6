import type { PairColumns } from '../protocol/resultsView';

/** What the list can be sorted by. `row` is the columns' own order; `marginChange` is variant − base. */
export type SortKey =
	| 'row'
	| 'subject'
	| 'question'
	| 'gold'
	| 'basePrediction'
	| 'variantPrediction'
	| 'baseMargin'
	| 'variantMargin'
	| 'marginChange'
	| 'transition';

type Value = string | number | null;

const sortValue: Readonly<Record<SortKey, (columns: PairColumns, row: number) => Value>> = {
	row: (_, row) => row,
	subject: ({ subject }, row) => subject[row] ?? null,
	question: ({ question }, row) => question[row] ?? null,
	gold: ({ gold }, row) => known(gold[row]),
	basePrediction: ({ basePrediction }, row) => known(basePrediction[row]),
	variantPrediction: ({ variantPrediction }, row) => known(variantPrediction[row]),
	baseMargin: ({ baseMargin }, row) => known(baseMargin[row]),
	variantMargin: ({ variantMargin }, row) => known(variantMargin[row]),
	marginChange: ({ baseMargin, variantMargin }, row) =>
		known((variantMargin[row] ?? Number.NaN) - (baseMargin[row] ?? Number.NaN)),
	transition: ({ transition }, row) => known(transition[row]),
};

/**
 * Rows in the order of a column. Equal rows keep their order in both directions, and rows without a value come last in both.
 * Texts compare by UTF-16 unit, the same on every machine.
 */
export function sortRows(
	columns: PairColumns,
	rows: Iterable<number>,
	by: SortKey,
	direction: 'ascending' | 'descending',
): Uint32Array {
	const sign = direction === 'ascending' ? 1 : -1;
	const keyed = Array.from(rows, row => ({ row, value: sortValue[by](columns, row) }));
	keyed.sort((a, b) => {
		if (a.value === null || b.value === null) {
			return Number(a.value === null) - Number(b.value === null);
		}
		return a.value < b.value ? -sign : a.value > b.value ? sign : 0;
	});
	return Uint32Array.from(keyed, ({ row }) => row);
}

function known(value: number | undefined): number | null {
	return value === undefined || Number.isNaN(value) ? null : value;
}
