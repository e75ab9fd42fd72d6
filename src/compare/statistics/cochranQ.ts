import { chiSquareUpper } from './distributions';

export interface CochranQ {
	readonly Q: number;
	readonly df: number;
	readonly p: number;
}

/**
 * Whether k ≥ 3 variants differ at all on the same items (Cochran 1950); pairwise tests come after it.
 * @param rows One row for each item, 1 or 0 for each variant.
 * @returns Q 0 and p 1 where no item tells the variants apart.
 */
export function cochranQ(rows: readonly (readonly number[])[]): CochranQ {
	const k = rows[0]?.length ?? 0;
	const df = k - 1;
	const columnTotals = Array.from({ length: k }, (_, j) => rows.reduce((total, row) => total + (row[j] ?? 0), 0));
	const rowTotals = rows.map(row => row.reduce((total, value) => total + value, 0));
	const right = sum(rowTotals);
	const denominator = k * right - sum(rowTotals.map(total => total ** 2));
	if (denominator === 0) {
		return { Q: 0, df, p: 1 };
	}
	const Q = (df * (k * sum(columnTotals.map(total => total ** 2)) - right ** 2)) / denominator;
	return { Q, df, p: chiSquareUpper(Q, df) };
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
